import fc from 'fast-check';
import {
  REFUSED_TOGETHER,
  accepted,
  refusedTogether,
  rejected,
  unknown,
  unsent,
  type Submission,
} from '../../lib/contract/submission.js';
import { isolating } from '../../lib/delivery/isolate.js';

const bad = { code: 'BAD_ADDRESS', message: 'to is not valid', scope: 'recipient' } as const;

/** A provider that refuses a call as a whole when one of its messages is poison. */
function atomic(poison: ReadonlySet<number>, { named }: { named: boolean }) {
  const calls: number[][] = [];
  const taken: number[] = [];
  const call = async (messages: readonly number[]): Promise<readonly Submission[]> => {
    calls.push([...messages]);
    const culprit = messages.findIndex((message) => poison.has(message));
    if (culprit >= 0) return refusedTogether(messages.length, bad, named ? culprit : undefined);
    taken.push(...messages);
    return messages.map((message) => accepted(String(message)));
  };
  return { calls, taken, call };
}

const numbers = (count: number) => Array.from({ length: count }, (_, i) => i);

describe('A call that is refused because of one message', () => {
  it.each([true, false])(
    'goes without the culprit (named: %s), each message once',
    async (named) => {
      const everything = fc.tuple(fc.integer({ min: 1, max: 40 }), fc.uniqueArray(fc.nat(39)));
      await fc.assert(
        fc.asyncProperty(everything, async ([count, culprits]) => {
          const poison = new Set(culprits.filter((each) => each < count));
          const provider = atomic(poison, { named });
          const submissions = await isolating(numbers(count), provider.call, false);
          expect(submissions?.map(({ outcome }) => outcome)).toEqual(
            numbers(count).map((each) => (poison.has(each) ? 'rejected' : 'accepted')),
          );
          expect(provider.taken.toSorted((a, b) => a - b)).toEqual(
            numbers(count).filter((each) => !poison.has(each)),
          );
        }),
        { numRuns: 200 },
      );
    },
  );

  it('costs one further call for a culprit that is named', async () => {
    const provider = atomic(new Set([700]), { named: true });
    await isolating(numbers(1000), provider.call, false);
    expect(provider.calls).toHaveLength(2);
  });

  it('costs about 2·log2(n) further calls for one that is not', async () => {
    const provider = atomic(new Set([700]), { named: false });
    await isolating(numbers(1000), provider.call, false);
    expect(provider.calls.length).toBeLessThanOrEqual(1 + 2 * Math.ceil(Math.log2(1000)));
  });

  it('never sends again what it was not surely refused', async () => {
    const answers: readonly Submission[][] = [
      [unknown({ code: 'LOST', message: 'lost' }), unknown({ code: 'LOST', message: 'lost' })],
      [unsent({ code: 'AUTH', message: 'key' }), unsent({ code: 'AUTH', message: 'key' })],
      [accepted(), rejected(bad)],
      [rejected({ ...bad, scope: 'sender' }), rejected({ ...bad, scope: 'sender' })],
      [rejected({ ...bad, message: 'one' }), rejected({ ...bad, message: 'two' })],
      [rejected({ ...bad, code: 'ONE' }), rejected({ ...bad, code: 'TWO' })],
      [rejected(bad), rejected({ ...bad, scope: 'message' })],
      [rejected(bad), unsent(bad)],
      [rejected(bad), unknown(bad)],
      [rejected(bad), accepted()],
    ];
    for (const answer of answers) {
      let calls = 0;
      const submissions = await isolating([1, 2], async () => ((calls += 1), answer), false);
      expect([submissions, calls]).toEqual([answer, 1]);
    }
  });

  it.each(['message', 'recipient'] as const)(
    'is one where all are refused in the same words, for a %s',
    async (scope) => {
      const call = async (messages: readonly number[]) =>
        messages.map(() => (messages.includes(2) ? rejected({ ...bad, scope }) : accepted()));
      const submissions = await isolating([1, 2, 3, 4], call, false);
      expect(submissions?.map(({ outcome }) => outcome)).toEqual([
        'accepted',
        'rejected',
        'accepted',
        'accepted',
      ]);
    },
  );

  it.each([true, false])(
    'goes in two halves where none has a result of its own (independent: %s)',
    async (independent) => {
      const held = unsent({ code: REFUSED_TOGETHER, message: 'not with its neighbours' });
      const calls: number[] = [];
      const call = async (messages: readonly number[]) => {
        calls.push(messages.length);
        return messages.map((each) => (messages.length > 2 ? held : accepted(String(each))));
      };
      const submissions = await isolating([1, 2, 3, 4, 5], call, independent);
      expect(submissions).toEqual(['1', '2', '3', '4', '5'].map((id) => accepted(id)));
      expect(calls).toEqual([5, 3, 2, 1, 2]);
    },
  );

  it('is not made again for one message alone', async () => {
    const held = [unsent({ code: REFUSED_TOGETHER, message: 'alone' })];
    let calls = 0;
    expect(await isolating([1], async () => ((calls += 1), held), false)).toBe(held);
    expect(calls).toBe(1);
  });

  it('is no such call where each message has a result of its own', async () => {
    let calls = 0;
    await isolating([1, 2], async () => ((calls += 1), [rejected(bad), rejected(bad)]), true);
    expect(calls).toBe(1);
  });

  it('leaves what it had no time to send again unsent, not rejected', async () => {
    const provider = atomic(new Set([0]), { named: true });
    const submissions = await isolating(
      [0, 1, 2],
      async (messages) => (provider.calls.length === 0 ? provider.call(messages) : undefined),
      false,
    );
    const waiting = {
      outcome: 'unsent',
      failure: {
        code: REFUSED_TOGETHER,
        retryable: true,
        message: expect.stringContaining('no time for a next') as string,
      },
    };
    expect(submissions).toMatchObject([{ outcome: 'rejected' }, waiting, waiting]);
  });
});
