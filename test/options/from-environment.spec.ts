import { ConfigModule } from '@nestjs/config';
import {
  MailBridgeModule,
  MailBridgeService,
  MailboxStore,
  fromEnvironment,
} from 'nest-mailbridge';
import { startApplication } from '../fixtures/application.js';
import { ScriptedProvider, message } from '../fixtures/scripted-provider.js';

const before = { ...process.env };

afterEach(() => {
  for (const name of Object.keys(process.env)) if (!(name in before)) delete process.env[name];
  Object.assign(process.env, before);
});

const start = (options?: Parameters<typeof fromEnvironment>[0], more: object[] = []) =>
  startApplication({
    imports: [...(more as never[]), MailBridgeModule.forRootAsync(fromEnvironment(options))],
    providers: [{ provide: ScriptedProvider, useValue: new ScriptedProvider() }],
  });

describe('N8: the environment is completed by options in code', () => {
  it('the environment alone', async () => {
    Object.assign(process.env, { MAIL_PROVIDER: 'mailbox', MAIL_FROM: 'shop@example.com' });
    const app = await start();
    await app.get(MailBridgeService).send(message());
    expect(app.get(MailboxStore).messages[0]?.envelope.from).toBe('shop@example.com');
  });

  it('objects key by key, and what code says wins', async () => {
    Object.assign(process.env, {
      MAIL_PROVIDER: 'mailbox',
      MAIL_FROM: 'shop@example.com',
      MAIL_REPLY_TO: 'help@example.com',
    });
    const app = await start({
      defaults: { from: 'code@example.com', replyTo: undefined, headers: { 'X-App': 'shop' } },
      providers: { mailbox: { maxMessages: 1 } },
    });
    for (let i = 0; i < 2; i += 1) await app.get(MailBridgeService).send(message());
    const [mail, ...others] = app.get(MailboxStore).messages;
    expect(others).toEqual([]);
    expect(mail?.envelope.from).toBe('code@example.com');
    expect(mail?.replyTo).toEqual([{ address: 'help@example.com' }]);
    expect(mail?.headers).toMatchObject({ 'x-app': ['shop'] });
  });

  it('everything that is no plain object is replaced', async () => {
    Object.assign(process.env, { MAIL_PROVIDER: 'sendgrid,mailbox', MAIL_FROM: 'a@example.com' });
    const app = await start({ provider: ['scripted'] });
    expect(await app.get(MailBridgeService).send(message())).toMatchObject({
      provider: 'scripted',
    });
  });

  it('a provider of code needs its own variables, not those of MAIL_PROVIDER', async () => {
    Object.assign(process.env, { MAIL_PROVIDER: 'smtp', POSTMARK_SERVER_TOKEN: 'token' });
    const app = await start({ provider: 'postmark' });
    expect(app.get(MailBridgeService).availableProviders()).toContain('postmark');
  });

  it('read when the module is made, so that what ConfigModule loads counts', async () => {
    const load = ConfigModule.forRoot({
      isGlobal: true,
      ignoreEnvFile: true,
      validate: (config) => {
        process.env['MAIL_PROVIDER'] = 'mailbox';
        process.env['MAIL_FROM'] = 'late@example.com';
        return config;
      },
    });
    const app = await start(undefined, [await load]);
    await app.get(MailBridgeService).send(message());
    expect(app.get(MailboxStore).messages[0]?.envelope.from).toBe('late@example.com');
  });

  it('with every variable named that is wrong', async () => {
    Object.assign(process.env, { MAIL_PROVIDER: 'mailbox', MAIL_CONCURRENCY: 'ten' });
    await expect(start({ defaults: { from: 'a@example.com' } })).rejects.toThrow(
      'MAIL_CONCURRENCY',
    );
  });
});
