import type { MessageField, UnsupportedPart } from '../contract/unsupported-part.js';
import { featuresOf } from '../message/features.js';
import type { OutgoingEmail } from '../message/outgoing-email.js';
import { isRecord } from '../message/rule.js';

/** The fields that every message has, with what they are without an entry. */
const EMPTY: Partial<Record<MessageField, object>> = {
  replyTo: Object.freeze([]),
  tags: Object.freeze([]),
  headers: Object.freeze({}),
  metadata: Object.freeze({}),
};

/** The fields without which a message still means the same. */
const DISPENSABLE: ReadonlySet<MessageField> = new Set<MessageField>([
  'headers',
  'metadata',
  'priority',
  'providerOptions',
  'replyTo',
  'returnPath',
  'stream',
  'tags',
  'trackClicks',
  'trackOpens',
]);

/** Those that a stored template has of its own. */
const OF_A_TEMPLATE: ReadonlySet<MessageField> = new Set<MessageField>(['subject', 'html', 'text']);

/** Whether a message can be sent without that part, and still be the message that was meant. */
export function canLeaveOut({ field }: UnsupportedPart, { templateId }: OutgoingEmail): boolean {
  if (field === undefined) return false;
  return DISPENSABLE.has(field) || (templateId !== undefined && OF_A_TEMPLATE.has(field));
}

/** The message without those parts. */
export function leaveOut(email: OutgoingEmail, parts: readonly UnsupportedPart[]): OutgoingEmail {
  const left: Record<string, unknown> = { ...email };
  const lists = new Set<string>();
  for (const { field, at = [] } of parts) {
    if (field === undefined) continue;
    const value = without(left[field], at) ?? EMPTY[field];
    if (value === undefined) delete left[field];
    else left[field] = value;
    if (Array.isArray(value)) lists.add(field);
  }
  // Only now: the places of the other entries must hold until all are out.
  for (const field of lists)
    left[field] = (left[field] as unknown[]).filter((each) => each !== GONE);
  const rest = left as unknown as OutgoingEmail;
  return Object.freeze({ ...rest, features: featuresOf(rest) });
}

/** Stands in a list for an entry that was left out. */
const GONE = null;

/** The value without what stands at that place; `undefined` when nothing is left of it. */
function without(value: unknown, [key, ...inside]: readonly (string | number)[]): unknown {
  if (key === undefined) return undefined;
  if (Array.isArray(value)) {
    return value.map((each: unknown, at) => (at === key ? (without(each, inside) ?? GONE) : each));
  }
  if (!isRecord(value) || !Object.hasOwn(value, key)) return value;
  const { [key]: own, ...others } = value;
  const rest = without(own, inside);
  return rest === undefined ? others : { ...others, [key]: rest };
}
