import {
  MailProvider,
  MailProviderStrategy,
  accepted,
  refusedTogether,
  rejected,
  unknown,
  unsent,
  type EmailSendError,
  type MailBridgeOptions,
  type OutgoingEmail,
  type SendContext,
  type Submission,
} from 'nest-mailbridge';
import { startMailBridge } from '../fixtures/application.js';
import { ScriptedProvider, message, messages } from '../fixtures/scripted-provider.js';

interface Call extends Pick<SendContext, 'callKey' | 'isRepeated' | 'attempt'> {
  readonly ids: readonly string[];
}

type Answer = (emails: readonly OutgoingEmail[]) => readonly Submission[];

const all =
  (submission: Submission): Answer =>
  (emails) =>
    emails.map(() => submission);
const ok: Answer = (emails) => emails.map(({ id }) => accepted(id));
const lost: Answer = () => {
  throw new Error('connection reset');
};
const busy = all(unsent({ code: 'BUSY', message: 'busy', category: 'rate-limit' }));
const forbidden = all(
  unsent({ code: 'NO_KEY', message: 'no', category: 'auth', retryable: false }),
);
const refused = all(rejected({ code: 'NO', message: 'no' }));

/**
 * A provider that knows repeated calls by their keys: it takes the messages of a call whose answer is lost,
 * and of a call with a key that it knows it takes none.
 */
@MailProvider('keyed')
class Keyed extends MailProviderStrategy {
  override readonly idempotency = { lifetimeMs: 60_000 };
  override readonly batching = { maxMessages: 100, key: () => 'all' };
  readonly calls: Call[] = [];
  readonly copies = new Map<string, number>();
  readonly #known = new Set<string>();
  /** What it answers, call by call; the last one from then on. */
  answers: Answer[] = [ok];

  async send(email: OutgoingEmail, context: SendContext): Promise<Submission> {
    const [submission] = await this.sendBatch([email], context);
    return submission!;
  }

  override async sendBatch(
    emails: readonly OutgoingEmail[],
    { callKey = '', isRepeated, attempt }: SendContext,
  ): Promise<readonly Submission[]> {
    this.calls.push({ ids: emails.map(({ id }) => id), callKey, isRepeated: isRepeated!, attempt });
    const answer = this.answers[Math.min(this.calls.length, this.answers.length) - 1]!;
    if (answer === ok || answer === lost) this.take(emails, callKey);
    return answer(emails);
  }

  get keys(): readonly (string | undefined)[] {
    return this.calls.map(({ callKey }) => callKey);
  }

  get extraCopies(): number {
    return [...this.copies.values()].reduce((sum, copies) => sum + copies - 1, 0);
  }

