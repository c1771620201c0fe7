import {
  MailProvider,
  accepted,
  unsent,
  type EmailSendError,
  type MailBridgeOptions,
} from 'nest-mailbridge';
import { startMailBridge } from './fixtures/application.js';
import { ScriptedProvider, message, type Script } from './fixtures/scripted-provider.js';

@MailProvider('scripted')
class Provider extends ScriptedProvider {}

@MailProvider('other')
class Other extends ScriptedProvider {}

let provider: Provider;
let other: Other;

async function start(script: Script, options: MailBridgeOptions = {}) {
  provider = new Provider();
  provider.script = script;
  other = new Other();
  return startMailBridge(
    {
      provider: 'scripted',
      defaults: { from: 'sender@example.com' },
      retry: { attempts: 3, baseDelayMs: 0 },
      ...options,
    },
    [
      { provide: Provider, useValue: provider },
      { provide: Other, useValue: other },
    ],
  );
}

const failed = (work: Promise<unknown>) =>
  work.then(
    () => undefined,
    (error: EmailSendError) => error,
  );
const HOUR = 3_600_000;
const down: Script = () => unsent({ code: 'DOWN', message: 'down', scope: 'network' });
const busyFor =
  (retryAfterMs: number): Script =>
  () =>
    unsent({ code: 'BUSY', message: 'busy', category: 'rate-limit', retryAfterMs });

// Each of these would wait for an hour, or for ever, without the bound: none looks at a clock.
describe('N2: send() waits at most maxWaitMs for pauses and an open breaker', () => {
  it('a pause that takes longer is not waited for: unsent, with the time when it is over', async () => {
    const mail = await start(busyFor(HOUR));
    const error = await failed(mail.send(message()));
    expect(error).toMatchObject({ safeToRetry: true, shouldRetry: true });
    expect(error?.response).toMatchObject({ outcome: 'unsent', attempts: 1 });
    expect(error?.response.failure?.retryAfterMs).toBe(HOUR);
    // Also for those who come after it.
    const next = await failed(mail.send(message()));
    expect(next?.response).toMatchObject({ outcome: 'unsent', attempts: 0 });
    expect(next?.response.failure?.retryAfterMs).toBeGreaterThan(HOUR - 60_000);
    expect(provider.sent).toHaveLength(1);
  });

  it('nor is a breaker that stays open longer', async () => {
    const mail = await start(down, { circuitBreaker: { failures: 2, halfOpenAfterMs: HOUR } });
    const errors = await Promise.all([failed(mail.send(message())), failed(mail.send(message()))]);
    for (const error of [...errors, await failed(mail.send(message()))]) {
      expect(error).toMatchObject({ shouldRetry: true, response: { outcome: 'unsent' } });
      expect(error?.response.failure?.retryAfterMs).toBeGreaterThan(HOUR - 60_000);
    }
  });

  it('what is over in time is waited for', async () => {
    let calls = 0;
    const mail = await start((email, context) =>
      (calls += 1) <= 2 ? busyFor(20)(email, context) : accepted(),
    );
    expect(await mail.send(message())).toMatchObject({ outcome: 'accepted', attempts: 3 });
  });

  it('their sum counts, not each', async () => {
    const mail = await start(busyFor(30), { retry: { attempts: 100, baseDelayMs: 0 } });
    const error = await failed(mail.send(message(), { maxWaitMs: 100 }));
    expect(error?.response.attempts).toBeLessThanOrEqual(4);
    expect(error?.response.attempts).toBeGreaterThan(1);
  });

  it('back-off between attempts goes by retry alone', async () => {
    const mail = await start(down, {
      maxWaitMs: 0,
      circuitBreaker: false,
      retry: { attempts: 3, baseDelayMs: 20 },
    });
    expect((await failed(mail.send(message())))?.response.attempts).toBe(3);
  });

  it('one provider of a route may use up what the next then has no more', async () => {
    const mail = await start(down, { provider: ['other', 'scripted'] });
    other.script = busyFor(HOUR);
    provider.script = busyFor(HOUR);
    const error = await failed(mail.send(message()));
    expect(error?.response.history.map((each) => each.provider)).toEqual(['other', 'scripted']);
  });

  it('0 waits for nothing', async () => {
    const mail = await start(busyFor(1));
    const error = await failed(mail.send(message(), { maxWaitMs: 0 }));
    expect(error?.response).toMatchObject({ outcome: 'unsent', attempts: 1 });
  });

  it('single messages that share a call wait equally long', async () => {
    const mail = await start(() => accepted(), { coalesce: { windowMs: 5 } });
    const sent = [0, 5_000, 0].map((maxWaitMs) => mail.send(message(), { maxWaitMs }));
    expect((await Promise.all(sent)).every(({ success }) => success)).toBe(true);
  });

  it.each([-1, 1.5, '5', HOUR + 1])('maxWaitMs %j is refused', async (maxWaitMs) => {
    const mail = await start(() => accepted());
    const options = { maxWaitMs } as { maxWaitMs: number };
    await expect(mail.send(message(), options)).rejects.toMatchObject({ code: 'CONFIGURATION' });
    await expect(start(() => accepted(), options)).rejects.toThrow('maxWaitMs');
  });
});

describe('Options that have a new name', () => {
  it.each([
    [
      'retry.baseDelayMs',
      { retry: { minDelayMs: 1 } },
      { retry: { baseDelayMs: 1, minDelayMs: 1 } },
    ],
    [
      'coalesce.windowMs',
      { coalesce: { maxWaitMs: 1 } },
      { coalesce: { windowMs: 1, maxWaitMs: 1 } },
    ],
  ])('N23: %s takes the old one too, but not both', async (_, old, both) => {
    const mail = await start(() => accepted(), old);
    expect(await mail.send(message())).toMatchObject({ outcome: 'accepted' });
    await expect(start(() => accepted(), both)).rejects.toThrow('is the old name of');
  });
});
