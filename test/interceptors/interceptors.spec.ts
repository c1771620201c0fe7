import { setImmediate } from 'node:timers/promises';
import { Injectable, Logger, Module } from '@nestjs/common';
import {
  MailBridgeError,
  MailBridgeModule,
  MailBridgeService,
  MailInterceptor,
  MailProvider,
  isInvalidMessageError,
  isUnsupportedFeatureError,
  rejected,
  unsent,
  type EmailResponseDto,
  type MailBridgeOptions,
  type MailHandler,
  type OutgoingEmail,
} from 'nest-mailbridge';
import { EMPTY, NEVER, Observable, concatMap, finalize, from, map, of, retry, tap } from 'rxjs';
import { startApplication } from '../fixtures/application.js';
import { SCRIPTED, ScriptedProvider, message, messages } from '../fixtures/scripted-provider.js';

@MailProvider('second')
class Second extends ScriptedProvider {}

let provider: ScriptedProvider;
let second: Second;

type Intercept = MailInterceptor['intercept'];

/** A MailBridge whose options hold interceptors made of these functions. */
async function start(
  intercepts: readonly Intercept[],
  options: MailBridgeOptions = {},
  declared: Partial<ScriptedProvider> = {},
): Promise<MailBridgeService> {
  provider = Object.assign(new ScriptedProvider(), declared);
  second = new Second();
  const interceptors = intercepts.map((intercept) => ({ intercept }));
  const app = await startApplication({
    imports: [MailBridgeModule.forRoot({ ...SCRIPTED, ...options, interceptors })],
    providers: [
      { provide: ScriptedProvider, useValue: provider },
      { provide: Second, useValue: second },
    ],
  });
  return app.get(MailBridgeService);
}

const failure = (work: Promise<unknown>) =>
  work.then(
    () => undefined,
    (error: unknown) => error as Error & { code?: string },
  );

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await setImmediate();
}

const withTag =
  (tag: string): Intercept =>
  (email, next) =>
    next.handle({ ...email, tags: [...email.tags, tag] });

describe('An interceptor', () => {
  const log: string[] = [];
  beforeEach(() => log.splice(0));

  @Injectable()
  class Names {
    readonly name = 'injected';
  }

  @MailInterceptor({ order: 10 })
  class Inner implements MailInterceptor {
    intercept(email: OutgoingEmail, next: MailHandler) {
      log.push('inner');
      return next.handle({ ...email, tags: [...email.tags, 'inner'] });
    }
  }

  @MailInterceptor()
  class Outer implements MailInterceptor {
    constructor(private readonly names: Names) {}

    intercept(email: OutgoingEmail, next: MailHandler) {
      log.push('outer');
      return next
        .handle({ ...email, tags: [this.names.name] })
        .pipe(tap(({ outcome }) => log.push(outcome)));
    }
  }

  const application = (options: MailBridgeOptions = {}) => {
    provider = new ScriptedProvider();
    return startApplication({
      imports: [MailBridgeModule.forRoot({ ...SCRIPTED, ...options })],
      providers: [Inner, Outer, Names, { provide: ScriptedProvider, useValue: provider }],
    });
  };

  it('is found by its decorator, in order, and sees what became of the message', async () => {
    const app = await application();
    await app.get(MailBridgeService).send(message());
    expect(log).toEqual(['outer', 'inner', 'accepted']);
    expect(provider.sent[0]?.tags).toEqual(['injected', 'inner']);
  });

  it('of the options comes behind those of the application', async () => {
    const app = await application({ interceptors: [{ intercept: withTag('last') }] });
    await app.get(MailBridgeService).send(message());
    expect(provider.sent[0]?.tags).toEqual(['injected', 'inner', 'last']);
  });

  it('that is not fit for it is named at the start', async () => {
    @MailInterceptor()
    class Idle {}
    @Module({ providers: [Idle] })
    class IdleModule {}
    await expect(
      startApplication({ imports: [MailBridgeModule.forRoot(SCRIPTED), IdleModule] }),
    ).rejects.toThrow('the mail interceptor Idle in IdleModule has no intercept()');
    await expect(start([], { interceptors: [{}] } as never)).resolves.toBeDefined();
    const options = { ...SCRIPTED, interceptors: [{}] as never };
    expect(() => MailBridgeModule.forRoot(options)).not.toThrow();
    await expect(
      startApplication({ imports: [MailBridgeModule.forRoot(options)] }),
    ).rejects.toThrow('interceptors: must be a list of objects with intercept()');
  });

  it('may take its time, also asynchronously', async () => {
    const mail = await start([
      async (email, next) => {
        await setImmediate();
        return next.handle({ ...email, subject: 'Later' }).pipe(concatMap((each) => from([each])));
      },
    ]);
    await expect(mail.send(message())).resolves.toMatchObject({ outcome: 'accepted' });
    expect(provider.sent[0]?.subject).toBe('Later');
  });

  it('is waited for when it works on the response', async () => {
    let isSaved = false;
    const mail = await start([
      (_, next) =>
        next.handle().pipe(
          concatMap(async (response) => {
            await setImmediate();
            isSaved = true;
            return response;
          }),
        ),
    ]);
    await mail.send(message());
    expect(isSaved).toBe(true);
  });

  it('sees every message of a bulk, and knows to which run each belongs', async () => {
    const runs = new Set<unknown>();
    const kinds: string[] = [];
    const outcomes: string[] = [];
    const mail = await start([
      (_, next) => {
        runs.add(next.run);
        kinds.push(next.run.kind);
        return next.handle().pipe(tap(({ outcome }) => outcomes.push(outcome)));
      },
    ]);
    provider.script = ({ to }) =>
      to[0]?.address === 'person1@example.com'
        ? rejected({ code: 'NO', message: 'no' })
        : { outcome: 'accepted' };
    const { responses } = await mail.sendBulk(messages(3));
    expect(outcomes.toSorted()).toEqual(['accepted', 'accepted', 'rejected']);
    expect(responses.map(({ index, outcome }) => [index, outcome])).toEqual([
      [0, 'accepted'],
      [1, 'rejected'],
      [2, 'accepted'],
    ]);
    await mail.send(message());
    expect(runs.size).toBe(2);
    expect(kinds).toEqual(['bulk', 'bulk', 'bulk', 'send']);
  });
});

