import { startMailBridge } from '../fixtures/application.js';
import { messages } from '../fixtures/scripted-provider.js';

const FAILURES = 5;
const CONCURRENCY = 2;

// No name below `.invalid` ever exists (RFC 2606); without a network the resolver itself is out of reach.
const start = (maxPauseMs: number) =>
  startMailBridge({
    provider: 'smtp',
    defaults: { from: 'sender@example.com' },
    retry: { attempts: 2, minDelayMs: 1, maxDelayMs: 1 },
    circuitBreaker: { failures: FAILURES, halfOpenAfterMs: 60_000, maxPauseMs },
    providers: { smtp: { host: 'no-such-host.invalid', timeouts: { connectMs: 1_000 } } },
  });

describe('A server whose name cannot be resolved', () => {
  it('has taken nothing', async () => {
    const mail = await start(1_000);
    const { responses } = await mail.sendBulk(messages(1));
    expect(responses[0]).toMatchObject({
      outcome: 'unsent',
      attempts: 2,
      failure: { category: 'network', scope: 'network', retryable: true },
    });
  }, 15_000);

  it('is not looked for once for every message of a bulk', async () => {
    const mail = await start(0);
    const result = await mail.sendBulk(messages(200), { concurrency: CONCURRENCY });
    expect(result.outcomes).toMatchObject({ unsent: 200, unknown: 0 });
    expect(result.providerCalls).toBeLessThan(FAILURES + CONCURRENCY);
    expect(mail.circuitState()).toBe('open');
  }, 15_000);
});
