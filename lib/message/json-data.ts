import { isRecord, isUnsafeKey } from './rule.js';

const MAX_DEPTH = 100;
const MAX_VALUES = 100_000;

/** Data that JSON carries, copied. */
export type JsonValue =
  string | number | boolean | null | readonly JsonValue[] | { readonly [key: string]: JsonValue };

/** Why data cannot be copied; the message names no value. */
class NotJson extends Error {
  override readonly name = 'NotJson';
}

/**
 * Copies data as JSON would carry it, or says in a sentence why it would not arrive as it is: cycles,
 * more than 100 levels or 100,000 values, functions, maps, numbers that are none. Undefined keys are left
 * out and `toJSON` is obeyed, as by `JSON.stringify`. What the data's own code throws is passed on.
 */
export function copyJson(
  data: unknown,
): { readonly copy: JsonValue } | { readonly problem: string } {
  const budget = { left: MAX_VALUES };
  try {
    return { copy: copyValue(data, '', 0, budget) };
  } catch (error) {
    if (error instanceof NotJson) return { problem: error.message };
    throw error;
  }
}

function copyValue(
  value: unknown,
  key: string,
  depth: number,
  budget: { left: number },
): JsonValue {
  if (depth > MAX_DEPTH) throw new NotJson('must not be cyclic or deeper than 100 levels');
  if (--budget.left < 0) throw new NotJson('must not have more than 100,000 values');
  const plain = hasToJson(value) ? value.toJSON(key) : value;
  switch (typeof plain) {
    case 'string':
      return plain.toWellFormed();
    case 'boolean':
      return plain;
    case 'number':
      if (Number.isFinite(plain)) return plain;
      throw new NotJson('must not have numbers that are infinite or not a number');
    default:
      return plain === null ? null : copyContainer(plain, depth, budget);
  }
}

function copyContainer(value: unknown, depth: number, budget: { left: number }): JsonValue {
  if (Array.isArray(value)) {
    if (value.length > budget.left) throw new NotJson('must not have more than 100,000 values');
    return Array.from(value, (item: unknown, index) =>
      copyValue(item, String(index), depth + 1, budget),
    );
  }
  if (!isRecord(value)) {
    throw new NotJson('must have only text, numbers, true, false, null, lists and plain objects');
  }
  const copy: Record<string, JsonValue> = {};
  for (const key of Object.keys(value)) {
    if (isUnsafeKey(key))
      throw new NotJson('must not have the keys __proto__, constructor, prototype');
    const item = value[key];
    if (item !== undefined) copy[key] = copyValue(item, key, depth + 1, budget);
  }
  return copy;
}

function hasToJson(value: unknown): value is { toJSON(key: string): unknown } {
  return (
    typeof value === 'object' &&
    value !== null &&
    typeof (value as { toJSON?: unknown }).toJSON === 'function'
  );
}
