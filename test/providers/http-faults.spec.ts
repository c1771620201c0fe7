import { readFileSync } from 'node:fs';
import type { MailProviderStrategy } from '../../lib/contract/mail-provider.strategy.js';
import { API_PROVIDERS, apiProvider } from '../fixtures/api/api-providers.js';
import { ApiServer } from '../fixtures/api/api-server.js';
import { answerRows, TRANSPORT_ROWS, type HttpFaultRow } from '../fixtures/api/http-fault-rows.js';
import { HttpScriptPeer } from '../fixtures/api/http-script-peer.js';
import { outgoingEmail } from '../fixtures/outgoing-email.js';

/** What may be said where the facts allow that at best. */
const SAFE = {
  accepted: ['accepted', 'unknown'],
  rejected: ['rejected', 'unsent', 'unknown'],
  unsent: ['unsent', 'unknown'],
  unread: ['unsent', 'unknown'],
  unknown: ['unknown'],
} as const;

const servers: { close(): Promise<void> }[] = [];

afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

function patienceOf({ patience = 5_000 }: HttpFaultRow): AbortSignal {
  return patience === 0 ? AbortSignal.abort() : AbortSignal.timeout(patience);
}

function send(provider: MailProviderStrategy, signal = AbortSignal.timeout(5_000), text = 'Hi.') {
  return provider.send(outgoingEmail({ text }), { signal, attempt: 1 });
}

async function started<T extends { close(): Promise<void> }>(starting: Promise<T>): Promise<T> {
  const server = await starting;
  servers.push(server);
  return server;
}

describe.each(API_PROVIDERS)(
  '%s tells truthfully what became of a message',
  (name, { accepted }) => {
    const rows = [...TRANSPORT_ROWS, ...answerRows(accepted)];
    const tooCautious: string[] = [];
    let judged = 0;

    it.each(rows.map((row) => [row.name, row.truth, row] as const))(
      '%s: %s',
      async (_, truth, row) => {
        const peer = await started(HttpScriptPeer.start(row.script ?? {}, row.isTls));
        const provider = apiProvider(name, row.url?.(peer) ?? peer.url);
        for (let sent = 0; sent < (row.before ?? 0); sent += 1) await send(provider);
        const text = row.isLarge ? 'x'.repeat(8_000_000) : 'Hi.';
        const { outcome } = await send(provider, patienceOf(row), text);
        expect(SAFE[truth]).toContain(outcome);
        judged += 1;
        if (outcome === 'unknown' && truth !== 'unknown' && truth !== 'unread')
          tooCautious.push(row.name);
      },
    );

    it('says unknown where more was known in at most 5 % of these cases', () => {
      expect(judged).toBe(rows.length);
      expect({ tooCautious, isFew: tooCautious.length / judged <= 0.05 }).toMatchObject({
        isFew: true,
      });
    });
  },
);

describe.each(API_PROVIDERS)('%s goes nowhere but where it was told', (name, { accepted }) => {
  it.each([301, 302, 303, 307, 308])('not where a %i points', async (status) => {
    const canary = await started(ApiServer.start(() => accepted));
    const server = await started(
      ApiServer.start(() => ({ status, headers: { location: `${canary.url}/elsewhere` } })),
    );
    const submission = await send(apiProvider(name, server.url));
    expect(submission).toMatchObject({ outcome: 'unsent', failure: { retryable: false } });
    expect([server.requests.length, canary.connections]).toEqual([1, 0]);
  });

  it('not through a proxy that the environment names', async () => {
    const canary = await started(ApiServer.start(() => accepted));
    const server = await started(ApiServer.start(() => accepted));
    const names = ['http_proxy', 'HTTP_PROXY', 'https_proxy', 'HTTPS_PROXY', 'all_proxy'];
    const before = names.map((each) => [each, process.env[each]] as const);
    names.forEach((each) => (process.env[each] = canary.url));
    try {
      expect(await send(apiProvider(name, server.url))).toMatchObject({ outcome: 'accepted' });
    } finally {
      for (const [each, value] of before) {
        if (value === undefined) delete process.env[each];
        else process.env[each] = value;
      }
    }
    expect(canary.connections).toBe(0);
  });

  it('H9: asks for no compression, and keeps its connection', async () => {
    const server = await started(ApiServer.start(() => accepted));
    const provider = apiProvider(name, server.url);
    for (let i = 0; i < 5; i += 1) await send(provider);
    expect(server.requests.map(({ headers }) => headers['accept-encoding'])).toEqual(
      Array.from({ length: 5 }, () => 'identity'),
    );
    expect(server.connections).toBe(1);
  });

  it('H11: says who it is, once', async () => {
    const server = await started(ApiServer.start(() => accepted));
    await send(apiProvider(name, server.url));
    const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };
    const words = (server.requests[0]?.headers['user-agent'] ?? '').split(' ');
    expect(words.filter((word) => word.startsWith('nest-mailbridge'))).toEqual([
      `nest-mailbridge/${version}`,
    ]);
  });
});

it('there is a provider with an HTTP API', () => {
  expect(API_PROVIDERS.map(([name]) => name)).toContain('ses');
});
