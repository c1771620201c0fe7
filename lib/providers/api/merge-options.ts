import { isJsonObject, type JsonObject } from './answer-json.js';

/** What most messages have of options. */
export const NO_OPTIONS: JsonObject = Object.freeze({});

/**
 * A request with `providerOptions` merged into it: objects key by key, everything else (also a list) is
 * replaced. Neither of the two is changed.
 */
export function mergeOptions(request: JsonObject, options: JsonObject = NO_OPTIONS): JsonObject {
  if (options === NO_OPTIONS) return request;
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
  options: JsonObject = NO_OPTIONS,
  forbidden: ReadonlySet<string>,
): readonly string[] {
  if (options === NO_OPTIONS) return [];
  return Object.keys(options).filter((key) => forbidden.has(key.toLowerCase()));
}

/** The options without those keys: where a refusal is only a warning, they still go nowhere. */
export function permittedOptions(
  options: JsonObject = NO_OPTIONS,
  forbidden: ReadonlySet<string>,
): JsonObject {
  if (options === NO_OPTIONS) return NO_OPTIONS;
  return Object.fromEntries(
    Object.entries(options).filter(([key]) => !forbidden.has(key.toLowerCase())),
  );
}
