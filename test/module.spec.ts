import { Injectable, Module } from '@nestjs/common';
import { ConfigModule } from '@nestjs/config';
import { Test } from '@nestjs/testing';
import {
  InjectMailBridge,
  MailBridgeModule,
  MailBridgeService,
  MailboxStore,
  getMailBridgeToken,
  mailBridgeConfig,
  type MailBridgeOptions,
} from 'nest-mailbridge';
import { startApplication } from './fixtures/application.js';
import { SCRIPTED, ScriptedProvider, message } from './fixtures/scripted-provider.js';

const MAILBOX: MailBridgeOptions = {
  provider: 'mailbox',
  defaults: { from: 'sender@example.com' },
};

@Injectable()
class OptionsFactory {
  createMailBridgeOptions(): MailBridgeOptions {
    return MAILBOX;
  }
}

@Module({ providers: [OptionsFactory], exports: [OptionsFactory] })
class OptionsModule {}

describe('The module is configured', () => {
  const ways = {
    'by forRoot': MailBridgeModule.forRoot(MAILBOX),
    'by a factory': MailBridgeModule.forRootAsync({ useFactory: async () => MAILBOX }),
    'by a factory with dependencies': MailBridgeModule.forRootAsync({
      imports: [OptionsModule],
      inject: [OptionsFactory],
      useFactory: (factory: OptionsFactory) => factory.createMailBridgeOptions(),
    }),
    'by a class': MailBridgeModule.forRootAsync({ useClass: OptionsFactory }),
    'by an existing class': MailBridgeModule.forRootAsync({
      imports: [OptionsModule],
      useExisting: OptionsFactory,
    }),
  };
  it.each(Object.entries(ways))('%s', async (_, mailBridge) => {
    const app = await startApplication({ imports: [mailBridge] });
    await app.get(MailBridgeService).send(message());
    expect(app.get(MailboxStore).messages).toHaveLength(1);
  });

  it('by the environment', async () => {
    const before = { ...process.env };
    Object.assign(process.env, { MAIL_PROVIDER: 'mailbox', MAIL_FROM: 'Shop <shop@example.com>' });
    try {
      const app = await startApplication({
        imports: [
          ConfigModule.forRoot({ isGlobal: true, ignoreEnvFile: true, load: [mailBridgeConfig] }),
          MailBridgeModule.forRootAsync(mailBridgeConfig.asProvider()),
        ],
      });
      await app.get(MailBridgeService).send(message());
      const [mail] = app.get(MailboxStore).messages;
      expect(mail?.from).toEqual({ name: 'Shop', address: 'shop@example.com' });
    } finally {
      process.env = before;
    }
  });
});

describe('Several MailBridges live in one application', () => {
  @Injectable()
  class Campaign {
    constructor(
      readonly mail: MailBridgeService,
      @InjectMailBridge('marketing') readonly marketing: MailBridgeService,
    ) {}
  }

  it('each with its own options, a custom provider shared by all and closed once', async () => {
    const app = await startApplication({
      imports: [
        MailBridgeModule.forRoot(MAILBOX),
        MailBridgeModule.forRoot({ ...SCRIPTED, name: 'marketing' }),
      ],
      providers: [Campaign, ScriptedProvider],
    });
    const { mail, marketing } = app.get(Campaign);
    expect(marketing).toBe(app.get(getMailBridgeToken('marketing')));
    expect(marketing).not.toBe(mail);
    await expect(mail.send(message())).resolves.toMatchObject({ provider: 'mailbox' });
    await expect(marketing.send(message())).resolves.toMatchObject({ provider: 'scripted' });
    await expect(mail.send(message(), { provider: 'scripted' })).resolves.toMatchObject({
      provider: 'scripted',
    });

    const custom = app.get(ScriptedProvider);
    await marketing.close();
    expect(custom.closed).toBe(0);
    await mail.close();
    await app.close();
    expect(custom.closed).toBe(1);
  });

  it('a named one is not injected by class', async () => {
    const app = await startApplication({
      imports: [MailBridgeModule.forRoot({ ...MAILBOX, name: 'marketing' })],
    });
    expect(() => app.get(MailBridgeService)).toThrow();
    expect(app.get(getMailBridgeToken('marketing'))).toBeInstanceOf(MailBridgeService);
  });

  it('where it is not global only for those who import it', async () => {
    @Module({ providers: [Uses], exports: [Uses] })
    class Stranger {}
    const start = startApplication({
      imports: [MailBridgeModule.forRoot({ ...MAILBOX, isGlobal: false }), Stranger],
    });
    await expect(start).rejects.toThrow(/MailBridgeService/);
  });
});

@Injectable()
class Uses {
  constructor(readonly mail: MailBridgeService) {}
}

describe('The mailbox store', () => {
  it('is undefined where no mailbox is configured', async () => {
    const app = await startApplication({
      imports: [MailBridgeModule.forRoot(SCRIPTED)],
      providers: [ScriptedProvider],
    });
    expect(app.get(MailboxStore)).toBeUndefined();
  });
});

describe('At start', () => {
  it('N11: a second MailBridge without a name is refused: only one could be injected', async () => {
    const other = { ...MAILBOX, maxWaitMs: 1 };
    const twice = [MailBridgeModule.forRoot(MAILBOX), MailBridgeModule.forRoot(other)];
    await expect(startApplication({ imports: twice })).rejects.toThrow('without a name');
  });

  it('N15: the log says which provider is live, and warns of a mailbox in production', async () => {
    const before = process.env['NODE_ENV'];
    const said: string[] = [];
    const note = (text: unknown) => void said.push(String(text));
    const logger = { log: note, warn: note, error: note };
    try {
      process.env['NODE_ENV'] = 'production';
      const module = await Test.createTestingModule({
        imports: [MailBridgeModule.forRoot(MAILBOX)],
      })
        .setLogger(logger)
        .compile();
      await (await module.init()).close();
    } finally {
      process.env['NODE_ENV'] = before;
    }
    expect(said).toContainEqual("Mail goes out by 'mailbox'");
    expect(said).toContainEqual(expect.stringContaining("The provider 'mailbox' only keeps mail"));
  });

  it('N11: options of a provider that there is not are refused, with the names there are', async () => {
    const app = await startApplication({ imports: [MailBridgeModule.forRoot(MAILBOX)] });
    const mail = app.get(MailBridgeService);
    const providerOptions = { sengrid: { categories: ['a'] } };
    await expect(mail.send({ ...message(), providerOptions })).rejects.toThrow(
      /providerOptions\.sengrid: is no provider; there are .*sendgrid/,
    );
    const known = { sendgrid: { categories: ['a'] } };
    await expect(mail.send({ ...message(), providerOptions: known })).resolves.toBeDefined();
  });
});
