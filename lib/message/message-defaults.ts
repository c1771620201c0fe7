import { fieldRules, type MessageFields } from './field-rules.js';
import { headerMapWith, isPriorityHeader, mergeHeaders, type HeaderMap } from './header-rules.js';
import type { MailAddress } from './mail-address.js';
import type { RelayHeaders } from './relay-headers.js';
import { attempt, isRecord, readFields, type Report, type RuleTable } from './rule.js';

/** What every message gets that does not say otherwise, normalised. */
export interface MessageDefaults {
  readonly from?: MailAddress | undefined;
  readonly replyTo?: readonly MailAddress[] | undefined;
  readonly headers?: HeaderMap | undefined;
  readonly tags?: readonly string[] | undefined;
}

const defaultRules: RuleTable<MessageDefaults> = {
  from: fieldRules.from,
  replyTo: fieldRules.replyTo,
  headers: fieldRules.headers,
  tags: fieldRules.tags,
};

/**
 * Reads defaults by the rules of the message fields. Problems are reported with paths under `path`, not
 * thrown, since defaults are checked together with the other options.
 *
 * @param relayHeaders those that the provider lets through
 */
export function normalizeDefaults(
  input: unknown,
  path: string,
  report: (path: string, message: string) => void,
  relayHeaders: RelayHeaders = new Set(),
): MessageDefaults {
  if (input === undefined) return {};
  const collect: Report = (place, message) => {
    report(place, message);
  };
  const defaults = attempt(path, collect, () =>
    isRecord(input)
      ? readFields(input, { ...defaultRules, headers: headerMapWith(relayHeaders) }, path, collect)
      : collect(path, 'must be an object'),
  );
  return Object.freeze(defaults ?? {});
}

/** Both in one: what `preferred` says wins, headers are merged by name, tags are added. */
export function mergeDefaults(base: MessageDefaults, preferred: MessageDefaults): MessageDefaults {
  return {
    from: preferred.from ?? base.from,
    replyTo: preferred.replyTo ?? base.replyTo,
    headers: base.headers ? mergeHeaders(base.headers, preferred.headers) : preferred.headers,
    tags: base.tags ? [...new Set([...(preferred.tags ?? []), ...base.tags])] : preferred.tags,
  };
}

/** The defaults for one message, merged with what it says itself. */
export function applyDefaults(fields: MessageFields, defaults: MessageDefaults): MessageDefaults {
  if (fields.priority === undefined || defaults.headers === undefined) {
    return mergeDefaults(defaults, fields);
  }
  // A message that says how urgent it is wins over default headers that say the same.
  const headers = Object.fromEntries(
    Object.entries(defaults.headers).filter(([name]) => !isPriorityHeader(name)),
  );
  return mergeDefaults({ ...defaults, headers }, fields);
}
