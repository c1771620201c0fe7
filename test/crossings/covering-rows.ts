import { seededRandom } from '../fixtures/chaos-proxy.js';

/** Dimensions by name, each with its values. */
export type Table = Readonly<Record<string, readonly string[]>>;
type RowOf<T extends Table> = { readonly [D in keyof T]: T[D][number] };

export interface CoveringPlan<T extends Table> {
  readonly dimensions: T;
  /** Whether the values that stand in a row so far cannot stand together. */
  readonly isExcluded: (row: Partial<RowOf<T>>) => boolean;
  /** More than three values that must stand in one row, each in a row of its own. @default none */
  readonly required?: readonly Partial<RowOf<T>>[];
  /** What the choices are drawn from: the same seed gives the same rows. */
  readonly seed: number;
}

export interface Covering<T extends Table> {
  readonly rows: readonly RowOf<T>[];
  /** Combinations of three values that stand in some row. */
  readonly covered: number;
  /** Combinations of three values that no row may have. */
  readonly excluded: number;
}

/** Rows that are made for each one that is kept: the best of them. */
const CANDIDATES = 12;

/**
 * Rows in which every combination of three values stands at least once, unless it is excluded. A greedy
 * search (AETG, Cohen et al. 1997): each row starts from a combination that is still missing, and takes
 * the values that add most of the others.
 */
export function coveringRows<T extends Table>(plan: CoveringPlan<T>): Covering<T> {
  const search = new CoveringSearch(
    plan.dimensions,
    plan.isExcluded as (row: Partly) => boolean,
    seededRandom(plan.seed),
  );
  const rows = search.run((plan.required ?? []) as readonly Partly[]) as readonly RowOf<T>[];
  return { rows, covered: search.covered, excluded: search.excluded };
}

type Partly = Record<string, string>;

class CoveringSearch {
  readonly #names: readonly string[];
  /** A number for each value of each dimension. */
  readonly #numbers = new Map<string, number>();
  readonly #missing = new Map<number, Partly>();
  covered = 0;
  excluded = 0;

  constructor(
    private readonly table: Table,
    private readonly isExcluded: (row: Partly) => boolean,
    private readonly random: () => number,
  ) {
    this.#names = Object.keys(table);
    for (const name of this.#names) {
      for (const value of table[name]!) this.#numbers.set(`${name}=${value}`, this.#numbers.size);
    }
  }

  run(required: readonly Partly[]): readonly Partly[] {
    for (const triple of triplesOf(this.table)) {
      if (this.canBeCompleted(triple))
        this.#missing.set(this.keyOf(Object.entries(triple)), triple);
      else this.excluded += 1;
    }
    this.covered = this.#missing.size;
    const rows = required.map((values) => this.bestRow(() => values));
    while (this.#missing.size > 0) {
      const missing = [...this.#missing.values()];
      rows.push(this.bestRow(() => missing[Math.floor(this.random() * missing.length)]!));
    }
    return rows.map((row) => Object.fromEntries(this.#names.map((name) => [name, row[name]!])));
  }

  /** The row that has most of what is missing, which is not missing any more. */
  private bestRow(start: () => Partly): Partly {
    let best: { readonly row: Partly; readonly gain: number } | undefined;
    for (let made = 0; made < CANDIDATES; made += 1) {
      const row = this.complete({ ...start() });
      const gain = [...this.triplesIn(row)].filter((key) => this.#missing.has(key)).length;
      if (best === undefined || gain > best.gain) best = { row, gain };
    }
    for (const key of this.triplesIn(best!.row)) this.#missing.delete(key);
    return best!.row;
  }

  /** Adds value by value, each time the one that brings most of what is missing. */
  private complete(row: Partly): Partly {
    for (const name of this.shuffled(this.#names.filter((each) => row[each] === undefined))) {
      let most = -1;
      let chosen: string | undefined;
      for (const value of this.shuffled(this.table[name]!)) {
        if (!this.canBeCompleted({ ...row, [name]: value })) continue;
        const gain = this.gainOf(row, name, value);
        if (gain > most) [most, chosen] = [gain, value];
      }
      row[name] = chosen!;
    }
    return row;
  }

  private gainOf(row: Partly, name: string, value: string): number {
    const there = Object.entries(row);
    let gain = 0;
    for (const [at, one] of there.entries()) {
      for (const other of there.slice(at + 1)) {
        if (this.#missing.has(this.keyOf([one, other, [name, value]]))) gain += 1;
      }
    }
    return gain;
  }

  /** Whether there is a row with these values that is not excluded. */
  private canBeCompleted(row: Partly): boolean {
    if (this.isExcluded(row)) return false;
    const name = this.#names.find((each) => row[each] === undefined);
    return (
      name === undefined ||
      this.table[name]!.some((value) => this.canBeCompleted({ ...row, [name]: value }))
    );
  }

  private *triplesIn(row: Partly): Iterable<number> {
    const values = Object.entries(row);
    for (const [at, one] of values.entries()) {
      for (const [next, other] of values.slice(at + 1).entries()) {
        for (const third of values.slice(at + next + 2)) yield this.keyOf([one, other, third]);
      }
    }
  }

  /** One number for three values, in whatever order. */
  private keyOf(values: readonly (readonly [string, string])[]): number {
    const [a = 0, b = 0, c = 0] = values
      .map(([name, value]) => this.#numbers.get(`${name}=${value}`)!)
      .toSorted((one, other) => one - other);
    return (a * this.#numbers.size + b) * this.#numbers.size + c;
  }

  private shuffled<V>(values: readonly V[]): V[] {
    const mixed = [...values];
    for (let last = mixed.length - 1; last > 0; last -= 1) {
      const at = Math.floor(this.random() * (last + 1));
      [mixed[at], mixed[last]] = [mixed[last]!, mixed[at]!];
    }
    return mixed;
  }
}

/** Every combination of three values of different dimensions. */
export function* triplesOf(table: Table): Iterable<Readonly<Record<string, string>>> {
  const names = Object.keys(table);
  for (const [at, first] of names.entries()) {
    for (const [next, second] of names.slice(at + 1).entries()) {
      for (const third of names.slice(at + next + 2)) {
        for (const one of table[first]!) {
          for (const two of table[second]!) {
            for (const three of table[third]!) {
              yield { [first]: one, [second]: two, [third]: three };
            }
          }
        }
      }
    }
  }
}