describe('What an interceptor hands on', () => {
  it('is held to the rules for all messages, and nothing is sent that breaks them', async () => {
    const mail = await start([
      (email, next) => next.handle({ ...email, subject: 'a\r\nBcc: eve@example.com' }),
    ]);
    expect(isInvalidMessageError(await failure(mail.send(message())))).toBe(true);
    const { outcomes } = await mail.sendBulk(messages(2));
    expect(outcomes.rejected).toBe(2);
    expect(provider.sent).toEqual([]);
  });

  it.each([
    ['an unknown field', (email: OutgoingEmail) => ({ ...email, extra: 1 })],
    ['no message at all', () => 'nonsense'],
    ['no recipient', (email: OutgoingEmail) => ({ ...email, to: [] })],
  ])('is refused when it is %s', async (_, change) => {
    const mail = await start([(email, next) => next.handle(change(email) as never)]);
    expect(isInvalidMessageError(await failure(mail.send(message())))).toBe(true);
  });

  it('is asked of the provider as if it had been written so', async () => {
    const plain = { capabilities: { templates: false, features: new Set<never>() } };
    const tagging = await start([withTag('x')], {}, plain);
    expect(isUnsupportedFeatureError(await failure(tagging.send(message())))).toBe(true);
    expect(provider.sent).toEqual([]);
    const untagging = await start(
      [(email, next) => next.handle({ ...email, tags: [] })],
      {},
      plain,
    );
    await expect(untagging.send({ ...message(), tags: ['x'] })).resolves.toMatchObject({
      outcome: 'accepted',
    });
  });

  it('goes without a default that was taken out', async () => {
    const mail = await start([(email, next) => next.handle({ ...email, tags: [], headers: {} })], {
      defaults: { from: 'sender@example.com', tags: ['all'], headers: { 'X-All': '1' } },
    });
    await mail.send({ ...message(), tags: ['own'] });
    expect(provider.sent[0]).toMatchObject({ tags: [], headers: {} });
  });

  it('keeps its id, also one that was given here', async () => {
    const seen: string[] = [];
    const mail = await start([
      (email, next) => {
        seen.push(email.id);
        return next.handle({ ...email, id: 'another' });
      },
    ]);
    const { id } = await mail.send(message());
    const { responses } = await mail.sendBulk([{ ...message(), id: 'mine' }]);
    expect([id, responses[0]?.id]).toEqual(seen);
    expect(seen[1]).toBe('mine');
  });

  it('goes to the next provider of a route too, with the defaults of that one', async () => {
    const mail = await start([withTag('kept')], {
      provider: ['scripted', 'second'],
      providers: { second: { defaults: { from: 'second@example.com' } } },
    });
    provider.script = () => unsent({ code: 'DOWN', message: 'down' });
    await mail.send(message());
    expect(second.sent[0]).toMatchObject({
      tags: ['kept'],
      from: { address: 'second@example.com' },
    });
  });
});

