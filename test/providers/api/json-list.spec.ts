import fc from 'fast-check';
import { jsonList } from '../../../lib/providers/api/json-list.js';

const asItIs = (item: object) => item;

describe('A list that is written item by item', () => {
  it('is the JSON of the whole list', () => {
    fc.assert(
      fc.property(fc.array(fc.dictionary(fc.string({ unit: 'grapheme' }), fc.json())), (items) => {
        expect(jsonList(items, asItIs).toString('utf8')).toBe(JSON.stringify(items));
      }),
    );
  });

  it.each([0, 1, 2])('stands in its frame: %i items', (count) => {
    const items = Array.from({ length: count }, (_, at) => ({ at, 'ä€😀': '"\u2028' }));
    const json = jsonList(items, asItIs, { before: '{"Größe":[', after: ']}' });
    expect(json.toString('utf8')).toBe(JSON.stringify({ Größe: items }));
  });

  it('grows with what it holds', () => {
    const items = [1, 70_000, 3, 500_000, 64 * 1024].map((length) => ({
      text: 'ä'.repeat(length),
    }));
    expect(jsonList(items, asItIs).toString('utf8')).toBe(JSON.stringify(items));
  });
});
