import { Logger } from '@nestjs/common';
import {
  MailBridgeService,
  MailProvider,
  accepted,
  rejected,
  unknown,
  unsent,
  type DeliveryEvent,
  type EmailSendError,
  type MailBridgeOptions,
} from 'nest-mailbridge';
import { startMailBridge } from './fixtures/application.js';
import { ScriptedProvider, message, messages, type Script } from './fixtures/scripted-provider.js';

@MailProvider('first')
class First extends ScriptedProvider {}

@MailProvider('second')
class Second extends ScriptedProvider {}

/** The capabilities of a provider that carries plain messages only. */
const PLAIN = { templates: false, features: new Set<never>() };

let first: First;
let second: Second;

async function start(
  options: MailBridgeOptions = {},
  plain: { first?: boolean; second?: boolean } = {},
): Promise<MailBridgeService> {
  first = new First();
  second = new Second();
  if (plain.first) Object.assign(first, { capabilities: PLAIN });
  if (plain.second) Object.assign(second, { capabilities: PLAIN });
  return startMailBridge(
    {
      provider: ['first', 'second'],
      defaults: { from: 'sender@example.com' },
      retry: { attempts: 1 },
      ...options,
    },
    [
      { provide: First, useValue: first },
      { provide: Second, useValue: second },
    ],
  );
}

const down: Script = () => unsent({ code: 'DOWN', message: 'down', scope: 'network' });
const failed = (work: Promise<unknown>) =>
  work.then(
    () => undefined,
    (error: EmailSendError) => error,
  );

describe('The next provider of a route is asked', () => {
  it('when the one before surely did not take the message', async () => {
    const mail = await start();
    first.script = down;
    const response = await mail.send(message());
    expect(response).toMatchObject({ outcome: 'accepted', provider: 'second', attempts: 2 });
    expect(response.history).toEqual([
      { provider: 'first', outcome: 'unsent', code: 'DOWN', durationMs: expect.any(Number) },
      { provider: 'second', outcome: 'accepted', durationMs: expect.any(Number) },
    ]);
    expect(second.sent[0]?.id).toBe(first.sent[0]?.id);
  });

  it.each([
    ['accepted', () => accepted()],
    ['rejected', () => rejected({ code: 'NO', message: 'no' })],
    ['unknown', () => unknown({ code: 'LOST', message: 'lost' })],
  ] as [string, Script][])('never when the message is %s', async (outcome, script) => {
    const mail = await start();
    first.script = script;
    const { responses } = await mail.sendBulk([message()]);
    expect(responses[0]).toMatchObject({ outcome, provider: 'first' });
    expect(second.sent).toEqual([]);
  });

  it("for what may have been taken only with onUnknown: 'resend'", async () => {
    const mail = await start({ onUnknown: 'resend' });
    first.script = () => unknown({ code: 'LOST', message: 'lost' });
    await expect(mail.send(message())).resolves.toMatchObject({ provider: 'second' });
  });

  it('only for those messages of a bulk that need it', async () => {
    const mail = await start();
    first.script = (email) => (Number(email.id) % 3 === 0 ? down(email, {} as never) : accepted());
    const { responses, outcomes } = await mail.sendBulk(
      messages(9).map((each, i) => ({ ...each, id: String(i) })),
    );
    expect(outcomes.accepted).toBe(9);
    expect(responses.map(({ provider }) => provider)).toEqual(
      messages(9).map((_, i) => (i % 3 === 0 ? 'second' : 'first')),
    );
  });

  it('and the last one has the last word', async () => {
    const mail = await start();
    first.script = down;
    second.script = () => rejected({ code: 'NO', message: 'no' });
    const error = await failed(mail.send(message()));
    expect(error?.response).toMatchObject({ outcome: 'rejected', provider: 'second', attempts: 2 });
  });
});

