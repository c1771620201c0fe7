import { recipientsOnce } from '../../message/envelope.js';
import type { MailAddress } from '../../message/mail-address.js';
import type { OutgoingEmail } from '../../message/outgoing-email.js';
import { wordsOfValue } from '../../mime/header-text.js';
import type { JsonObject } from '../api/answer-json.js';
import { CORRELATION_KEY } from '../api/correlation.js';
import { priorityHeaders } from '../api/priority-headers.js';
import { sendGridContent } from './sendgrid-content.js';

// What SendGrid takes for the end of a name.
const LIST_MARKS = /[;,]/;

// What a personalization may have of its own, and the message level for all of them.
const EITHER = ['subject', 'headers', 'send_at'] as const;

/** What is one message's own in a call. */
export type Personalization = Record<string, unknown>;

/** The personalizations of a call, one for each message, with what is equal in all of them beside. */
export function withSharedApart(own: readonly Personalization[]): JsonObject {
  const shared: Record<string, unknown> = {};
  for (const field of EITHER) {
    if (!isShared(own, field)) continue;
    shared[field] = own[0]![field];
    // JSON leaves it out.
    for (const each of own) each[field] = undefined;
  }
  return { personalizations: own, ...shared };
}

/** What may stand only once in a call: the mailboxes of its recipients. */
export function sendGridUnique({ to, cc, bcc }: OutgoingEmail): readonly string[] {
  return to.length === 1 && cc.length + bcc.length === 0
    ? [mailboxKey(to[0]!)]
    : [...to, ...cc, ...bcc].map(mailboxKey);
}

/** The arguments that come back in SendGrid's events, flat beside its own fields. */
export function customArguments({ id, metadata }: OutgoingEmail): Record<string, string> {
  const own: Record<string, string> = { [CORRELATION_KEY]: id };
  for (const key of Object.keys(metadata)) if (key !== CORRELATION_KEY) own[key] = metadata[key]!;
  return own;
}

/** A mailbox as SendGrid tells it from others: it refuses a second one that only differs in case. */
export function mailboxKey({ address }: MailAddress): string {
  return address.toLowerCase();
}

/** A mailbox as SendGrid writes it. */
export function mailbox({ name, address }: MailAddress): JsonObject {
  return name === undefined ? { email: address } : { email: address, name: quotedName(name) };
}

/** A name with a comma or semicolon stands in quotes, as SendGrid's own clients write it. */
function quotedName(name: string): string {
  return LIST_MARKS.test(name) ? `"${name.replace(/["\\]/g, '\\$&')}"` : name;
}

function isShared([first, ...others]: readonly Personalization[], field: string): boolean {
  const value = first?.[field];
  if (value === undefined || others.length === 0) return value !== undefined;
  const text = JSON.stringify(value);
  return others.every((each) => JSON.stringify(each[field]) === text);
}

/** The personalization of a message, as it would be in a call of its own. */
export function personalization(email: OutgoingEmail): Personalization {
  const { subject, substitutions } = sendGridContent(email);
  const headers = customHeaders(email);
  const { sendAt } = email;
  // What is undefined JSON leaves out.
  const { to, cc, bcc } = recipients(email);
  const own: Personalization = {
    to,
    cc,
    bcc,
    subject: subject === '' ? undefined : subject,
    headers: Object.keys(headers).length > 0 ? headers : undefined,
    substitutions,
    custom_args: customArguments(email),
    send_at: sendAt && Math.floor(sendAt.getTime() / 1000),
  };
  return Object.assign(own, templateData(email));
}

/** Each mailbox once over all three, in the first that has it: SendGrid refuses a second time. */
function recipients(email: OutgoingEmail) {
  const { to, cc, bcc } = recipientsOnce(email, mailboxKey);
  return { to: mailboxes(to), cc: mailboxes(cc), bcc: mailboxes(bcc) };
}

function mailboxes(addresses: readonly MailAddress[]): readonly JsonObject[] | undefined {
  return addresses.length > 0 ? addresses.map(mailbox) : undefined;
}

/** SendGrid sends headers as they are given: what is not ASCII has to be encoded. */
function customHeaders({ headers, priority }: OutgoingEmail): Record<string, string> {
  const encoded: Record<string, string> = {};
  for (const name of Object.keys(headers))
    encoded[name] = wordsOfValue(name, headers[name]!).join(' ');
  return Object.assign(encoded, priorityHeaders(priority));
}

/** Dynamic templates (`d-…`) take any JSON, legacy ones text by tag. */
function templateData({ templateId, templateData: data }: OutgoingEmail): JsonObject {
  if (data === undefined) return {};
  if (String(templateId).startsWith('d-')) return { dynamic_template_data: data };
  const entries = Object.entries(data).map(([tag, value]) => [tag, String(value)] as const);
  return { substitutions: Object.fromEntries(entries) };
}
