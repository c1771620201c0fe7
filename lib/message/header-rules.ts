import { isRelayHeader, relayValueProblem, type RelayHeaders } from './relay-headers.js';
import { entryPath, isRecord, isUnsafeKey, type Report, type Rule } from './rule.js';
import { structuredProblem } from './structured-headers.js';
import { singleLine } from './text-rules.js';

/** Custom mail headers, by name. */
export type HeaderMap = Readonly<Record<string, string>>;

const MAX_NAME_LENGTH = 78;
const MAX_VALUE_BYTES = 10_000;
// RFC 5322, 3.6.8: printable ASCII without the colon.
const FIELD_NAME = /^[!-9;-~]+$/;
// What MailBridge or the mail system writes.
const RESERVED_NAME =
  /^(?:from|sender|to|cc|bcc|reply-to|return-path|subject|date|message-id|mime-version|dkim-signature|received|authentication-results|apparently-to)$/i;
const RESERVED_PREFIX = /^(?:content|arc|resent)-/i;
const PRIORITY_NAME = /^(?:x-priority|importance|x-msmail-priority)$/i;
// Mail folds lines at spaces only; RFC 5322 allows 998 bytes a line.
const MAX_RUN_LENGTH = 900;

const headerValue = singleLine(1, MAX_VALUE_BYTES);

/** The custom headers: allowed names, once each whatever their case, with foldable single-line values. */
export const headerMap: Rule<HeaderMap> = headerMapWith(new Set());

/** The same with the relay headers that the application lets through. */
export function headerMapWith(relayHeaders: RelayHeaders): Rule<HeaderMap> {
  return (value, path, report) => readHeaders(value, path, report, relayHeaders);
}

function readHeaders(
  value: unknown,
  path: string,
  report: Report,
  relayHeaders: RelayHeaders,
): HeaderMap | undefined {
  if (!isRecord(value)) return report(path, 'must be an object of header names and values');
  const headers: Record<string, string> = {};
  const seen = new Set<string>();
  Object.keys(value).forEach((name, index) => {
    const place = entryPath(path, name, index);
    const lower = name.toLowerCase();
    const problem = seen.has(lower)
      ? 'is there twice, in another case'
      : nameProblem(name, relayHeaders);
    if (problem !== undefined) return report(place, problem);
    seen.add(lower);
    const text = readValue(name, value[name], place, report);
    if (text !== undefined) headers[name] = text;
    return undefined;
  });
  return headers;
}

/** True for the headers that `priority` writes. */
export function isPriorityHeader(name: string): boolean {
  return PRIORITY_NAME.test(name);
}

/** Both header maps in one; where names are equal but for their case, `preferred` wins. */
export function mergeHeaders(base: HeaderMap, preferred: HeaderMap = {}): HeaderMap {
  const taken = new Set(Object.keys(preferred).map((name) => name.toLowerCase()));
  const kept = Object.entries(base).filter(([name]) => !taken.has(name.toLowerCase()));
  return { ...Object.fromEntries(kept), ...preferred };
}

function nameProblem(name: string, relayHeaders: RelayHeaders): string | undefined {
  if (name.length > MAX_NAME_LENGTH || !FIELD_NAME.test(name) || isUnsafeKey(name)) {
    return `has a name that is no header name of at most ${MAX_NAME_LENGTH} characters`;
  }
  if (RESERVED_NAME.test(name) || RESERVED_PREFIX.test(name)) {
    return 'must not be set: MailBridge or the provider writes this header';
  }
  if (isRelayHeader(name) && !relayHeaders.has(name.toLowerCase())) {
    return 'must not be set: it steers a relay; providers.smtp.relayHeaders lets it through by name';
  }
  return undefined;
}

function readValue(name: string, value: unknown, path: string, report: Report): string | undefined {
  const text = headerValue(value, path, report);
  const problem =
    text === undefined
      ? undefined
      : (structuredProblem(name, text) ?? relayValueProblem(name, text));
  if (problem !== undefined) return report(path, problem);
  if (text?.split(' ').some((run) => run.length >= MAX_RUN_LENGTH)) {
    return report(path, `must have a space at least every ${MAX_RUN_LENGTH} characters`);
  }
  return text;
}
