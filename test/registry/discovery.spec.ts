import { Injectable, Module, Scope } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import {
  InjectMailProviderOptions,
  MailBridgeModule,
  MailBridgeService,
  MailProvider,
  MailProviderStrategy,
  accepted,
  isConfigurationError,
  isProviderNotFoundError,
  type Submission,
} from 'nest-mailbridge';
import { startApplication, startMailBridge } from '../fixtures/application.js';
import { SCRIPTED, ScriptedProvider, message } from '../fixtures/scripted-provider.js';

@MailProvider('acme')
class AcmeProvider extends MailProviderStrategy {
  constructor(@InjectMailProviderOptions('acme') readonly options: { region?: string }) {
    super();
  }

  async send(): Promise<Submission> {
    return accepted(`acme-${this.options.region}`);
  }
}

@Module({ providers: [AcmeProvider] })
class AcmeModule {}

const options = {
  provider: 'acme',
  defaults: { from: 'sender@example.com' },
  providers: { acme: { region: 'north' } },
};

describe('A class with @MailProvider() is found wherever it is listed', () => {
  it('in a module of its own, with its options injected', async () => {
    const app = await startApplication({
      imports: [MailBridgeModule.forRoot(options), AcmeModule],
    });
    const response = await app.get(MailBridgeService).send(message());
    expect(response).toMatchObject({
      outcome: 'accepted',
      provider: 'acme',
      messageId: 'acme-north',
    });
  });

  it('before it is known to forRootAsync() what the options are', async () => {
    const app = await startApplication({
      imports: [AcmeModule, MailBridgeModule.forRootAsync({ useFactory: async () => options })],
    });
    await expect(app.get(MailBridgeService).send(message())).resolves.toMatchObject({
      messageId: 'acme-north',
    });
  });

  it('as a value', async () => {
    const mail = await startMailBridge(SCRIPTED, [
      { provide: 'MAILER', useValue: new ScriptedProvider() },
    ]);
    expect(mail.availableProviders()).toContain('scripted');
  });

  it('as a factory', async () => {
    const mail = await startMailBridge(SCRIPTED, [
      { provide: 'MAILER', useFactory: () => new ScriptedProvider() },
    ]);
    expect(mail.availableProviders()).toContain('scripted');
  });

  it('once, when a second token names the same instance', async () => {
    const mail = await startMailBridge(SCRIPTED, [
      ScriptedProvider,
      { provide: 'ALIAS', useExisting: ScriptedProvider },
    ]);
    await expect(mail.send(message())).resolves.toMatchObject({ success: true });
  });

  it('also after overrideProvider()', async () => {
    const override = { send: async () => accepted('overridden') };
    const module = await Test.createTestingModule({
      imports: [MailBridgeModule.forRoot(options), AcmeModule],
    })
      .overrideProvider(AcmeProvider)
      .useValue(override)
      .compile();
    await module.init();
    const response = await module.get(MailBridgeService).send(message());
    await module.close();
    expect(response.messageId).toBe('overridden');
  });

  it('when the first message leaves in an onModuleInit hook', async () => {
    let outcome: string | undefined;
    @Injectable()
    class Early {
      constructor(private readonly mail: MailBridgeService) {}
      async onModuleInit() {
        outcome = (await this.mail.send(message())).outcome;
      }
    }
    await startMailBridge(SCRIPTED, [Early, ScriptedProvider]);
    expect(outcome).toBe('accepted');
  });
});

describe('A provider that cannot be used is named at start', () => {
  const start = async (providers: Parameters<typeof startMailBridge>[1]) =>
    startMailBridge(SCRIPTED, providers).then(
      () => undefined,
      (error: unknown) => error,
    );

  it('when two classes have one name, with what is registered', async () => {
    @MailProvider('scripted')
    class Second extends ScriptedProvider {}
    const error = await start([ScriptedProvider, Second]);
    expect(isConfigurationError(error)).toBe(true);
    expect(String(error)).toMatch(
      /two mail providers 'scripted'.*Second.*registered: 'scripted' \(ScriptedProvider/,
    );
  });

  it('when it takes the name of a built-in one', async () => {
    @MailProvider('smtp')
    class Mine extends ScriptedProvider {}
    expect(String(await start([ScriptedProvider, Mine]))).toMatch(/'smtp' \(Mine.*built-in/);
  });

  it('when it has no send()', async () => {
    @MailProvider('lame')
    class Lame {}
    expect(String(await start([ScriptedProvider, Lame]))).toMatch(/'lame' \(Lame.*no send\(\)/);
  });

  it('when it is request-scoped', async () => {
    @Injectable({ scope: Scope.REQUEST })
    @MailProvider('perRequest')
    class PerRequest extends ScriptedProvider {}
    expect(String(await start([ScriptedProvider, PerRequest]))).toMatch(/must be a singleton/);
  });

  it('when the options name one that nobody registered, with those there are', async () => {
    const error = await startMailBridge({ ...SCRIPTED, provider: 'scriptd' }, [
      ScriptedProvider,
    ]).catch((caught: unknown) => caught);
    expect(isProviderNotFoundError(error)).toBe(true);
    expect(error).toMatchObject({ provider: 'scriptd', available: ['scripted'] });
  });
});

describe('registerProvider() does at run time what the decorator does', () => {
  it('for a provider that the configuration names, until the application has started', async () => {
    @Injectable()
    class Registrar {
      constructor(private readonly mail: MailBridgeService) {}
      onModuleInit() {
        this.mail.registerProvider('scripted', new ScriptedProvider());
      }
    }
    const mail = await startMailBridge(SCRIPTED, [Registrar]);
    await expect(mail.send(message())).resolves.toMatchObject({ provider: 'scripted' });
  });

  it('and refuses a name that is taken', async () => {
    const mail = await startMailBridge(SCRIPTED, [ScriptedProvider]);
    expect(() => mail.registerProvider('scripted', new ScriptedProvider())).toThrow(
      /two mail providers/,
    );
    expect(() => mail.registerProvider('mailbox', new ScriptedProvider())).toThrow(/built-in/);
  });

  it('and refuses to send through a name that nobody has', async () => {
    const mail = await startMailBridge(SCRIPTED, [ScriptedProvider]);
    await expect(mail.send(message(), { provider: 'nobody' })).rejects.toMatchObject({
      name: 'ProviderNotFoundError',
      available: ['scripted'],
    });
  });
});
