import fc from 'fast-check';
import { jsonList } from '../../../lib/providers/api/json-list.js';

const asItIs = (item: object) => item;

describe('A list that is written item by item', () => {
  it('is the JSON of the whole list', async () => {
    const lists = fc.array(fc.dictionary(fc.string({ unit: 'grapheme' }), fc.json()));
    await fc.assert(
      fc.asyncProperty(lists, async (items) => {
        expect(String(await jsonList(items, asItIs))).toBe(JSON.stringify(items));
      }),
    );
  });

  it.each([0, 1, 2])('stands in its frame: %i items', async (count) => {
    const items = Array.from({ length: count }, (_, at) => ({ at, 'ä€😀': '"\u2028' }));
    const json = await jsonList(items, asItIs, { before: '{"Größe":[', after: ']}' });
    expect(json.toString('utf8')).toBe(JSON.stringify({ Größe: items }));
  });

  it('grows with what it holds', async () => {
    const items = [1, 70_000, 3, 500_000, 64 * 1024].map((length) => ({
      text: 'ä'.repeat(length),
    }));
    expect(String(await jsonList(items, asItIs))).toBe(JSON.stringify(items));
  });

  it('takes no room for many where only the first is large', async () => {
    const items = [{ file: 'x'.repeat(5_000_000) }, ...Array.from({ length: 499 }, () => ({}))];
    const json = await jsonList(items, asItIs);
    expect(String(json)).toBe(JSON.stringify(items));
    expect(json.buffer.byteLength).toBeLessThan(12_000_000);
  });

  it('lets go of the event loop when it is long', async () => {
    let turns = 0;
    const timer = setInterval(() => (turns += 1), 1);
    const busy = (item: object) => {
      const end = performance.now() + 3;
      while (performance.now() < end);
      return item;
    };
    await jsonList(
      Array.from({ length: 12 }, () => ({})),
      busy,
    );
    clearInterval(timer);
    expect(turns).toBeGreaterThan(1);
  });
});
