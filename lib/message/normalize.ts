import { randomUUID } from 'node:crypto';
import { InvalidMessageError } from '../errors/message.errors.js';
import { featuresOf } from './features.js';
import { fieldRules, type MessageFields } from './field-rules.js';
import { headerMapWith } from './header-rules.js';
import type { MailAddress } from './mail-address.js';
import { applyDefaults, type MessageDefaults } from './message-defaults.js';
import { messageRules } from './message-rules.js';
import type { OutgoingEmail } from './outgoing-email.js';
import type { RelayHeaders } from './relay-headers.js';
import { attempt, isRecord, ProblemList, readFields, type RuleTable } from './rule.js';
import { contentBytes } from './size.js';

export { mergeDefaults, normalizeDefaults, type MessageDefaults } from './message-defaults.js';

/** How much one message may be. */
export interface MessageLimits {
  /** To, cc and bcc together. */
  readonly recipients: number;
  /** Bodies and attachments together, in bytes, before they are encoded. */
  readonly bytes: number;
}

/** What the configuration adds to every message. */
export interface NormalizeContext {
  readonly defaults: MessageDefaults;
  readonly limits: MessageLimits;
  /** Those that one of the providers lets through. @default none */
  readonly relayHeaders?: RelayHeaders | undefined;
}

const NOBODY: readonly MailAddress[] = Object.freeze([]);
const NO_LIST: readonly never[] = Object.freeze([]);
const NO_ENTRIES: Readonly<Record<string, string>> = Object.freeze({});
const NO_FEATURES: OutgoingEmail['features'] = new Set();
const RULES_BETWEEN_FIELDS = Object.values(messageRules);

/**
 * Turns what the user wrote into the email that is sent: every field checked and copied, defaults applied,
 * an id given. Synchronous; changes nothing it is given. An attachment given as a stream is left for
 * `resolveAttachments`; bytes given as a buffer are not copied.
 *
 * @throws InvalidMessageError listing every problem with its path
 */
export function normalizeMessage(message: unknown, context: NormalizeContext): OutgoingEmail {
  const problems = new ProblemList();
  const given = attempt('', problems.report, () =>
    readMessage(message, problems, rulesWith(context.relayHeaders)),
  );
  if (given !== undefined) {
    for (const rule of RULES_BETWEEN_FIELDS) rule.check(given, problems);
    checkLimits(given, context.limits, problems);
  }
  const shared = applyDefaults(given ?? {}, context.defaults);
  if (given !== undefined && shared.from === undefined && !problems.concerns('from')) {
    problems.report('from', 'is missing: set it on the message, or defaults.from / MAIL_FROM');
  }
  if (given === undefined || shared.from === undefined || !problems.isEmpty) {
    throw new InvalidMessageError(problems.toArray());
  }
  return complete(given, shared.from, shared);
}

function readMessage(
  message: unknown,
  problems: ProblemList,
  rules: RuleTable<MessageFields>,
): MessageFields | undefined {
  if (!isRecord(message)) return problems.report('', 'it must be an object');
  return readFields(message, rules, '', problems.report, hintFor);
}

function rulesWith(relayHeaders: RelayHeaders | undefined): RuleTable<MessageFields> {
  return relayHeaders === undefined
    ? fieldRules
    : { ...fieldRules, headers: headerMapWith(relayHeaders) };
}

function hintFor(key: string): string {
  return /^(?:path|href|raw)$/.test(key) ? ': a message is content only, never a path or URL' : '';
}

function checkLimits(fields: MessageFields, limits: MessageLimits, { report }: ProblemList): void {
  const { to = NOBODY, cc = NOBODY, bcc = NOBODY } = fields;
  const recipients = to.length + cc.length + bcc.length;
  if (recipients > limits.recipients) {
    report(
      'to',
      `has, with cc and bcc, ${recipients} recipients; at most ${limits.recipients} are allowed`,
    );
  }
  const bytes = contentBytes(fields);
  if (bytes > limits.bytes) {
    report('', `bodies and attachments have ${bytes} bytes; at most ${limits.bytes} are allowed`);
  }
}

function complete(
  fields: MessageFields,
  from: MailAddress,
  { replyTo = NOBODY, headers = NO_ENTRIES, tags = NO_LIST }: MessageDefaults,
): OutgoingEmail {
  // Written so that messages with the same fields have the same hidden class: V8 makes a new one for each
  // object that starts with a spread, and adds what stands behind one field by field.
  const email: Mutable<OutgoingEmail> = {
    id: fields.id ?? randomUUID(),
    from,
    to: NOBODY,
    cc: NOBODY,
    bcc: NOBODY,
    replyTo,
    attachments: NO_LIST,
    headers,
    tags,
    metadata: NO_ENTRIES,
    features: NO_FEATURES,
    ...fields,
  };
  email.headers = headers;
  email.tags = tags;
  email.replyTo = replyTo;
  email.features = featuresOf(email);
  return Object.freeze(email);
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };
