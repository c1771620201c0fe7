import { Subject, from, take, toArray, lastValueFrom } from 'rxjs';
import {
  accepted,
  isBulkSourceError,
  rejected,
  unsent,
  type BulkProgress,
  type BulkSourceError,
  type EmailMessageDto,
  type EmailResponseDto,
  type MailBridgeService,
} from 'nest-mailbridge';
import { setImmediate } from 'node:timers/promises';
import { inspect } from 'node:util';
import { startMailBridge } from '../fixtures/application.js';
import { SCRIPTED, ScriptedProvider, message, messages } from '../fixtures/scripted-provider.js';

let provider: ScriptedProvider;
let mail: MailBridgeService;

beforeEach(async () => {
  provider = new ScriptedProvider();
  mail = await startMailBridge(SCRIPTED, [{ provide: ScriptedProvider, useValue: provider }]);
});

function* generate(count: number) {
  for (let i = 0; i < count; i += 1) yield message(`person${i}@example.com`);
}

async function* generateLater(count: number) {
  for (const each of generate(count)) {
    await setImmediate();
    yield each;
  }
}

describe('Every message of a bulk has exactly one outcome, in input order', () => {
  const sources = {
    'an array': () => messages(25),
    'a set': () => new Set(messages(25)),
    'a generator': () => generate(25),
    'an async generator': () => generateLater(25),
    'an Observable': () => from(messages(25)),
    'a BulkEmailDto': () => ({ messages: messages(25) }),
  };
  it.each(Object.entries(sources))('from %s', async (_, source) => {
    const result = await mail.sendBulk(source() as EmailMessageDto[], { concurrency: 4 });
    expect(result).toMatchObject({
      total: 25,
      successful: 25,
      failed: 0,
      complete: true,
      providerCalls: 25,
      outcomes: { accepted: 25, rejected: 0, unsent: 0, unknown: 0, cancelled: 0 },
    });
    expect(result.responses.map(({ index }) => index)).toEqual(messages(25).map((__, i) => i));
    const sent = provider.sent.map(({ to }) => to[0]?.address);
    expect(sent).toHaveLength(25);
    expect(new Set(sent)).toEqual(new Set(messages(25).map(({ to }) => to)));
  });

  it('from nothing at all', async () => {
    await expect(mail.sendBulk([])).resolves.toMatchObject({
      total: 0,
      complete: true,
      responses: [],
    });
  });

  it('whatever becomes of its neighbours', async () => {
    provider.script = ({ id }) => {
      if (id === 'm3') return rejected({ code: 'NO', message: 'no' });
      if (id === 'm5') throw new Error('broken');
      if (id === 'm7') return unsent({ code: 'LATER', message: 'later' });
      return { outcome: 'accepted' };
    };
    const batch = messages(10).map((each, i) => ({ ...each, id: `m${i}` }));
    const bad: unknown[] = [...batch];
    bad[1] = { to: 'nobody', text: 'x', id: 'm1' };
    bad[9] = null;
    const result = await mail.sendBulk(bad as EmailMessageDto[]);
    expect(result.responses.map(({ outcome }) => outcome)).toEqual([
      'accepted',
      'rejected',
      'accepted',
      'rejected',
      'accepted',
      'unknown',
      'accepted',
      'unsent',
      'accepted',
      'rejected',
    ]);
    expect(result.responses[1]).toMatchObject({
      id: 'm1',
      index: 1,
      attempts: 0,
      failure: { category: 'validation', code: 'INVALID_MESSAGE' },
    });
    expect(result.outcomes).toEqual({
      accepted: 5,
      rejected: 3,
      unknown: 1,
      unsent: 1,
      cancelled: 0,
    });
    expect(result.providerCalls).toBe(8);
  });

  it('kept as far as they are wanted', async () => {
    provider.script = ({ id }) =>
      id === 'm1' ? rejected({ code: 'NO', message: 'no' }) : { outcome: 'accepted' };
    const batch = messages(3).map((each, i) => ({ ...each, id: `m${i}` }));
    const problems = await mail.sendBulk(batch, { keepResponses: 'problems' });
    expect(problems.responses.map(({ id }) => id)).toEqual(['m1']);
    const none = await mail.sendBulk(batch, { keepResponses: 'none' });
    expect(none).toMatchObject({ total: 3, successful: 2, failed: 1, responses: [] });
  });
});

