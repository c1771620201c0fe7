import type { JsonObject } from '../api/answer-json.js';
import { CORRELATION_KEY } from '../api/correlation.js';

/** Mailgun's options, the two of a template, and variables; not `v:mailbridge_id`, which carries the id. */
const PERMITTED = /^(?:o:[a-z-]+|t:(?:version|text)|v:.+)$/;

/** The fields of `providerOptions.mailgun`; what it may not set is left out. */
export function extraFields(options: JsonObject = {}): (readonly [string, string])[] {
  return Object.entries(options)
    .filter(([name]) => isPermitted(name))
    .flatMap(([name, value]) => values(value).map((text) => [name, text] as const));
}

/** What of `providerOptions.mailgun` cannot be sent, in words for people. */
export function extraFieldProblems(options: JsonObject = {}): string[] {
  return Object.entries(options).flatMap(([name, value]) => {
    if (!isPermitted(name)) {
      return [`providerOptions.mailgun.${name} (it takes o:…, v:…, t:version and t:text)`];
    }
    const isText = values(value).length > 0;
    return isText ? [] : [`providerOptions.mailgun.${name} (it takes text, numbers, true, false)`];
  });
}

function isPermitted(name: string): boolean {
  return PERMITTED.test(name) && name !== `v:${CORRELATION_KEY}`;
}

/** The texts of a value, or none when it, or one of its list, has no text form. */
function values(value: unknown): string[] {
  const list: readonly unknown[] = Array.isArray(value) ? value : [value];
  const texts = list.map(textOf).filter((text) => text !== undefined);
  return texts.length === list.length ? texts : [];
}

function textOf(value: unknown): string | undefined {
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  return typeof value === 'string' || typeof value === 'number' ? String(value) : undefined;
}
