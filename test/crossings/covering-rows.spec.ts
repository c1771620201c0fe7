import { coveringRows, triplesOf, type Table } from './covering-rows.js';
import { DIMENSIONS, type Row } from './dimensions.js';
import { EXCLUSIONS, exclusionOf } from './exclusions.js';
import { CROSSINGS } from './rows.js';

const FOUR = { a: ['1', '2', '3'], b: ['x', 'y'], c: ['p', 'q'], d: ['s', 't'] } as const;

/** Those of the combinations of three values that stand in none of the rows. */
function missingIn(table: Table, rows: readonly Readonly<Record<string, string>>[]) {
  return [...triplesOf(table)].filter(
    (triple) =>
      !rows.some((row) => Object.entries(triple).every(([name, value]) => row[name] === value)),
  );
}

describe('Rows that cover every combination of three values', () => {
  it('have each of them at least once, in fewer rows than there are', () => {
    const { rows, covered, excluded } = coveringRows({
      dimensions: FOUR,
      isExcluded: () => false,
      seed: 1,
    });
    expect(missingIn(FOUR, rows)).toEqual([]);
    expect([covered, excluded]).toEqual([44, 0]);
    expect(rows.length).toBeLessThan(24);
  });

  it('have none that is excluded, and all that are not', () => {
    // `d: t` is left for `c: p` alone, and there only with `a: 3`.
    const isExcluded = ({ a, c, d }: Partial<Record<'a' | 'b' | 'c' | 'd', string>>) =>
      d === 't' && (c === 'q' || (a !== undefined && a !== '3'));
    const { rows, covered, excluded } = coveringRows({ dimensions: FOUR, isExcluded, seed: 1 });
    expect(rows.filter(isExcluded)).toEqual([]);
    const missing = missingIn(FOUR, rows);
    expect(missing.every(({ d }) => d === 't')).toBe(true);
    expect(missing).not.toContainEqual({ a: '3', c: 'p', d: 't' });
    expect(missing).not.toContainEqual({ b: 'x', c: 'p', d: 't' });
    expect(excluded).toBe(missing.length);
    expect(covered + excluded).toBe(44);
  });

  it('have what is required beyond that, in as few more rows', () => {
    const required = [{ a: '1', b: 'x', c: 'p', d: 's' } as const, { a: '2', d: 't' } as const];
    const plan = { dimensions: FOUR, isExcluded: () => false, seed: 1 };
    const { rows } = coveringRows({ ...plan, required });
    expect(rows[0]).toEqual(required[0]);
    expect(rows[1]).toMatchObject(required[1]!);
    expect(missingIn(FOUR, rows)).toEqual([]);
    expect(rows.length).toBeLessThanOrEqual(coveringRows(plan).rows.length + 2);
  });

  it('are the same for the same seed', () => {
    const rowsOf = (seed: number) =>
      coveringRows({ dimensions: FOUR, isExcluded: () => false, seed }).rows;
    expect(rowsOf(7)).toEqual(rowsOf(7));
    expect(rowsOf(7)).not.toEqual(rowsOf(8));
  });
});

describe('The crossings', () => {
  const isExcluded = (row: Partial<Row>) => exclusionOf(row) !== undefined;
  const { rows } = CROSSINGS;

  it('have every combination of three values that no named rule excludes', () => {
    const missing = missingIn(DIMENSIONS, rows);
    expect(missing.filter((triple) => !isExcluded(triple as Partial<Row>))).toEqual([]);
    expect(rows.filter(isExcluded)).toEqual([]);
  });

  it.each(EXCLUSIONS)('need the rule "$name"', ({ values }) => {
    const first = Object.entries(values).map(([dimension, some]) => [dimension, some[0]]);
    expect(exclusionOf(Object.fromEntries(first) as Partial<Row>)?.values).toBe(values);
  });
});