describe('A bulk takes what its options say', () => {
  it('the sender and tags of the bulk where a message has none', async () => {
    await mail.sendBulk(
      {
        messages: [message(), { ...message(), from: 'own@example.com', tags: ['own'] }],
        defaultFrom: 'bulk@example.com',
        tags: ['bulk'],
      },
      { concurrency: 1 },
    );
    expect(provider.sent.map(({ from: sender }) => sender.address)).toEqual([
      'bulk@example.com',
      'own@example.com',
    ]);
    expect(provider.sent.map(({ tags }) => [...tags].toSorted())).toEqual([
      ['bulk'],
      ['bulk', 'own'],
    ]);
  });

  it('no more calls in flight than concurrency', async () => {
    await mail.sendBulk(messages(30), { concurrency: 3 });
    expect(provider.maxInFlight).toBe(3);
  });

  it('no more calls in flight than the provider allows, over all callers', async () => {
    const shared = new ScriptedProvider();
    const limited = await startMailBridge(
      { ...SCRIPTED, providers: { scripted: { maxInFlight: 2 } } },
      [{ provide: ScriptedProvider, useValue: shared }],
    );
    await Promise.all([
      limited.sendBulk(messages(10), { concurrency: 5 }),
      limited.sendBulk(messages(10), { concurrency: 5 }),
      limited.send(message()),
    ]);
    expect(shared.maxInFlight).toBe(2);
    expect(shared.sent).toHaveLength(21);
  });

  it('progress after each outcome, with a total where it is known', async () => {
    const seen: BulkProgress[] = [];
    await mail.sendBulk(messages(5), { onProgress: (progress) => seen.push(progress) });
    expect(seen.map(({ done, total }) => [done, total])).toEqual([
      [1, 5],
      [2, 5],
      [3, 5],
      [4, 5],
      [5, 5],
    ]);
    expect(seen.at(-1)?.outcomes.accepted).toBe(5);
    seen.length = 0;
    await mail.sendBulk(generate(1), { onProgress: (progress) => seen.push(progress) });
    expect(seen[0]).not.toHaveProperty('total');
  });

  it.each([
    [
      'throws',
      () => {
        throw new Error('display broken');
      },
    ],
    ['fails later', async () => Promise.reject(new Error('display broken'))],
  ])('and goes on when onProgress %s', async (_, onProgress) => {
    const rejections: unknown[] = [];
    const note = (reason: unknown) => rejections.push(reason);
    process.on('unhandledRejection', note);
    const options: object = { onProgress };
    const result = await mail.sendBulk(messages(5), options);
    await setImmediate();
    process.off('unhandledRejection', note);
    expect([result.successful, rejections]).toEqual([5, []]);
  });

  it('and refuses what a BulkEmailDto does not have', async () => {
    const bulk = { messages: messages(1), defaultForm: 'a@example.com' };
    await expect(mail.sendBulk(bulk)).rejects.toThrow(/defaultForm: is not a known field/);
  });

  it.each([
    [{ concurrency: 0 }, /concurrency/],
    [{ keepResponses: 'some' }, /keepResponses/],
    [{ defaultFrom: 'nobody' }, /defaultFrom/],
    [{ onProgress: 1 }, /onProgress/],
    [{ retries: 1 }, /retries/],
  ])('and refuses %j before anything is taken', async (options, why) => {
    let taken = 0;
    const source = (function* () {
      taken += 1;
      yield message();
    })();
    await expect(mail.sendBulk(source, options as never)).rejects.toThrow(why);
    expect(taken).toBe(0);
  });

  it.each([undefined, null, 'a@example.com', 5, {}])(
    'and refuses %j as a source',
    async (source) => {
      await expect(mail.sendBulk(source as never)).rejects.toMatchObject({
        code: 'INVALID_SOURCE',
      });
    },
  );
});

