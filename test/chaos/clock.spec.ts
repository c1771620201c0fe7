import { jest } from '@jest/globals';
import {
  MailProvider,
  MailProviderStrategy,
  accepted,
  unsent,
  type EmailResponseDto,
  type MailBridgeOptions,
  type Submission,
} from 'nest-mailbridge';
import { startMailBridge } from '../fixtures/application.js';
import { message, messages } from '../fixtures/scripted-provider.js';

const HOUR = 3_600_000;
const LATER = unsent({ code: 'LATER', message: 'later', scope: 'network', retryAfterMs: 2_000 });

beforeEach(() => jest.useFakeTimers({ doNotFake: ['nextTick', 'queueMicrotask'] }));
afterEach(() => jest.useRealTimers());

/** A provider that notes when it was asked, by a clock that nobody changes. */
@MailProvider('timed')
class Timed extends MailProviderStrategy {
  readonly calls: number[] = [];
  answer: () => Submission = () => accepted();

  async send(): Promise<Submission> {
    this.calls.push(Math.round(performance.now()));
    return this.answer();
  }
}

async function start(options: MailBridgeOptions) {
  const provider = new Timed();
  const common = { provider: 'timed', defaults: { from: 'sender@example.com' } };
  const mail = await startMailBridge({ ...common, ...options }, [
    { provide: Timed, useValue: provider },
  ]);
  return { provider, mail };
}

/** The clock on the wall is put forward or back; the time that passes is the same. */
function putClock(by: number): void {
  jest.setSystemTime(Date.now() + by);
}

describe.each([
  ['forward', HOUR],
  ['back', -HOUR],
])('A clock that is put %s by an hour', (_, jump) => {
  it('neither shortens nor lengthens the wait before another attempt', async () => {
    const { mail, provider } = await start({ retry: { attempts: 2, baseDelayMs: 0 } });
    const startedAt = Math.round(performance.now());
    provider.answer = () => (provider.calls.length === 1 ? LATER : accepted());
    const sending = mail.send(message());
    await jest.advanceTimersByTimeAsync(1_000);
    putClock(jump);
    await jest.advanceTimersByTimeAsync(1_000);
    await expect(sending).resolves.toMatchObject({ attempts: 2 });
    expect(provider.calls.map((at) => at - startedAt)).toEqual([0, 2_000]);
  });

  it('neither closes a breaker nor keeps it open, and lets nobody burst in', async () => {
    const { mail, provider } = await start({
      retry: { attempts: 1 },
      circuitBreaker: { failures: 2, halfOpenAfterMs: 10_000, maxPauseMs: 60_000 },
    });
    const startedAt = Math.round(performance.now());
    const calls = () => provider.calls.map((at) => at - startedAt);
    const down = unsent({ code: 'DOWN', message: 'down', scope: 'network' });
    provider.answer = () => (provider.calls.length <= 2 ? down : accepted());
    const sending = mail.sendBulk(messages(6), { concurrency: 1 });
    await jest.advanceTimersByTimeAsync(5_000);
    expect([mail.circuitState(), calls()]).toEqual(['open', [0, 0]]);
    putClock(jump);
    await jest.advanceTimersByTimeAsync(4_999);
    expect(calls()).toEqual([0, 0]);
    await jest.advanceTimersByTimeAsync(1);
    expect((await sending).outcomes).toMatchObject({ accepted: 4, unsent: 2 });
    expect(calls()).toEqual([0, 0, 10_000, 10_000, 10_000, 10_000]);
    expect(mail.circuitState()).toBe('closed');
  });

  it('changes nothing of a rate limit', async () => {
    const { mail, provider } = await start({ providers: { timed: { rateLimit: 1 } } });
    const startedAt = Math.round(performance.now());
    const responses: EmailResponseDto[] = [];
    const sending = mail.stream(messages(4)).forEach((response) => responses.push(response));
    await jest.advanceTimersByTimeAsync(1_500);
    putClock(jump);
    await jest.advanceTimersByTimeAsync(1_500);
    await sending;
    expect(provider.calls.map((at) => at - startedAt)).toEqual([0, 1_000, 2_000, 3_000]);
    expect(responses).toHaveLength(4);
  });
});
