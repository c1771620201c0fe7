import type { MailBridgeOptions } from 'nest-mailbridge';
import { ApiServer } from '../fixtures/api/api-server.js';
import { startMailBridge } from '../fixtures/application.js';
import { message, messages } from '../fixtures/scripted-provider.js';
import { SmtpScriptPeer } from '../fixtures/smtp-script-peer.js';
import { StubLookup, fails, finds, type LookupAnswer } from '../fixtures/stub-lookup.js';

const FAILURES = 5;
const CONCURRENCY = 2;
const NAME = 'localhost';
const NEVER: LookupAnswer = () => undefined;

let resolver: StubLookup;
const closing: (() => Promise<void>)[] = [];

beforeEach(() => {
  resolver = new StubLookup(NAME, fails('ENOTFOUND'));
});
afterEach(async () => {
  resolver.restore();
  for (const close of closing.splice(0)) await close();
});

const PROVIDERS = ['smtp', 'sendgrid'];

function start(provider: string, port: number, options: MailBridgeOptions = {}) {
  const providers = {
    smtp: { host: NAME, port, maxMessagesPerConnection: 1 },
    sendgrid: { apiKey: 'SG.key', maxBatchSize: 1, baseUrl: `http://${NAME}:${port}` },
  };
  return startMailBridge({
    provider,
    defaults: { from: 'sender@example.com' },
    retry: { attempts: 2, baseDelayMs: 1, maxDelayMs: 1 },
    ...options,
    providers: { [provider]: providers[provider as 'smtp' | 'sendgrid'] },
  });
}

/** A server of that provider; what it has taken is counted. */
async function serve(provider: string) {
  if (provider === 'smtp') {
    const peer = await SmtpScriptPeer.start();
    closing.push(() => peer.close());
    return { port: peer.port, taken: () => peer.messages.length };
  }
  const server = await ApiServer.start(() => ({
    status: 202,
    headers: { 'x-message-id': 'sg-1', connection: 'close' },
    body: '',
  }));
  closing.push(() => server.close());
  return { port: Number(new URL(server.url).port), taken: () => server.requests.length };
}

describe.each(PROVIDERS)('A server of %s whose name cannot be resolved', (provider) => {
  it.each<[string, LookupAnswer, string]>([
    ['since there is none', fails('ENOTFOUND'), 'network'],
    ['for now', fails('EAI_AGAIN'), 'network'],
    ['in time', NEVER, 'timeout'],
  ])('%s has taken nothing', async (_, answer, category) => {
    const { port, taken } = await serve(provider);
    const mail = await start(provider, port, { timeoutMs: 200 });
    resolver.answer = answer;
    const { responses } = await mail.sendBulk([message()]);
    expect(responses[0]).toMatchObject({
      outcome: 'unsent',
      attempts: 2,
      failure: { category, scope: 'network', retryable: true },
    });
    expect(taken()).toBe(0);
  });

  it('is not looked for once for every message of a bulk', async () => {
    const { port } = await serve(provider);
    const circuitBreaker = { failures: FAILURES, halfOpenAfterMs: 60_000, maxPauseMs: 0 };
    const mail = await start(provider, port, { circuitBreaker });
    const result = await mail.sendBulk(messages(200), { concurrency: CONCURRENCY });
    expect(result.outcomes).toMatchObject({ unsent: 200, unknown: 0 });
    expect(result.providerCalls).toBeLessThan(FAILURES + CONCURRENCY);
    expect(resolver.lookups).toBeLessThanOrEqual(result.providerCalls);
    expect(mail.circuitState()).toBe('open');
  });
});

describe.each(PROVIDERS)('A server of %s that moves to another address', (provider) => {
  it('is found there, once the old one no longer answers', async () => {
    const { port, taken } = await serve(provider);
    const mail = await start(provider, port);
    // Nobody listens there.
    resolver.answer = finds('127.0.0.9');
    const { responses } = await mail.sendBulk([message()]);
    expect(responses[0]).toMatchObject({ outcome: 'unsent', failure: { scope: 'network' } });
    resolver.answer = finds('127.0.0.1');
    await expect(mail.send(message())).resolves.toMatchObject({ outcome: 'accepted' });
    expect(taken()).toBe(1);
  });
});