describe('The source is taken only as fast as its messages are sent', () => {
  it('one next() outstanding, never more ahead than calls in flight', async () => {
    let [taken, outstanding, ahead] = [0, 0, 0];
    const source = {
      [Symbol.asyncIterator]: () => ({
        async next() {
          outstanding += 1;
          expect(outstanding).toBe(1);
          await setImmediate();
          outstanding -= 1;
          if (taken === 200) return { done: true as const, value: undefined };
          taken += 1;
          ahead = Math.max(ahead, taken - provider.sent.length);
          return { done: false as const, value: message(`person${taken}@example.com`) };
        },
      }),
    };
    await expect(mail.sendBulk(source, { concurrency: 5 })).resolves.toMatchObject({ total: 200 });
    // The five in flight, and the one that is just being handed over.
    expect(ahead).toBeLessThanOrEqual(6);
  });

  it('an Observable, which cannot be slowed, waits in a queue that has a limit', async () => {
    const result = await mail
      .sendBulk(from(Array.from({ length: 100_002 }, () => null as unknown as EmailMessageDto)), {
        keepResponses: 'none',
      })
      .catch((error: unknown) => error);
    expect(isBulkSourceError(result)).toBe(true);
    expect(result).toMatchObject({
      response: { total: 100_000 },
      sourceError: { code: 'OBSERVABLE_OVERFLOW' },
    });
  }, 60_000);
});

describe('A source that throws', () => {
  it('ends the bulk with the response so far, after what was taken has been sent', async () => {
    const source = (async function* () {
      yield* generate(3);
      throw new Error('database of ada@example.com gone');
    })();
    const error = (await mail
      .sendBulk(source)
      .catch((caught: unknown) => caught)) as BulkSourceError;
    expect(isBulkSourceError(error)).toBe(true);
    expect(error.response).toMatchObject({ total: 3, successful: 3, complete: false });
    expect(error.response.responses).toHaveLength(3);
    expect(error.sourceError).toMatchObject({ message: 'database of ada@example.com gone' });
    expect(JSON.stringify(error)).not.toContain('ada@');
    expect(inspect(error, { depth: Infinity, showHidden: true })).not.toContain('ada@');
    expect(error.message).toContain('after 3 messages');
  });

  it('also when it cannot be opened at all', async () => {
    const source = {
      [Symbol.iterator]: () => {
        throw new Error('gone');
      },
    };
    const error = await mail.sendBulk(source).catch((caught: unknown) => caught);
    expect(isBulkSourceError(error)).toBe(true);
  });

  it.each([
    [
      'a generator',
      () =>
        (function* (): Generator<EmailMessageDto> {
          throw new Error('gone');
        })(),
    ],
    ['an Observable', () => new Subject<EmailMessageDto>().pipe(take(0))],
  ])('%s is no unhandled rejection', async (_, source) => {
    await mail.sendBulk(source()).catch(() => undefined);
    expect(provider.sent).toEqual([]);
  });
});

describe('An abort ends the intake', () => {
  it('what is in flight ends, the rest of an array is cancelled, the source is told', async () => {
    const abort = new AbortController();
    provider.script = ({ id }) => {
      if (id === 'm4') abort.abort();
      return { outcome: 'accepted' };
    };
    const batch = messages(50).map((each, i) => ({ ...each, id: `m${i}` }));
    const result = await mail.sendBulk(batch, { concurrency: 2, signal: abort.signal });
    expect(result).toMatchObject({ total: 50, complete: false });
    expect(result.successful).toBe(provider.sent.length);
    expect(result.outcomes.cancelled).toBe(50 - provider.sent.length);
    expect(result.successful).toBeLessThanOrEqual(7);
    expect(result.responses.map(({ id }) => id)).toEqual(batch.map(({ id }) => id));
  });

  it('of a generator, whose return() is called, and that is asked for nothing more', async () => {
    const abort = new AbortController();
    let [taken, returned] = [0, false];
    const source = (function* () {
      try {
        for (;;) {
          taken += 1;
          yield message();
        }
      } finally {
        returned = true;
      }
    })();
    provider.script = () => {
      if (provider.sent.length === 10) abort.abort();
      return { outcome: 'accepted' };
    };
    const result = await mail.sendBulk(source, { concurrency: 3, signal: abort.signal });
    expect(returned).toBe(true);
    expect(result.total).toBe(taken);
    expect(result.complete).toBe(false);
  });

  it('also of a source that never answers', async () => {
    const abort = new AbortController();
    const source = (async function* () {
      yield message();
      await new Promise(() => undefined);
    })();
    provider.script = () => {
      abort.abort();
      return { outcome: 'accepted' };
    };
    await expect(mail.sendBulk(source, { signal: abort.signal })).resolves.toMatchObject({
      total: 1,
      successful: 1,
      complete: false,
    });
  });

  it('also of a source that never pauses', async () => {
    const abort = new AbortController();
    let taken = 0;
    const endless = (function* () {
      for (;;) {
        taken += 1;
        yield { to: 'nobody' };
      }
    })();
    setTimeout(() => abort.abort(), 1);
    const result = await mail.sendBulk(endless, { signal: abort.signal, keepResponses: 'none' });
    expect(result).toMatchObject({ total: taken, complete: false });
  });

  it('before the bulk began cancels all of an array', async () => {
    const result = await mail.sendBulk(messages(3), { signal: AbortSignal.abort() });
    expect(result).toMatchObject({
      total: 3,
      complete: false,
      outcomes: { cancelled: 3 },
      providerCalls: 0,
    });
  });
});