describe('S8: a provider that finds out only when asked that it cannot carry a message', () => {
  const cannot: Script = () =>
    unsent({ code: 'NOT_OFFERED', message: 'no', category: 'unsupported', retryable: false });
  const refusal = { category: 'unsupported', scope: 'message', retryable: false };

  it.each<[string, Script, Script, object]>([
    ['is passed over', cannot, () => accepted(), { outcome: 'accepted', provider: 'second' }],
    ['is refused where none can', cannot, cannot, { outcome: 'rejected', failure: refusal }],
    ['is unsent where the other is down', cannot, down, { outcome: 'unsent', provider: 'second' }],
    ['whichever is asked first', down, cannot, { outcome: 'unsent', provider: 'first' }],
    [
      'stays in doubt where another may have it',
      () => unknown({ code: 'LOST', message: 'lost' }),
      cannot,
      { outcome: 'unknown', provider: 'first' },
    ],
  ])('%s', async (_, ofFirst, ofSecond, expected) => {
    const mail = await start();
    first.script = ofFirst;
    second.script = ofSecond;
    const { responses } = await mail.sendBulk([message()]);
    expect(responses[0]).toMatchObject(expected);
  });

  it('is refused also where there is no other', async () => {
    const mail = await start({ provider: 'first' });
    first.script = cannot;
    const error = await failed(mail.send(message()));
    expect(error?.response).toMatchObject({ outcome: 'rejected', failure: refusal, attempts: 1 });
  });
});

describe('A provider that cannot carry a message', () => {
  const tagged = { ...message(), tags: ['welcome'] };

  it('is passed over for it', async () => {
    const mail = await start({}, { first: true });
    await expect(mail.send(tagged)).resolves.toMatchObject({ provider: 'second', attempts: 1 });
    await expect(mail.send(message())).resolves.toMatchObject({ provider: 'first' });
    expect(first.sent).toHaveLength(1);
  });

  it('is passed over also where the one before it failed', async () => {
    const mail = await start({}, { second: true });
    first.script = down;
    const error = await failed(mail.send(tagged));
    expect(error?.response).toMatchObject({ outcome: 'unsent', provider: 'first' });
    expect(second.sent).toEqual([]);
  });

  it('makes it refused only when none of the route can', async () => {
    const mail = await start({}, { first: true, second: true });
    await expect(mail.send(tagged)).rejects.toMatchObject({
      name: 'UnsupportedFeatureError',
      provider: 'first',
    });
  });
});

describe('Providers of a route may differ', () => {
  it('in the sender', async () => {
    const mail = await start({
      providers: { second: { defaults: { from: 'backup@example.com' } } },
    });
    first.script = down;
    await mail.send(message());
    expect(first.sent[0]?.from.address).toBe('sender@example.com');
    expect(second.sent[0]?.from.address).toBe('backup@example.com');
  });

  it('in their share', async () => {
    const turns = await start({ strategy: 'round-robin' });
    await turns.sendBulk(messages(10));
    expect([first.sent.length, second.sent.length]).toEqual([5, 5]);
    const weighted = await start({
      strategy: 'weighted',
      providers: { first: { weight: 9 }, second: { weight: 1 } },
    });
    await weighted.sendBulk(messages(500));
    expect(first.sent.length).toBeGreaterThan(second.sent.length * 3);
    expect(second.sent.length).toBeGreaterThan(0);
  });

  it('for one call', async () => {
    const mail = await start();
    second.script = down;
    await expect(mail.send(message(), { provider: ['second', 'first'] })).resolves.toMatchObject({
      provider: 'first',
    });
  });
});

