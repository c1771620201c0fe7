import { joinPath } from '../errors/problem.js';

/** Takes one problem; whoever collects them decides what to throw. */
export type ReportProblem = (path: string, message: string) => void;

/**
 * Reads an options object that anybody may have written: each getter checks one key and reports what
 * is wrong instead of throwing, `finish` reports the keys that nobody asked for. A key that is absent
 * or wrong reads as `undefined`, so that all problems are found in one pass.
 */
export class OptionReader {
  readonly #input: Readonly<Record<string, unknown>>;
  readonly #asked = new Set<string>();

  constructor(
    input: unknown,
    readonly path: string,
    /** Where problems go; for checks that are not among the getters. */
    readonly report: ReportProblem,
  ) {
    if (isObject(input)) {
      this.#input = input;
    } else {
      this.#input = {};
      if (input !== undefined) report(path, 'must be an object');
    }
  }

  /** Everything, as it was given. */
  get input(): Readonly<Record<string, unknown>> {
    return this.#input;
  }

  /** The keys that are set. */
  keys(): string[] {
    return Object.keys(this.#input);
  }

  /** The value as it is; for what has a check of its own. */
  raw(key: string): unknown {
    this.#asked.add(key);
    return Object.hasOwn(this.#input, key) ? this.#input[key] : undefined;
  }

  /** A whole number from `min` to `max`. */
  integer(key: string, min: number, max: number = Number.MAX_SAFE_INTEGER): number | undefined {
    const value = this.raw(key);
    if (value === undefined) return undefined;
    if (Number.isSafeInteger(value) && (value as number) >= min && (value as number) <= max) {
      return value as number;
    }
    const range = max === Number.MAX_SAFE_INTEGER ? `of at least ${min}` : `from ${min} to ${max}`;
    return this.problem(key, `must be a whole number ${range}`);
  }

  boolean(key: string): boolean | undefined {
    const value = this.raw(key);
    if (value === undefined || typeof value === 'boolean') return value;
    return this.problem(key, 'must be true or false');
  }

  /** Text that is not empty and has no control characters. */
  string(key: string): string | undefined {
    const value = this.raw(key);
    if (value === undefined) return undefined;
    if (typeof value === 'string' && value !== '' && !/\p{Cc}/u.test(value)) return value;
    return this.problem(key, 'must be text on one line, not empty');
  }

  oneOf<T extends string>(key: string, values: readonly T[]): T | undefined {
    const value = this.raw(key);
    if (value === undefined) return undefined;
    if (values.includes(value as T)) return value as T;
    return this.problem(key, `must be one of ${values.map((each) => `'${each}'`).join(', ')}`);
  }

  /** A reader of the object under that key, or `undefined` when there is none. Finish it too. */
  nested(key: string): OptionReader | undefined {
    const value = this.raw(key);
    if (value === undefined) return undefined;
    return new OptionReader(value, joinPath(this.path, key), this.report);
  }

  /** Reports that something is wrong with that key. */
  problem(key: string, message: string): undefined {
    this.report(joinPath(this.path, key), message);
    return undefined;
  }

  /** Reports every key that was never asked for. Call it after the last getter. */
  finish(): void {
    for (const key of Object.keys(this.#input)) {
      if (this.#asked.has(key)) continue;
      this.problem(key, `is not an option; there are ${[...this.#asked].toSorted().join(', ')}`);
    }
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