describe('N4: a message that was refused for some of its recipients', () => {
  const failure = { code: 'SMTP_550', message: 'no such user' };

  it.each(['all', 'problems'] as const)('counts, and is kept with %s', async (keepResponses) => {
    provider.script = ({ id, to }) =>
      to[0]!.address.startsWith('person1')
        ? accepted(id, [
            { address: 'person1@example.com', outcome: 'accepted' },
            { address: 'gone@example.com', outcome: 'rejected', failure: deliveryFailure(failure) },
          ])
        : accepted(id);
    const result = await mail.sendBulk(messages(3), { keepResponses });
    expect(result).toMatchObject({ successful: 3, failed: 0, partial: 1 });
    expect(result.responses.map(({ index }) => index)).toEqual(
      keepResponses === 'all' ? [0, 1, 2] : [1],
    );
    expect(result.responses.find(({ index }) => index === 1)?.recipients).toHaveLength(2);
  });

  const deliveryFailure = (input: typeof failure) => {
    const said = rejected({ ...input, scope: 'recipient' });
    return said.outcome === 'accepted' ? undefined! : said.failure;
  };
});

describe('stream() tells the same as it happens', () => {
  it('each response once, and completes after the last', async () => {
    const responses = await lastValueFrom(mail.stream(generate(20)).pipe(toArray()));
    expect(responses.map(({ index }) => index).toSorted((a, b) => a! - b!)).toEqual(
      messages(20).map((_, i) => i),
    );
  });

  it('starts nothing before it is subscribed to, and nothing twice', async () => {
    const stream = mail.stream(messages(3));
    await setImmediate();
    expect(provider.sent).toEqual([]);
    await lastValueFrom(stream);
    await expect(lastValueFrom(stream)).rejects.toMatchObject({ code: 'SUBSCRIBED_TWICE' });
    expect(provider.sent).toHaveLength(3);
  });

  it('unsubscribing ends the intake, and what is in flight ends unreported', async () => {
    const seen: EmailResponseDto[] = [];
    let returned = false;
    const source = (function* () {
      try {
        yield* generate(1000);
      } finally {
        returned = true;
      }
    })();
    await lastValueFrom(mail.stream(source, { concurrency: 4 }).pipe(take(2))).then((last) =>
      seen.push(last),
    );
    expect(returned).toBe(true);
    await mail.close();
    expect(provider.inFlight).toBe(0);
    expect(provider.sent.length).toBeLessThanOrEqual(6);
    expect(seen).toHaveLength(1);
  });

  it('fails with a BulkSourceError after the last response when the source throws', async () => {
    const seen: EmailResponseDto[] = [];
    const source = (function* () {
      yield* generate(3);
      throw new Error('gone');
    })();
    const error = await new Promise((resolve) => {
      mail.stream(source).subscribe({ next: (response) => seen.push(response), error: resolve });
    });
    expect(isBulkSourceError(error)).toBe(true);
    expect(seen).toHaveLength(3);
  });
});
