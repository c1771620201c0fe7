import { isJsonObject, type JsonObject } from './answer-json.js';

/**
 * A request with `providerOptions` merged into it: objects key by key, everything else (also a list) is
 * replaced. Neither of the two is changed.
 */
export function mergeOptions(request: JsonObject, options: JsonObject = {}): JsonObject {
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
  options: JsonObject = {},
  forbidden: ReadonlySet<string>,
): readonly string[] {
  return Object.keys(options).filter((key) => forbidden.has(key.toLowerCase()));
}

/** The options without those keys: where a refusal is only a warning, they still go nowhere. */
export function permittedOptions(
  options: JsonObject = {},
  forbidden: ReadonlySet<string>,
): JsonObject {
  return Object.fromEntries(
    Object.entries(options).filter(([key]) => !forbidden.has(key.toLowerCase())),
  );
}
