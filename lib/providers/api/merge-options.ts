import { isJsonObject, type JsonObject } from './answer-json.js';

/** What most messages have of options. */
const NONE: JsonObject = Object.freeze({});

/**
 * A request with `providerOptions` merged into it: objects key by key, everything else (also a list) is
 * replaced. Neither of the two is changed.
 */
export function mergeOptions(request: JsonObject, options: JsonObject = NONE): JsonObject {
  if (options === NONE) return request;
  const merged: Record<string, unknown> = { ...request };
  for (const [key, value] of Object.entries(options)) {
    const own = Object.hasOwn(merged, key) ? merged[key] : undefined;
    merged[key] = isJsonObject(own) && isJsonObject(value) ? mergeOptions(own, value) : value;
  }
  return merged;
}

/**
 * The top-level keys of `providerOptions` that a message may not set, whatever their case: sender,
 * recipients, bodies, headers and attachments are the message's own fields. `forbidden` is in lower case.
 */
export function forbiddenKeys(
  options: JsonObject = NONE,
  forbidden: ReadonlySet<string>,
): readonly string[] {
  if (options === NONE) return [];
  return Object.keys(options).filter((key) => forbidden.has(key.toLowerCase()));
}

/** The options without those keys: where a refusal is only a warning, they still go nowhere. */
export function permittedOptions(
  options: JsonObject = NONE,
  forbidden: ReadonlySet<string>,
): JsonObject {
  if (options === NONE) return NONE;
  return Object.fromEntries(
    Object.entries(options).filter(([key]) => !forbidden.has(key.toLowerCase())),
  );
}