describe('The same provider is asked again', () => {
  const retry = { attempts: 3, baseDelayMs: 1, maxDelayMs: 5 };

  it('for what it did not take and may take later, with the number of the attempt', async () => {
    const mail = await start({ provider: 'first', retry });
    const seen: number[] = [];
    first.script = (_, { attempt }) => {
      seen.push(attempt);
      return attempt < 3 ? unsent({ code: 'LATER', message: 'later' }) : accepted();
    };
    await expect(mail.send(message())).resolves.toMatchObject({ outcome: 'accepted', attempts: 3 });
    expect(seen).toEqual([1, 2, 3]);
  });

  it('no more often than allowed', async () => {
    const mail = await start({ provider: 'first', retry });
    first.script = () => unsent({ code: 'LATER', message: 'later' });
    expect((await failed(mail.send(message())))?.response.attempts).toBe(3);
  });

  it.each([
    ['rejected', () => rejected({ code: 'NO', message: 'no' })],
    ['unknown', () => unknown({ code: 'LOST', message: 'lost' })],
    ['unsent for good', () => unsent({ code: 'KEY', message: 'key', retryable: false })],
  ] as [string, Script][])('never when the message is %s', async (_, script) => {
    const mail = await start({ provider: 'first', retry });
    first.script = script;
    expect((await failed(mail.send(message())))?.response.attempts).toBe(1);
  });

  it('only for the recipients that were refused for now', async () => {
    const mail = await start({ provider: 'first', retry });
    first.script = (_, { attempt }) =>
      attempt > 1
        ? accepted()
        : accepted('m-1', [
            { address: 'a@example.com', outcome: 'accepted' },
            {
              address: 'b@example.com',
              outcome: 'unsent',
              failure: {
                code: '450',
                message: 'x',
                category: 'unavailable',
                scope: 'recipient',
                retryable: true,
              },
            },
          ]);
    const response = await mail.send({ ...message(), to: ['a@example.com', 'b@example.com'] });
    expect(response).toMatchObject({ outcome: 'accepted', messageId: 'm-1', attempts: 2 });
    expect(response).not.toHaveProperty('recipients');
    expect(first.sent.map(({ envelopeTo }) => envelopeTo)).toEqual([undefined, ['b@example.com']]);
  });

  it('not multiplied by an outage: at most 1.1 attempts a message', async () => {
    const mail = await start({ provider: 'first', retry, circuitBreaker: false });
    first.script = () => unsent({ code: 'LATER', message: 'later' });
    const { total, providerCalls } = await mail.sendBulk(messages(600), { concurrency: 20 });
    expect(total).toBe(600);
    expect(providerCalls).toBeLessThanOrEqual(660);
  });

  it('and a wait ends at once with an abort: the last outcome stands', async () => {
    const mail = await start({
      provider: 'first',
      retry: { attempts: 3, baseDelayMs: 3_600_000, maxDelayMs: 3_600_000 },
    });
    const abort = new AbortController();
    first.script = () => {
      setTimeout(() => abort.abort(), 5);
      return unsent({ code: 'LATER', message: 'later' });
    };
    const error = await failed(mail.send(message(), { signal: abort.signal }));
    expect(error?.response).toMatchObject({ outcome: 'unsent', attempts: 1 });
  });
});

describe('A provider that is down', () => {
  it('is left alone: a route moves on at once, and it is asked no more', async () => {
    const mail = await start();
    first.script = down;
    await mail.sendBulk(messages(50), { concurrency: 1 });
    expect(first.sent).toHaveLength(5);
    expect(second.sent).toHaveLength(50);
    expect([mail.circuitState('first'), mail.circuitState('second')]).toEqual(['open', 'closed']);
  });

  it('is not waited for by those who found that out, where there is another', async () => {
    const hour = 3_600_000;
    const mail = await start({
      retry: { attempts: 3, baseDelayMs: hour, maxDelayMs: hour },
      circuitBreaker: { failures: 1, halfOpenAfterMs: hour },
    });
    first.script = down;
    await expect(mail.send(message())).resolves.toMatchObject({ provider: 'second', attempts: 2 });
  });

  it('is not met with all messages of a bulk when there is no other', async () => {
    const mail = await start({ provider: 'first', circuitBreaker: { maxPauseMs: 20 } });
    first.script = down;
    const { outcomes, providerCalls } = await mail.sendBulk(messages(40), { concurrency: 10 });
    expect(outcomes.unsent).toBe(40);
    expect(providerCalls).toBeLessThan(20);
  });

  it('is waited for by a bulk, which then goes on', async () => {
    const mail = await start({
      provider: 'first',
      circuitBreaker: { failures: 2, halfOpenAfterMs: 20, maxPauseMs: 5000 },
      retry: { attempts: 3, baseDelayMs: 1, maxDelayMs: 1 },
    });
    let calls = 0;
    first.script = (email, context) => ((calls += 1) <= 2 ? down(email, context) : accepted());
    const { outcomes } = await mail.sendBulk(messages(30), { concurrency: 1 });
    expect(outcomes).toMatchObject({ accepted: 30 });
  });

  it('is told of in the log, when it fails and when it works again', async () => {
    const lines: unknown[] = [];
    const logger = { warn: (line: unknown) => lines.push(line), log: () => 0, error: () => 0 };
    const mail = await start({
      provider: 'first',
      circuitBreaker: { failures: 2, halfOpenAfterMs: 5, maxPauseMs: 5000 },
    });
    Logger.overrideLogger(logger);
    let calls = 0;
    first.script = (email, context) => ((calls += 1) <= 2 ? down(email, context) : accepted());
    await mail.sendBulk(messages(5), { concurrency: 1 });
    Logger.overrideLogger(false);
    expect(lines).toEqual([
      "The mail provider 'first' fails: it is left alone for 1 s",
      "The mail provider 'first' works again",
    ]);
  });

  it('has messages and recipients that are refused not counted against it', async () => {
    const mail = await start();
    first.script = () => rejected({ code: 'NO', message: 'no' });
    await mail.sendBulk(messages(50));
    expect(mail.circuitState('first')).toBe('closed');
  });
});

