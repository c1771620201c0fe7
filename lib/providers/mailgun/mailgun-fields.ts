import type { OutgoingEmail } from '../../message/outgoing-email.js';
import { encodedStructured } from '../../mime/header-text.js';
import { CORRELATION_KEY } from '../api/correlation.js';
import { priorityHeaders } from '../api/priority-headers.js';
import { extraFields } from './mailgun-extra-fields.js';
import { mailgunMailbox } from './mailgun-mailbox.js';

/** A field of the form, by name and text. */
export type TextField = readonly [name: string, value: string];

/** The fields of a message besides its recipients, contents and attachments. */
export interface MailgunFields {
  /** What a call can say only once: sender, template and options. */
  readonly common: readonly TextField[];
  /** Headers and variables by field name: in a batch each recipient may have values of its own. */
  readonly own: ReadonlyMap<string, string>;
}

/** Names and values that count towards Mailgun's 16 KB for options. */
const OPTION = /^[ohvt]:/;

/** Reads a message into fields; `providerOptions` come last, but the test mode stays what it is. */
export function mailgunFields(
  email: OutgoingEmail,
  { sandbox }: { readonly sandbox: boolean },
): MailgunFields {
  const given = extraFields(email.providerOptions?.['mailgun']);
  const extra = sandbox ? withTestMode(given) : given;
  const replaced = new Set(extra.map(([name]) => name));
  const own = new Map([...variables(email), ...headers(email)]);
  for (const [name, value] of extra) if (name.startsWith('v:')) own.set(name, value);
  return {
    common: [
      ['from', mailgunMailbox(email.from)],
      ...(email.templateId === undefined ? [] : [field('template', String(email.templateId))]),
      ...options(email).filter(([name]) => !replaced.has(name)),
      ...extra.filter(([name]) => !name.startsWith('v:')),
    ],
    own,
  };
}

/** Bytes of the fields that Mailgun counts together. */
export function optionBytes(fields: Iterable<TextField>): number {
  let bytes = 0;
  for (const [name, value] of fields) {
    if (OPTION.test(name)) bytes += Buffer.byteLength(name) + Buffer.byteLength(value);
  }
  return bytes;
}

/** A moment as RFC 2822 has it; the zone as a number, since names of zones are obsolete there. */
export function rfc2822(date: Date): string {
  return date.toUTCString().replace('GMT', '+0000');
}

function withTestMode(fields: readonly TextField[]): readonly TextField[] {
  return [...fields.filter(([name]) => name !== 'o:testmode'), ['o:testmode', 'yes']];
}

function field(name: string, value: string): TextField {
  return [name, value];
}

/** Events cut variables after 4 KB: the id stands first. */
function variables({ id, metadata }: OutgoingEmail): TextField[] {
  const entries = Object.entries(metadata).filter(([key]) => key !== CORRELATION_KEY);
  return [[`v:${CORRELATION_KEY}`, id], ...entries.map(([key, value]) => field(`v:${key}`, value))];
}

function headers({ headers: own, priority, replyTo }: OutgoingEmail): TextField[] {
  const all = Object.entries({ ...own, ...priorityHeaders(priority) });
  if (replyTo.length > 0) all.push(['Reply-To', replyTo.map(mailgunMailbox).join(', ')]);
  return all.map(([name, value]) => field(`h:${name}`, encodedStructured(name, value)));
}

function options(email: OutgoingEmail): TextField[] {
  const { tags, sendAt, trackOpens, trackClicks, stream } = email;
  return [
    ...tags.map((tag) => field('o:tag', tag)),
    ...(sendAt === undefined ? [] : [field('o:deliverytime', rfc2822(sendAt))]),
    ...(trackOpens === undefined ? [] : [field('o:tracking-opens', yesNo(trackOpens))]),
    ...(trackClicks === undefined ? [] : [field('o:tracking-clicks', yesNo(trackClicks))]),
    ...(stream === undefined ? [] : [field('o:sending-ip-pool', stream)]),
  ];
}

/** How Mailgun writes true and false. */
export function yesNo(value: boolean): string {
  return value ? 'yes' : 'no';
}
