import { jest } from '@jest/globals';
import {
  MailBridgeFactory,
  MailBridgeModule,
  RedirectInterceptor,
  type MailBridgeOptions,
} from 'nest-mailbridge';
import { startApplication } from './fixtures/application.js';
import { SCRIPTED, ScriptedProvider, message } from './fixtures/scripted-provider.js';

const provider = new ScriptedProvider();
const start = async () => {
  provider.sent.length = 0;
  provider.closed = 0;
  const app = await startApplication({
    imports: [MailBridgeModule.forRoot(SCRIPTED)],
    providers: [{ provide: ScriptedProvider, useValue: provider }],
  });
  return { app, factory: app.get(MailBridgeFactory) };
};
const tenant = (name: string): MailBridgeOptions => ({
  ...SCRIPTED,
  defaults: { from: `${name}@example.com` },
});

describe('The factory makes a MailBridge at run time', () => {
  it('from its own options, the same one for the same key', async () => {
    const { factory } = await start();
    const acme = factory.create(tenant('acme'), { key: '1' });
    expect(factory.create(tenant('acme'), { key: '1' })).toBe(acme);
    expect(factory.create(tenant('other'), { key: '2' })).not.toBe(acme);
    await acme.send(message());
    expect(provider.sent[0]?.from.address).toBe('acme@example.com');
  });

  it('by its options where there is no key', async () => {
    const { factory } = await start();
    expect(factory.create(tenant('acme'))).toBe(factory.create(tenant('acme')));
    expect(factory.create(tenant('acme'))).not.toBe(factory.create(tenant('other')));
  });

  it('another where an interceptor is another object, however much alike', async () => {
    const { factory } = await start();
    const redirect = (to: string) => new RedirectInterceptor({ to });
    const [one, other] = [redirect('a@example.com'), redirect('b@example.com')];
    const mail = factory.create({ ...SCRIPTED, interceptors: [one] });
    expect(factory.create({ ...SCRIPTED, interceptors: [one] })).toBe(mail);
    expect(factory.create({ ...SCRIPTED, interceptors: [other] })).not.toBe(mail);
  });

  it('anew when the options under a key have changed; what the old one has in flight ends', async () => {
    const { factory } = await start();
    const before = factory.create(tenant('old'), { key: '1' });
    const sending = before.send(message());
    while (provider.sent.length === 0) await new Promise((resolve) => setImmediate(resolve));
    const after = factory.create(tenant('new'), { key: '1' });
    expect(after).not.toBe(before);
    await expect(sending).resolves.toMatchObject({ outcome: 'accepted' });
    await expect(before.send(message())).rejects.toMatchObject({ code: 'CLOSED' });
    await expect(after.send(message())).resolves.toMatchObject({ outcome: 'accepted' });
  });

  it('or says what is wrong, and keeps the one there is', async () => {
    const { factory } = await start();
    const mail = factory.create(tenant('acme'), { key: '1' });
    expect(() => factory.create({ provider: 'smtp' }, { key: '1' })).toThrow(/SMTP_HOST/);
    expect(() => factory.create({ provider: 'nobody' }, { key: '1' })).toThrow(
      /no mail provider 'nobody'/,
    );
    expect(factory.create(tenant('acme'), { key: '1' })).toBe(mail);
  });
});

describe('A MailBridge of the factory is closed', () => {
  afterEach(() => jest.useRealTimers());

  it('when it has not been used for a while, but not while it is busy', async () => {
    const { factory } = await start();
    jest.useFakeTimers({ doNotFake: ['nextTick', 'queueMicrotask', 'setImmediate'] });
    let answer: () => void = () => undefined;
    provider.script = async () => {
      await new Promise<void>((resolve) => (answer = resolve));
      return { outcome: 'accepted' };
    };
    const sending = factory
      .create({ ...tenant('acme'), timeoutMs: 1_000_000 }, { idleMs: 1000 })
      .send(message());
    while (provider.sent.length === 0) await new Promise((resolve) => setImmediate(resolve));
    jest.advanceTimersByTime(1000);
    expect(factory.size).toBe(1);
    answer();
    await sending;
    jest.advanceTimersByTime(1000);
    expect(factory.size).toBe(0);
  });

  it('with the application, and the shared provider once', async () => {
    const { app, factory } = await start();
    const mail = factory.create(tenant('acme'));
    await app.close();
    await expect(mail.send(message())).rejects.toMatchObject({ code: 'CLOSED' });
    expect(provider.closed).toBe(1);
  });
});
