import {
  MailProvider,
  MailProviderStrategy,
  isBulkSourceError,
  isConfigurationError,
  type MailBridgeOptions,
  type MailRun,
  type OutgoingEmail,
} from 'nest-mailbridge';
import { tap } from 'rxjs';
import { startMailBridge } from '../fixtures/application.js';
import { message, messages } from '../fixtures/scripted-provider.js';

/** Takes four messages a call, those with the same subject together; nothing with tags. */
@MailProvider('batching')
class Batching extends MailProviderStrategy {
  override readonly capabilities = { templates: false, features: new Set<never>() };
  override readonly batching = {
    maxMessages: 4,
    key: ({ subject = '' }: OutgoingEmail) => subject,
  };
  calls = 0;

  async send(): Promise<never> {
    this.calls += 1;
    throw new Error('A dry run sends nothing');
  }

  override async sendBatch(): Promise<never> {
    return this.send();
  }
}

@MailProvider('tagging')
class Tagging extends Batching {
  override readonly capabilities = { templates: false, features: new Set(['tags']) } as never;
}

async function start(options: MailBridgeOptions = {}) {
  const providers = [new Batching(), new Tagging()] as const;
  const mail = await startMailBridge(
    { provider: 'batching', defaults: { from: 'sender@example.com' }, ...options },
    [
      { provide: Batching, useValue: providers[0] },
      { provide: Tagging, useValue: providers[1] },
    ],
  );
  return { mail, calls: () => providers[0].calls + providers[1].calls };
}

describe('A dry run', () => {
  it('says which calls a bulk would make, and makes none', async () => {
    const { mail, calls } = await start();
    const plan = await mail.dryRun([
      ...messages(6),
      { ...message(), subject: 'Another', cc: 'b@example.com' },
    ]);
    expect(plan).toEqual({
      total: 7,
      complete: true,
      refused: [],
      calls: [
        { provider: 'batching', indexes: [0, 1, 2, 3], recipients: 4 },
        { provider: 'batching', indexes: [4, 5], recipients: 2 },
        { provider: 'batching', indexes: [6], recipients: 2 },
      ],
    });
    expect(calls()).toBe(0);
  });

  it('says what would be refused, and why', async () => {
    const { mail } = await start();
    const { refused, calls } = await mail.dryRun([
      { ...message('nobody'), id: 'bad' },
      message(),
      { ...message(), tags: ['x'], id: 'tagged' },
    ]);
    expect(refused).toEqual([
      {
        id: 'bad',
        index: 0,
        failure: expect.objectContaining({
          category: 'validation',
          message: expect.stringContaining('to: has no address'),
        }),
      },
      {
        id: 'tagged',
        index: 2,
        failure: expect.objectContaining({
          category: 'unsupported',
          message: expect.stringContaining('cannot carry tags'),
        }),
      },
    ]);
    expect(calls).toEqual([{ provider: 'batching', indexes: [1], recipients: 1 }]);
  });

  it('names the provider of a route that a message would take', async () => {
    const { mail } = await start({ provider: ['batching', 'tagging'] });
    const { calls } = await mail.dryRun([message(), { ...message(), tags: ['x'] }]);
    expect(calls).toEqual([
      { provider: 'batching', indexes: [0], recipients: 1 },
      { provider: 'tagging', indexes: [1], recipients: 1 },
    ]);
  });

  it('takes messages through the interceptors, which know that nothing is sent', async () => {
    const kinds: MailRun['kind'][] = [];
    const outcomes: string[] = [];
    const { mail } = await start({
      interceptors: [
        {
          intercept: (email, next) => {
            kinds.push(next.run.kind);
            return next
              .handle({ ...email, cc: [{ address: 'added@example.com' }] })
              .pipe(tap(({ outcome }) => outcomes.push(outcome)));
          },
        },
      ],
    });
    const { calls } = await mail.dryRun(messages(2));
    expect(calls).toEqual([{ provider: 'batching', indexes: [0, 1], recipients: 4 }]);
    expect(kinds).toEqual(['dry-run', 'dry-run']);
    expect(outcomes).toEqual(['cancelled', 'cancelled']);
  });

  it('ends with an abort, and says that it did not see all', async () => {
    const { mail } = await start();
    const abort = new AbortController();
    const source = function* () {
      yield message();
      abort.abort();
      yield message();
    };
    const plan = await mail.dryRun(source(), { signal: abort.signal });
    expect(plan).toMatchObject({ complete: false });
  });

  it('fails with a source that fails, and with options that are wrong', async () => {
    const { mail } = await start();
    const source = function* () {
      yield message();
      throw new Error('no more');
    };
    const error = await mail.dryRun(source()).catch((each: unknown) => each);
    expect(isBulkSourceError(error)).toBe(true);
    const wrong = await mail.dryRun([], { concurrency: 1 } as never).catch((each: unknown) => each);
    expect(isConfigurationError(wrong)).toBe(true);
  });
});
