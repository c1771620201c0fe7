import { generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import type { AddressInfo, Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';
import type { Submission } from '../../../lib/contract/submission.js';
import { outgoingEmail } from '../../fixtures/outgoing-email.js';
import { readOptions, smtpProvider } from '../../fixtures/smtp-provider.js';
import { TEST_CERTIFICATE } from '../../fixtures/smtp-script-peer.js';

const { cert, key } = TEST_CERTIFICATE;
const ACCEPTED = { outcome: 'accepted' };
const MISTAKE = {
  outcome: 'unsent',
  failure: { category: 'configuration', scope: 'provider', retryable: false },
};
const encrypted = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({
  type: 'pkcs8',
  format: 'pem',
  cipher: 'aes-256-cbc',
  passphrase: 'planted',
}) as string;

/** What servers saw of the clients that connected. */
let seen: { servername: unknown; subject: unknown; remoteAddress: string | undefined }[];
const running: SMTPServer[] = [];

beforeEach(() => {
  seen = [];
});

afterEach(async () => {
  const closing = running.splice(0);
  await Promise.all(closing.map((smtp) => new Promise<void>((done) => smtp.close(done))));
});

async function server(options: SMTPServerOptions, address = '127.0.0.1'): Promise<number> {
  const smtp = new SMTPServer({
    ...TEST_CERTIFICATE,
    ca: cert,
    disableReverseLookup: true,
    closeTimeout: 100,
    authOptional: true,
    onMailFrom: (_, session, done) => {
      const { _socket: socket } = [...smtp.connections].at(-1) as unknown as { _socket: Socket };
      const { servername, getPeerCertificate } = socket as Partial<TLSSocket> & {
        servername?: unknown;
      };
      const subject = getPeerCertificate?.call(socket).subject?.CN;
      seen.push({ servername, subject, remoteAddress: session.remoteAddress });
      done();
    },
    onData: (stream, _, done) => stream.resume().on('end', () => done()),
    ...options,
  });
  smtp.on('error', () => undefined);
  smtp.listen(0, address);
  await once(smtp.server, 'listening');
  running.push(smtp);
  return (smtp.server.address() as AddressInfo).port;
}

async function send(port: number, options: object): Promise<Submission> {
  const provider = smtpProvider({ host: '127.0.0.1', port, tls: 'required', ca: cert, ...options });
  return provider.send(outgoingEmail(), { signal: new AbortController().signal, attempt: 1 });
}

describe.each([
  ['by STARTTLS', {}, {}],
  ['from the first byte', { secure: true }, { secure: true }],
])('%s', (_, how: SMTPServerOptions, mode) => {
  it('servername is the name that the certificate must be for, and that the server is asked for', async () => {
    const port = await server(how);
    expect(await send(port, mode)).toMatchObject({
      ...MISTAKE,
      failure: { message: expect.stringContaining('providers.smtp.servername') as string },
    });
    expect(await send(port, { ...mode, servername: 'localhost' })).toMatchObject(ACCEPTED);
    expect(seen).toMatchObject([{ servername: 'localhost' }]);
    expect(await send(port, { ...mode, host: 'localhost', servername: 'other' })).toMatchObject(
      MISTAKE,
    );
  });

  it('clientCertificate is shown to a server that asks for it', async () => {
    const port = await server({ ...how, requestCert: true, rejectUnauthorized: true });
    const options = { ...mode, servername: 'localhost' };
    expect(await send(port, { ...options, clientCertificate: { cert, key } })).toMatchObject(
      ACCEPTED,
    );
    expect(seen).toMatchObject([{ subject: 'localhost' }]);
  });

  it.each(['TLSv1.2', 'TLSv1.3'] as const)(
    'a clientCertificate that is missing is told as such: %s',
    async (maxVersion) => {
      const port = await server({
        ...how,
        requestCert: true,
        rejectUnauthorized: true,
        maxVersion,
      });
      const submission = await send(port, { ...mode, servername: 'localhost' });
      expect(submission).toMatchObject({
        ...MISTAKE,
        failure: { message: expect.stringContaining('providers.smtp.clientCertificate') as string },
      });
      expect(JSON.stringify(submission)).not.toMatch(/SSL routines|\.c:/);
    },
  );
});

it('localAddress is where connections come from', async () => {
  const port = await server({});
  const options = { servername: 'localhost', localAddress: '127.0.0.2' };
  expect(await send(port, options)).toMatchObject(ACCEPTED);
  expect(await send(port, { ...options, host: 'localhost' })).toMatchObject(ACCEPTED);
  expect(seen.map(({ remoteAddress }) => remoteAddress)).toEqual(['127.0.0.2', '127.0.0.2']);
});

it('localAddress that this machine does not have sends nothing', async () => {
  const submission = await send(await server({}), { localAddress: '192.0.2.1' });
  expect(submission).toMatchObject({ outcome: 'unsent', failure: { code: 'EADDRNOTAVAIL' } });
});

describe('What cannot work is named at once', () => {
  it.each<[string, object, string[]]>([
    ['an address as servername', { servername: '127.0.0.1' }, ['servername']],
    ['an IPv6 address as servername', { servername: '::1' }, ['servername']],
    ['a name that is none', { servername: 'a b' }, ['servername']],
    ['a name as localAddress', { localAddress: 'eth0' }, ['localAddress']],
    ['half a certificate', { clientCertificate: { cert } }, ['clientCertificate.key']],
    ['the other half', { clientCertificate: { key } }, ['clientCertificate.cert']],
    [
      'a key of another certificate',
      { clientCertificate: { cert, key: encrypted } },
      ['clientCertificate'],
    ],
    ['no certificate', { clientCertificate: { cert: 'x', key } }, ['clientCertificate']],
    [
      'the path of a file',
      { clientCertificate: { cert: '/etc/cert.pem', key } },
      ['clientCertificate'],
    ],
    [
      'a passphrase that is none',
      { clientCertificate: { cert, key, passphrase: 5 } },
      ['clientCertificate.passphrase'],
    ],
    [
      'what is not known',
      { clientCertificate: { cert, key, pfx: 'x' } },
      ['clientCertificate.pfx'],
    ],
    [
      'a certificate that nobody is shown',
      { tls: 'none', clientCertificate: { cert, key } },
      ['clientCertificate'],
    ],
  ])('%s', (_, input, paths) => {
    const { problems } = readOptions({ host: 'mail.example.com', ...input });
    expect(problems.map(({ path }) => path)).toEqual(paths.map((path) => `providers.smtp.${path}`));
    expect(JSON.stringify(problems)).not.toMatch(/planted|BEGIN/);
  });

  it('and an encrypted key is taken with its passphrase', async () => {
    const { createPrivateKey } = await import('node:crypto');
    const locked = createPrivateKey(key).export({
      type: 'pkcs8',
      format: 'pem',
      cipher: 'aes-256-cbc',
      passphrase: 'planted',
    });
    const certificate = (passphrase: string) => ({
      clientCertificate: { cert, key: String(locked), passphrase },
    });
    expect(readOptions({ host: 'a.example', ...certificate('planted') }).problems).toEqual([]);
    const { problems } = readOptions({ host: 'a.example', ...certificate('wrong') });
    expect(problems.map(({ path }) => path)).toEqual(['providers.smtp.clientCertificate']);
  });
});