  private take(emails: readonly OutgoingEmail[], key: string): void {
    if (this.#known.has(key)) return;
    this.#known.add(key);
    for (const { id } of emails) this.copies.set(id, (this.copies.get(id) ?? 0) + 1);
  }
}

@MailProvider('other')
class Other extends ScriptedProvider {}

let keyed: Keyed;
let other: Other;

async function start(answers: Answer[], options: MailBridgeOptions = {}) {
  keyed = new Keyed();
  keyed.answers = answers;
  other = new Other();
  return startMailBridge(
    {
      provider: ['keyed', 'other'],
      defaults: { from: 'sender@example.com' },
      retry: { attempts: 3, baseDelayMs: 1, maxDelayMs: 2 },
      ...options,
    },
    [
      { provide: Keyed, useValue: keyed },
      { provide: Other, useValue: other },
    ],
  );
}

const outcomeOf = (work: Promise<{ outcome: string }>) =>
  work.then(
    ({ outcome }) => outcome,
    (error: EmailSendError) => error.response.outcome,
  );

describe('H17: once a call may have been taken, only an acceptance settles it', () => {
  it.each<[string, Answer[], string, number]>([
    ['lost, accepted', [lost, ok], 'accepted', 2],
    ['lost, a rate limit, accepted', [lost, busy, ok], 'accepted', 3],
    ['lost, a rate limit for good', [lost, busy], 'unknown', 3],
    ['lost, a refused key', [lost, forbidden], 'unknown', 2],
    ['lost, refused', [lost, refused], 'unknown', 2],
    [
      'lost, held back',
      [lost, (emails) => refusedTogether(emails.length, { code: 'X', message: 'x' })],
      'unknown',
      2,
    ],
    ['lost every time', [lost], 'unknown', 3],
  ])('%s', async (_, answers, outcome, calls) => {
    const mail = await start(answers);
    expect(await outcomeOf(mail.send(message()))).toBe(outcome);
    expect(keyed.calls).toHaveLength(calls);
    expect(new Set(keyed.keys).size).toBe(1);
    expect(keyed.calls.map(({ isRepeated }) => isRepeated)).toEqual(
      Array.from({ length: calls }, (__, at) => at > 0),
    );
    expect(other.sent).toEqual([]);
    expect(keyed.extraCopies).toBe(0);
  });

  it('but what was surely not taken has a new key, and may move on', async () => {
    const mail = await start([busy]);
    expect(await outcomeOf(mail.send(message()))).toBe('accepted');
    expect(new Set(keyed.keys).size).toBe(3);
    expect(other.sent).toHaveLength(1);
  });

  it('a doubt that comes later stays as well', async () => {
    const mail = await start([busy, lost, forbidden]);
    expect(await outcomeOf(mail.send(message()))).toBe('unknown');
    expect(new Set(keyed.keys).size).toBe(2);
    expect(other.sent).toEqual([]);
  });

  it('also where the request itself is found wrong: saying it again proves nothing', async () => {
    const odd = all(unknown({ code: 'DUPLICATE', message: 'x', category: 'validation' }));
    const mail = await start([odd, ok]);
    expect(await outcomeOf(mail.send(message()))).toBe('unknown');
    expect(keyed.calls).toHaveLength(1);
  });

  it('an unknown that calls itself retryable is not repeated without a key', async () => {
    const mail = await start([ok], { provider: 'other' });
    other.script = () => unknown({ code: 'LOST', message: 'lost', retryable: true });
    expect(await outcomeOf(mail.send(message()))).toBe('unknown');
    expect(other.sent).toHaveLength(1);
  });

  it('an abort in between leaves it unknown', async () => {
    const abort = new AbortController();
    const mail = await start([lost, ok], { retry: { attempts: 3, baseDelayMs: 60_000 } });
    const sent = outcomeOf(mail.send(message(), { signal: abort.signal }));
    while (keyed.calls.length === 0) await new Promise((resolve) => setImmediate(resolve));
    await new Promise((resolve) => setImmediate(resolve));
    abort.abort();
    expect(await sent).toBe('unknown');
    expect(other.sent).toEqual([]);
  });

  it('a shutdown in between leaves it unknown', async () => {
    const mail = await start([lost, ok], { retry: { attempts: 3, baseDelayMs: 60_000 } });
    const sent = outcomeOf(mail.send(message()));
    while (keyed.calls.length === 0) await new Promise((resolve) => setImmediate(resolve));
    await mail.close();
    expect(await sent).toBe('unknown');
    expect(other.sent).toEqual([]);
  });

  it('a circuit breaker that opens in between leaves it unknown', async () => {
    const circuitBreaker = { failures: 1, halfOpenAfterMs: 60_000, maxPauseMs: 20 };
    const mail = await start([lost, ok], { circuitBreaker });
    const { outcomes } = await mail.sendBulk([message()]);
    expect(mail.circuitState('keyed')).toBe('open');
    expect(outcomes).toMatchObject({ unknown: 1 });
    expect(keyed.calls).toHaveLength(1);
    expect(other.sent).toEqual([]);
  });

  it('and is waited for as if there were no other provider', async () => {
    const circuitBreaker = { failures: 1, halfOpenAfterMs: 20 };
    const mail = await start([lost, ok], { circuitBreaker });
    expect(await outcomeOf(mail.send(message()))).toBe('accepted');
    expect(new Set(keyed.keys).size).toBe(1);
    expect(other.sent).toEqual([]);
  });

  it('a message handed over once more while its fate is unknown is the same call', async () => {
    const mail = await start([lost, forbidden, forbidden, ok], { circuitBreaker: false });
    const mine = { ...message(), id: 'order-1' };
    expect(await outcomeOf(mail.send(mine))).toBe('unknown');
    // A refusal of the second one says nothing of the first.
    expect(await outcomeOf(mail.send(mine))).toBe('unknown');
    expect(await outcomeOf(mail.send(mine))).toBe('accepted');
    expect(new Set(keyed.keys).size).toBe(1);
    expect(other.sent).toEqual([]);
    await mail.send(mine);
    expect(new Set(keyed.keys).size).toBe(2);
  });

  it("with onUnknown: 'resend' the same call comes first, then the next provider", async () => {
    const mail = await start([lost, forbidden], { onUnknown: 'resend' });
    expect(await outcomeOf(mail.send(message()))).toBe('accepted');
    expect(new Set(keyed.keys).size).toBe(1);
    expect(other.sent).toHaveLength(1);
  });
});

describe('H18: a call in doubt is repeated whole or not at all', () => {
  const some = (count: number) => messages(count).map((each, i) => ({ ...each, id: `m${i}` }));

  it.each([5, 10])('%i messages: the same in the same order, with the same key', async (count) => {
    const mail = await start([lost, ok]);
    const { outcomes } = await mail.sendBulk(some(count));
    expect(outcomes).toMatchObject({ accepted: count });
    expect(keyed.calls[1]?.ids).toEqual(keyed.calls[0]?.ids);
    expect(new Set(keyed.keys).size).toBe(1);
    expect(keyed.extraCopies).toBe(0);
  });

  it.each([50, 100])('%i messages, more than the retry budget: not at all', async (count) => {
    const mail = await start([lost, ok]);
    const { outcomes } = await mail.sendBulk(some(count));
    expect(outcomes).toMatchObject({ unknown: count });
    expect(keyed.calls).toHaveLength(1);
    expect(other.sent).toEqual([]);
    expect(keyed.extraCopies).toBe(0);
  });

  it('also where only some of its messages are in doubt: the others have their outcome', async () => {
    const mixed: Answer = (emails) =>
      emails.map(
        (_, at) =>
          [
            accepted('first'),
            rejected({ code: 'NO', message: 'no' }),
            unknown({ code: 'LOST', message: 'lost' }),
          ][at % 3]!,
      );
    const mail = await start([mixed, ok]);
    const { responses } = await mail.sendBulk(some(6));
    expect(keyed.calls.map(({ ids }) => ids.length)).toEqual([6, 6]);
    expect(new Set(keyed.keys).size).toBe(1);
    expect(responses.map(({ outcome }) => outcome)).toEqual([
      'accepted',
      'rejected',
      'accepted',
      'accepted',
      'rejected',
      'accepted',
    ]);
    expect(responses.map(({ messageId }) => messageId)).toEqual([
      'first',
      undefined,
      'm2',
      'first',
      undefined,
      'm5',
    ]);
    expect(responses.map(({ attempts }) => attempts)).toEqual([1, 1, 2, 1, 1, 2]);
  });

  it('what is tried again beside it goes in a call of its own', async () => {
    const mixed: Answer = (emails) =>
      emails.map((_, at) =>
        at < 3
          ? unsent({ code: 'LATER', message: 'later' })
          : unknown({ code: 'LOST', message: 'lost' }),
      );
    const mail = await start([mixed, ok]);
    const { outcomes } = await mail.sendBulk(some(6));
    expect(outcomes).toMatchObject({ accepted: 6 });
    const [first, ...next] = keyed.calls;
    expect(next.map(({ ids }) => ids)).toEqual([['m0', 'm1', 'm2'], first!.ids]);
    expect(next.map(({ callKey }) => callKey === first!.callKey)).toEqual([false, true]);
  });

  it('and is not divided when it is refused', async () => {
    const together: Answer = (emails) =>
      refusedTogether(emails.length, { code: 'X', message: 'x' });
    const mail = await start([lost, together]);
    const { outcomes } = await mail.sendBulk(some(8));
    expect(outcomes).toMatchObject({ unknown: 8 });
    expect(keyed.calls.map(({ ids }) => ids.length)).toEqual([8, 8]);
  });

  it('each part of a call that was divided has a key of its own, and its own doubt', async () => {
    const together: Answer = (emails) =>
      refusedTogether(emails.length, { code: 'X', message: 'x' });
    const mail = await start([together, ok, lost, ok]);
    const { outcomes } = await mail.sendBulk(some(8));
    expect(outcomes).toMatchObject({ accepted: 8 });
    const [, first, second, repeated] = keyed.calls;
    expect(first!.ids).toEqual(['m0', 'm1', 'm2', 'm3']);
    expect(second!.ids).toEqual(['m4', 'm5', 'm6', 'm7']);
    expect(repeated).toMatchObject({ ids: second!.ids, callKey: second!.callKey });
    expect(keyed.extraCopies).toBe(0);
  });

  it('also single messages that went in one call', async () => {
    const mail = await start([lost, ok], { coalesce: { windowMs: 5 } });
    const sent = some(4).map((each) => outcomeOf(mail.send(each)));
    expect(await Promise.all(sent)).toEqual(['accepted', 'accepted', 'accepted', 'accepted']);
    expect(keyed.calls.map(({ ids }) => ids.length)).toEqual([4, 4]);
    expect(new Set(keyed.keys).size).toBe(1);
  });

  it('and not beyond the lifetime of its key', async () => {
    @MailProvider('brief')
    class Brief extends Keyed {
      override readonly idempotency = { lifetimeMs: 1e-6 };
    }
    const brief = new Brief();
    brief.answers = [lost, ok];
    const short = await startMailBridge(
      {
        provider: 'brief',
        defaults: { from: 'sender@example.com' },
        retry: { attempts: 3, baseDelayMs: 1, maxDelayMs: 2 },
      },
      [{ provide: Brief, useValue: brief }],
    );
    expect((await short.sendBulk(some(3))).outcomes).toMatchObject({ unknown: 3 });
    expect(brief.calls).toHaveLength(1);
  });
});
