import { isRecord } from './rule.js';

/** Names of relay headers, in lower case. */
export type RelayHeaders = ReadonlySet<string>;

/**
 * The headers by which an SMTP relay (SES, Postmark, Mailgun, SendGrid, Brevo, SparkPost, Mandrill, Mailjet) is told what its API takes
 * as fields. They would steer it past the rules for messages, so none passes unless the application names it.
 */
const RELAY_NAME =
  /^x-(?:smtpapi|msys-api|(?:ses|pm|mailgun|mailin|sib|mc|mj|mailjet)-[!-9;-~]*)$/i;

/** True for a header that steers a relay. */
export function isRelayHeader(name: string): boolean {
  return RELAY_NAME.test(name);
}

/** The names among an unchecked list of them, in lower case. */
export function relayHeaderNames(list: unknown): RelayHeaders {
  const names: readonly unknown[] = Array.isArray(list) ? list : [];
  return new Set(names.filter(isRelayName).map((name) => name.toLowerCase()));
}

function isRelayName(name: unknown): name is string {
  return typeof name === 'string' && isRelayHeader(name);
}

/** The problem of an allowed relay header with its value, if any. */
export function relayValueProblem(name: string, value: string): string | undefined {
  const header = name.toLowerCase();
  // Mandrill sends a copy of the message there.
  if (header === 'x-mc-bccaddress') return 'must not add a recipient: set bcc';
  if (header !== 'x-smtpapi' && header !== 'x-msys-api') return undefined;
  const settings = parsed(value);
  if (settings === undefined) return 'must be a JSON object';
  if (header === 'x-msys-api') return addedBy(keysOf(settings, ['cc', 'bcc', 'archive']));
  // SendGrid sends to each of `to`, and by these filters also to an address that they name.
  const { filters } = settings;
  const added = [...keysOf(settings, ['to']), ...keysOf(filters, ['bcc', 'forward_spam'])];
  return addedBy(added);
}

function addedBy(keys: readonly string[]): string | undefined {
  return keys.length === 0 ? undefined : `must not add recipients by ${keys.join(', ')}`;
}

function parsed(json: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(json);
    return isRecord(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function keysOf(value: unknown, wanted: readonly string[]): string[] {
  const keys = isRecord(value) ? Object.keys(value).map((key) => key.toLowerCase()) : [];
  return wanted.filter((key) => keys.includes(key));
}
