import { eventLoopTurn } from '../../lib/contract/event-loop-turn.js';

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
