import fc from 'fast-check';
import { planCalls, type CallLimits } from '../../lib/delivery/plan.js';

const message = (key: string | undefined, recipients = 1, bytes = 1, sharedBytes = 0) => ({
  key,
  recipients,
  bytes,
  sharedBytes,
  unique: [] as string[],
});
const limits = (change: Partial<CallLimits>): CallLimits => ({
  messages: Infinity,
  recipients: Infinity,
  bytes: Infinity,
  ...change,
});
const sizes = (calls: { items: unknown[] }[]) => calls.map(({ items }) => items.length);

describe('The planner divides messages into calls', () => {
  const same = Array.from({ length: 7 }, () => message('a', 2, 10));

  it.each([
    ['by count', { messages: 3 }, [3, 3, 1]],
    ['by recipients', { recipients: 4 }, [2, 2, 2, 1]],
    ['by bytes', { bytes: 25 }, [2, 2, 2, 1]],
    ['by whichever comes first', { messages: 4, bytes: 35 }, [3, 3, 1]],
    ['never below one message', { messages: 1, bytes: 1, recipients: 1 }, [1, 1, 1, 1, 1, 1, 1]],
  ])('%s', (_, change, expected) => {
    expect(sizes(planCalls(same, limits(change)))).toEqual(expected);
  });

  it('with what messages of a key have in common counted once a call', () => {
    const newsletter = Array.from({ length: 7 }, () => message('a', 1, 100, 90));
    expect(sizes(planCalls(newsletter, limits({ bytes: 130 })))).toEqual([4, 3]);
  });

  it('so that only messages of one key share a call, and those without go alone', () => {
    const calls = planCalls(
      [message('a'), message('b'), message(undefined), message('a')],
      limits({}),
    );
    expect(calls.map(({ items }) => items.map(({ key }) => key))).toEqual([
      ['a', 'a'],
      ['b'],
      [undefined],
    ]);
  });

  it('and says which calls could take more', () => {
    const calls = planCalls(
      [message('a'), message('a'), message('a'), message('b'), message(undefined)],
      limits({ messages: 2 }),
    );
    expect(calls.map(({ full }) => full)).toEqual([true, false, false, true]);
  });

  it.each([
    ['it has as many as go into one', [message('a'), message('a')], { messages: 2 }, [true]],
    ['one more does not fit', [message('a', 2), message('a')], { recipients: 2 }, [true, false]],
    ['nothing may join it', [message(undefined), message(undefined)], {}, [true, true]],
    ['but not while there is room', [message('a'), message('a')], { messages: 3 }, [false]],
  ])('so that nobody waits for more where %s', (_, messages, change, full) => {
    expect(planCalls(messages, limits(change)).map((call) => call.full)).toEqual(full);
  });

  it('H1: so that nothing stands twice in a call that may stand only once, and the others fill up', () => {
    const to = (address: string) => ({ ...message('a'), unique: [address] });
    const people = [to('x'), to('x'), to('y'), to('x'), to('z'), message('a'), to('y')];
    const calls = planCalls(people, limits({ messages: 4 }));
    expect(calls.map(({ items }) => items.map(({ unique }) => unique.join()))).toEqual([
      ['x', 'y', 'z', ''],
      ['x', 'y'],
      ['x'],
    ]);
    expect(calls.map(({ full }) => full)).toEqual([true, false, false]);
  });

  it('H1: and however often it stands there, planning stays quick and nothing waits for company', () => {
    const alike = Array.from({ length: 2_000 }, () => ({ ...message('a'), unique: ['x'] }));
    const calls = planCalls(alike, limits({ messages: 1_000 }));
    expect(calls).toHaveLength(2_000);
    expect(calls.filter(({ full }) => !full).length).toBeLessThan(50);
  });

  it('with every message in exactly one call and no limit passed, whatever the messages', () => {
    const messages = fc.array(
      fc.record({
        key: fc.constantFrom(undefined, 'a', 'b', 'c'),
        recipients: fc.nat(8),
        bytes: fc.integer({ min: 20, max: 50 }),
        sharedBytes: fc.constant(15),
        unique: fc.uniqueArray(fc.constantFrom('x', 'y', 'z'), { maxLength: 2 }),
      }),
    );
    const anyLimits = fc.record({
      messages: fc.integer({ min: 1, max: 6 }),
      recipients: fc.integer({ min: 1, max: 12 }),
      bytes: fc.integer({ min: 1, max: 90 }),
    });
    fc.assert(
      fc.property(messages, anyLimits, (input, max) => {
        const calls = planCalls(input, max);
        const planned = calls.flatMap(({ items }) => items);
        expect(planned).toHaveLength(input.length);
        expect(new Set(planned)).toEqual(new Set(input));
        for (const { items } of calls) {
          expect(new Set(items.map(({ key }) => key)).size).toBe(1);
          expect(items.length).toBeLessThanOrEqual(items[0]?.key === undefined ? 1 : max.messages);
          const unique = items.flatMap((item) => item.unique);
          expect(new Set(unique).size).toBe(unique.length);
          if (items.length === 1) continue;
          expect(items.reduce((sum, item) => sum + item.recipients, 0)).toBeLessThanOrEqual(
            max.recipients,
          );
          const bytes = items.reduce((sum, item) => sum + item.bytes - item.sharedBytes, 15);
          expect(bytes).toBeLessThanOrEqual(max.bytes);
        }
      }),
      { numRuns: 500 },
    );
  });
});
