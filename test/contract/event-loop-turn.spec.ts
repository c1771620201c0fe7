import { eventLoopTurn, isTurnOver, mapInTurns } from '../../lib/contract/event-loop-turn.js';

describe('A turn of the event loop', () => {
  it('is given to one at a time, in order, with room for others in between', async () => {
    const seen: string[] = [];
    const others = setImmediate(function again() {
      seen.push('others');
      if (seen.length < 8) setImmediate(again);
    });
    const work = ['one', 'two', 'three'].map(async (name) => {
      await eventLoopTurn();
      seen.push(name);
    });
    await Promise.all(work);
    clearImmediate(others);
    expect(seen.filter((each) => each !== 'others')).toEqual(['one', 'two', 'three']);
    const at = ['one', 'two', 'three'].map((name) => seen.indexOf(name));
    expect(seen.slice(at[0], at[1])).toContain('others');
    expect(seen.slice(at[1], at[2])).toContain('others');
  });
});

/** Keeps the event loop for longer than the work of a turn may. */
function longWork(): void {
  const end = performance.now() + 4;
  while (performance.now() < end);
}

describe('Long work', () => {
  it('is divided over turns, and makes of each item what it is to become', async () => {
    let turns = 0;
    const count = () => {
      turns += 1;
      counting = setImmediate(count);
    };
    let counting = setImmediate(count);
    const map = (item: number) => {
      longWork();
      return item * 2;
    };
    await expect(mapInTurns([1, 2, 3, 4, 5], map)).resolves.toEqual([2, 4, 6, 8, 10]);
    clearImmediate(counting);
    expect(turns).toBeGreaterThanOrEqual(4);
  });

  it('counts as one with whatever else was done in its turn', async () => {
    await eventLoopTurn();
    longWork();
    expect(isTurnOver()).toBe(true);
    let hadOthers = false;
    setImmediate(() => (hadOthers = true));
    await expect(mapInTurns([1], String)).resolves.toEqual(['1']);
    expect(hadOthers).toBe(true);
  });
});
