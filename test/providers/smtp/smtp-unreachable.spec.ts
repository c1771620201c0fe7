import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { outgoingEmail } from '../../fixtures/outgoing-email.js';
import { smtpProvider } from '../../fixtures/smtp-provider.js';

const attempt = () => ({ signal: new AbortController().signal, attempt: 1 });

async function unusedPort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

describe('A server that cannot be reached has taken nothing', () => {
  it('nobody listens', async () => {
    const provider = smtpProvider({ host: '127.0.0.1', port: await unusedPort() });
    expect(await provider.send(outgoingEmail(), attempt())).toMatchObject({
      outcome: 'unsent',
      failure: { code: 'ECONNREFUSED', category: 'network', scope: 'network', retryable: true },
    });
  });

  it.each(['no-such-host.invalid', '192.0.2.1'])('%s', async (host) => {
    const timeouts = { connectMs: 300 };
    const provider = smtpProvider({ host, port: 2525, timeouts });
    expect(await provider.send(outgoingEmail(), attempt())).toMatchObject({
      outcome: 'unsent',
      failure: { scope: 'network', retryable: true },
    });
  });

  it('verify() says so', async () => {
    const provider = smtpProvider({ host: '127.0.0.1', port: await unusedPort() });
    await expect(provider.verify()).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  });
});