describe('deliveries$', () => {
  it('tells every attempt and every outcome, and completes with the MailBridge', async () => {
    const mail = await start();
    const events: DeliveryEvent[] = [];
    let isComplete = false;
    mail.deliveries$.subscribe({
      next: (event) => events.push(event),
      complete: () => (isComplete = true),
    });
    first.script = down;
    const { id } = await mail.send(message());
    expect(
      events.map((event) =>
        event.type === 'attempt'
          ? [event.id, event.provider, event.outcome]
          : [event.response.id, event.response.outcome],
      ),
    ).toEqual([
      [id, 'first', 'unsent'],
      [id, 'second', 'accepted'],
      [id, 'accepted'],
    ]);
    await mail.close();
    expect(isComplete).toBe(true);
  });

  it('tells an attempt when it has been made, before the next one', async () => {
    const mail = await start();
    const seen: string[] = [];
    mail.deliveries$.subscribe(({ type }) => seen.push(type));
    first.script = down;
    second.script = () => {
      seen.push('second is asked');
      return accepted();
    };
    await mail.send(message());
    expect(seen).toEqual(['attempt', 'second is asked', 'attempt', 'outcome']);
  });
});

describe('An observer of the options', () => {
  it('hears of attempts, outcomes and circuits', async () => {
    const heard: string[] = [];
    const mail = await start({
      circuitBreaker: { failures: 1 },
      observers: [
        {
          observe: (event) => heard.push(event.type),
          circuitChanged: (provider, state) => heard.push(`${provider} ${state}`),
        },
      ],
    });
    first.script = down;
    await mail.send(message());
    expect(heard).toEqual(['first open', 'attempt', 'attempt', 'outcome']);
  });

  it('that throws changes nothing, and keeps nobody else from hearing', async () => {
    const heard: string[] = [];
    const broken = () => {
      throw new Error('broken');
    };
    const mail = await start({
      circuitBreaker: { failures: 1 },
      observers: [
        { observe: broken, circuitChanged: broken },
        { observe: ({ type }) => heard.push(type) },
      ],
    });
    first.script = down;
    await expect(mail.send(message())).resolves.toMatchObject({ outcome: 'accepted' });
    expect(heard).toEqual(['attempt', 'attempt', 'outcome']);
  });

  it('that cannot observe is refused at the start', async () => {
    await expect(start({ observers: [{}] as never })).rejects.toThrow(
      'observers: must be a list of objects with observe()',
    );
  });
});

describe('A lane', () => {
  it('lets urgent mail overtake a bulk that is under way', async () => {
    const mail = await start({ provider: 'first', providers: { first: { maxInFlight: 1 } } });
    const bulk = mail.sendBulk(messages(50), { concurrency: 5 });
    while (first.sent.length < 5) await new Promise((resolve) => setImmediate(resolve));
    const before = first.sent.length;
    await mail.send({ ...message('urgent@example.com') }, { lane: 'high' });
    expect(
      first.sent.findIndex(({ to }) => to[0]?.address === 'urgent@example.com'),
    ).toBeLessThanOrEqual(before + 1);
    await expect(bulk).resolves.toMatchObject({ successful: 50 });
  });
});
