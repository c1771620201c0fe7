import type { UnsupportedPart } from '../../contract/unsupported-part.js';
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

/** What of `providerOptions.mailgun` cannot be sent. */
export function extraFieldProblems(options: JsonObject = {}): readonly UnsupportedPart[] {
  const found: UnsupportedPart[] = [];
  for (const [name, value] of Object.entries(options)) {
    const takes = isPermitted(name)
      ? 'text, numbers, true, false'
      : 'o:…, v:…, t:version and t:text';
    if (isPermitted(name) && values(value).length > 0) continue;
    const reason = `providerOptions.mailgun.${name} (it takes ${takes})`;
    found.push({ reason, field: 'providerOptions', at: ['mailgun', name] });
  }
  return found;
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
