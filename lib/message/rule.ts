import { joinPath, type Problem } from '../errors/problem.js';

/** Takes one problem; whoever collects them decides what to throw. */
export type Report = (path: string, message: string) => undefined;

/**
 * What holds for one field: gives the value in the form that everything behind it uses, or reports what
 * is wrong and gives `undefined`. A rule reads each part of the value once and never throws for a bad one.
 */
export type Rule<T> = (value: unknown, path: string, report: Report) => T | undefined;

/** The rules of an object, by key. A key without a rule is unknown. */
export type RuleTable<T> = { readonly [K in keyof T]-?: Rule<NonNullable<T[K]>> };

// A list longer than this names nobody's real mistakes: it would only fill a log.
const PROBLEMS_LISTED = 1_000;

/** Collects problems; the list is made with the first one, since most messages have none. */
export class ProblemList {
  #problems: Problem[] | undefined;
  #unlisted = 0;

  readonly report: Report = (path, message) => {
    this.#problems ??= [];
    if (this.#problems.length < PROBLEMS_LISTED) this.#problems.push({ path, message });
    else this.#unlisted++;
  };

  get isEmpty(): boolean {
    return this.#problems === undefined;
  }

  /** Whether something is wrong with that field or inside of it. */
  concerns(field: string): boolean {
    return this.#problems?.some(({ path }) => path.split(/[.[]/, 1)[0] === field) ?? false;
  }

  /** The problems in the order found; past 1,000 only their number. */
  toArray(): readonly Problem[] {
    const problems = this.#problems ?? [];
    if (this.#unlisted === 0) return problems;
    return [...problems, { path: '', message: `and ${this.#unlisted} more problems` }];
  }
}

/**
 * Runs code that touches a value nobody has looked at yet: a getter that throws, a revoked proxy or
 * an endless recursion is a problem of the message, not a crash.
 */
export function attempt<T>(path: string, report: Report, read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return report(path, 'cannot be read');
  }
}

/** An object with keys of its own: no array, date, map, buffer or function. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return (
    typeof value === 'object' &&
    value !== null &&
    Object.prototype.toString.call(value) === '[object Object]'
  );
}

/** True for the keys that would reach an object's prototype where user keys become object keys. */
export function isUnsafeKey(key: string): boolean {
  return key === '__proto__' || key === 'constructor' || key === 'prototype';
}

const SHOWN_KEY = /^[\w.-]{1,64}$/;

/**
 * The path of an entry under a key that the user chose. A key that is more than a plain word shows as its
 * position: it may hold an address or a line break, and paths end in logs.
 */
export function entryPath(path: string, key: string, index: number): string {
  return joinPath(path, SHOWN_KEY.test(key) ? key : index);
}

/**
 * Reads the own properties of an object by their rules. `undefined` counts as absent; a key without a
 * rule is reported by name, with `hint` after it where there is something to say.
 */
export function readFields<T extends object>(
  source: Readonly<Record<string, unknown>>,
  rules: RuleTable<T>,
  path: string,
  report: Report,
  hint?: (key: string) => string,
): Partial<T> {
  const fields = {} as Partial<T>;
  for (const [index, key] of Object.keys(source).entries()) {
    if (!hasRule(rules, key)) {
      report(entryPath(path, key, index), `is not a known field${hint?.(key) ?? ''}`);
      continue;
    }
    const fieldPath = joinPath(path, key);
    const rule = rules[key];
    const value = attempt(fieldPath, report, () => {
      const given = source[key];
      return given === undefined ? undefined : rule(given, fieldPath, report);
    });
    if (value !== undefined) fields[key] = value;
  }
  return fields;
}

function hasRule<T>(rules: RuleTable<T>, key: string): key is keyof T & string {
  return Object.hasOwn(rules, key);
}
