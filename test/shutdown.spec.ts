import { setImmediate, setTimeout as delay } from 'node:timers/promises';
import { MailBridgeService, type EmailSendError } from 'nest-mailbridge';
import { MailBridgeModule } from 'nest-mailbridge';
import { startApplication } from './fixtures/application.js';
import { SCRIPTED, ScriptedProvider, message, messages } from './fixtures/scripted-provider.js';

const provider = new ScriptedProvider();
const start = async (drainTimeoutMs: number) => {
  provider.sent.length = 0;
  provider.closed = 0;
  const app = await startApplication({
    imports: [MailBridgeModule.forRoot({ ...SCRIPTED, shutdown: { drainTimeoutMs } })],
    providers: [{ provide: ScriptedProvider, useValue: provider }],
  });
  return { app, mail: app.get(MailBridgeService) };
};
const inFlight = async () => {
  while (provider.sent.length === 0) await setImmediate();
};

describe('A shutdown', () => {
  it('lets what is in flight end, and only then closes the provider, once', async () => {
    const { app, mail } = await start(10_000);
    let answer: () => void = () => undefined;
    let closedBefore: number | undefined;
    provider.script = async () => {
      await new Promise<void>((resolve) => (answer = resolve));
      closedBefore = provider.closed;
      return { outcome: 'accepted' };
    };
    const sending = mail.send(message());
    await inFlight();
    const closing = app.close();
    await delay(20);
    answer();
    await expect(sending).resolves.toMatchObject({ outcome: 'accepted' });
    await closing;
    await mail.close();
    expect([closedBefore, provider.closed]).toEqual([0, 1]);
  });

  it('ends the intake of a bulk: what was never tried is cancelled, nothing is lost', async () => {
    const { app, mail } = await start(10_000);
    provider.script = async () => {
      await delay(5);
      return { outcome: 'accepted' };
    };
    const bulk = mail.sendBulk(messages(500), { concurrency: 5 });
    await inFlight();
    await app.close();
    const result = await bulk;
    expect(result).toMatchObject({ total: 500, complete: false, outcomes: { unknown: 0 } });
    expect(result.successful).toBe(provider.sent.length);
    expect(result.outcomes.cancelled).toBe(500 - provider.sent.length);
  });

  it('past its limit says of what is still in flight that nobody knows', async () => {
    const { app, mail } = await start(30);
    provider.script = () => new Promise(() => undefined);
    const bulk = mail.sendBulk(messages(5), { concurrency: 2 });
    await inFlight();
    await app.close();
    const result = await bulk;
    expect(result.outcomes).toEqual({
      accepted: 0,
      rejected: 0,
      unsent: 0,
      unknown: 2,
      cancelled: 3,
    });
    expect(result.responses[0]?.failure?.code).toBe('SHUTDOWN');
  });

  it('is cut short by a second signal', async () => {
    const { mail } = await start(3_600_000);
    provider.script = () => new Promise(() => undefined);
    const sending = mail.send(message()).catch((error: unknown) => error);
    await inFlight();
    const listeners = process.listenerCount('SIGTERM');
    mail.beforeApplicationShutdown('SIGTERM');
    const closing = mail.onApplicationShutdown();
    process.emit('SIGTERM');
    const error = (await sending) as EmailSendError;
    await closing;
    expect(error.response).toMatchObject({ outcome: 'unknown', failure: { code: 'SHUTDOWN' } });
    expect(process.listenerCount('SIGTERM')).toBe(listeners);
  });

  it('makes every later sending an error', async () => {
    const { mail } = await start(10);
    await mail.close();
    await expect(mail.send(message())).rejects.toMatchObject({ code: 'CLOSED' });
    await expect(mail.sendBulk([message()])).rejects.toMatchObject({ code: 'CLOSED' });
    expect(() => mail.stream([message()])).toThrow(/closed/);
    expect(provider.sent).toEqual([]);
  });

  it('goes on when a provider fails to close', async () => {
    const { app } = await start(10);
    breakClose(provider);
    await expect(app.close()).resolves.toBeUndefined();
  });
});

/** For one test, a provider whose close() throws. */
function breakClose(broken: ScriptedProvider): void {
  Object.defineProperty(broken, 'close', {
    configurable: true,
    value: async () => {
      throw new Error('cannot close');
    },
  });
}