describe('An interceptor that does not hand a message on', () => {
  it('has it refused with what it threw', async () => {
    const refusal = new MailBridgeError('Not on a Sunday', 'SUNDAY');
    const mail = await start([
      () => {
        throw refusal;
      },
    ]);
    expect(await failure(mail.send(message()))).toBe(refusal);
    const { responses } = await mail.sendBulk(messages(1));
    expect(responses[0]).toMatchObject({
      outcome: 'rejected',
      attempts: 0,
      failure: { code: 'SUNDAY', message: 'Not on a Sunday' },
    });
    expect(provider.sent).toEqual([]);
  });

  it('leaks no address by its words', async () => {
    const mail = await start([
      () => Promise.reject(new TypeError('ada@example.com is not a function')),
    ]);
    const { responses } = await mail.sendBulk(messages(1));
    expect(responses[0]?.failure).toMatchObject({
      code: 'INTERCEPTOR_THREW',
      message: 'An interceptor threw TypeError: [address] is not a function',
    });
  });

  it.each<[string, Intercept]>([
    ['ends without a word', () => EMPTY],
    ['makes a response up', () => of({ outcome: 'accepted' } as EmailResponseDto)],
    ['hands on what nobody subscribes to', (_, next) => (next.handle(), EMPTY)],
  ])('has it refused when it %s', async (_, intercept) => {
    const mail = await start([intercept]);
    expect(await failure(mail.send(message()))).toMatchObject({ code: 'NOT_HANDED_ON' });
    expect(provider.sent).toEqual([]);
  });

  it('does not hold up an abort or a shutdown: the message is cancelled', async () => {
    let [entered, left] = [0, 0];
    const waiting: Intercept = () => {
      entered += 1;
      return NEVER.pipe(finalize(() => (left += 1)));
    };
    const mail = await start([waiting]);
    const abort = new AbortController();
    const sending = failure(mail.send(message(), { signal: abort.signal }));
    const bulk = mail.sendBulk(messages(3));
    await until(() => entered === 2);
    await setImmediate();
    abort.abort();
    expect(await sending).toMatchObject({ response: { outcome: 'cancelled' } });
    await mail.close();
    expect((await bulk).outcomes).toMatchObject({ cancelled: 3 });
    expect(left).toBe(2);
  });

  it('sends nothing when it hands on too late', async () => {
    let handOn: () => void = () => undefined;
    let isEntered = false;
    const mail = await start([
      (_, next) =>
        new Observable(() => {
          isEntered = true;
          handOn = () => next.handle().subscribe();
        }),
    ]);
    const sending = failure(mail.send(message()));
    await until(() => isEntered);
    await mail.close();
    handOn();
    expect(await sending).toMatchObject({ response: { outcome: 'cancelled' } });
    expect(provider.sent).toEqual([]);
  });
});

describe('Once a message is handed on, an interceptor changes nothing of its outcome', () => {
  it('by another response', async () => {
    const mail = await start([
      (_, next) =>
        next
          .handle()
          .pipe(map(({ id }) => ({ id, outcome: 'rejected' }) as unknown as EmailResponseDto)),
    ]);
    await expect(mail.send(message())).resolves.toMatchObject({ outcome: 'accepted' });
  });

  it('by throwing, which is logged once for each', async () => {
    const lines: unknown[] = [];
    const mail = await start([
      (_, next) =>
        next.handle().pipe(
          tap(() => {
            throw new Error('for ada@example.com');
          }),
        ),
    ]);
    Logger.overrideLogger({
      warn: (line: unknown) => lines.push(line),
      log: () => 0,
      error: () => 0,
    });
    await expect(mail.send(message())).resolves.toMatchObject({ outcome: 'accepted' });
    Logger.overrideLogger(false);
    expect(lines).toEqual(['An interceptor threw Error: for [address]; the outcome stands']);
  });

  it('by trying again: it is sent once', async () => {
    const mail = await start([
      (_, next) =>
        next.handle().pipe(
          tap(() => {
            throw new Error('again');
          }),
          retry(2),
        ),
      (_, next) => next.handle(),
    ]);
    await expect(mail.send(message())).resolves.toMatchObject({ outcome: 'accepted' });
    expect(provider.sent).toHaveLength(1);
  });

  it('by never coming to an end, past the limit of a shutdown', async () => {
    const mail = await start([(_, next) => next.handle().pipe(concatMap(() => NEVER))], {
      shutdown: { drainTimeoutMs: 20 },
    });
    const sending = mail.send(message());
    while (provider.sent.length === 0) await setImmediate();
    await mail.close();
    await expect(sending).resolves.toMatchObject({ outcome: 'accepted' });
  });
});
