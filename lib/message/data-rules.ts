import { types } from 'node:util';
import { joinPath } from '../errors/problem.js';
import { copyJson } from './json-data.js';
import type { SubstitutionValue } from './outgoing-email.js';
import { entryPath, isRecord, isUnsafeKey, type Report, type Rule } from './rule.js';
import { singleLine } from './text-rules.js';

const MAX_TAGS = 1_000;
const PLACEHOLDER_NAME = /^[A-Za-z_][\w.-]*$/;
const METADATA_KEY = /^[ -~]{1,128}$/;
const ISO_INSTANT = /^(\d{4})-(\d\d)-(\d\d)T\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:Z|[+-]\d\d:\d\d)$/;

const tag = singleLine(1, 255);
const metadataValue = singleLine(0, 1_000);
const templateName = singleLine(1, 255);

/** Values for placeholders, by the placeholder's name. */
export const substitutionValues: Rule<Readonly<Record<string, SubstitutionValue>>> = mapOf(
  (key) => PLACEHOLDER_NAME.test(key),
  'has a name that no placeholder can have: letters, digits, _ . and -, a letter or _ first',
  readSubstitution,
);

/** Text by key, which comes back in the provider's events. */
export const metadataMap: Rule<Readonly<Record<string, string>>> = mapOf(
  (key) => METADATA_KEY.test(key),
  'has a key that is not 1 to 128 characters of printable ASCII',
  metadataValue,
);

/** A list of labels, each once. */
export const tagList: Rule<readonly string[]> = (value, path, report) => {
  if (!Array.isArray(value)) return report(path, 'must be a list of text');
  const { length } = value;
  if (length > MAX_TAGS) return report(path, `must not have more than ${MAX_TAGS} entries`);
  const tags = new Set<string>();
  for (let index = 0; index < length; index++) {
    const text = tag(value[index], joinPath(path, index), report);
    if (text !== undefined) tags.add(text);
  }
  return [...tags];
};

/** The provider's name or number of a stored template. */
export const templateId: Rule<string | number> = (value, path, report) => {
  if (typeof value !== 'number') return templateName(value, path, report);
  return Number.isSafeInteger(value) && value >= 0
    ? value
    : report(path, 'must be text or a whole number of at least 0');
};

/** An object that JSON carries, copied. */
export const jsonObject: Rule<Readonly<Record<string, unknown>>> = (value, path, report) => {
  if (!isRecord(value)) return report(path, 'must be an object');
  const result = copyJson(value);
  if ('problem' in result) return report(path, result.problem);
  return isRecord(result.copy) ? result.copy : report(path, 'must be an object');
};

/** An object of JSON objects, by provider name. */
export const objectsByProvider: Rule<Readonly<Record<string, Readonly<Record<string, unknown>>>>> =
  mapOf((key) => key !== '', 'must be a provider name', jsonObject);

/** A moment: a `Date`, or ISO 8601 text with a zone, so that it means the same on every server. */
export const instant: Rule<Date> = (value, path, report) => {
  const date = readDate(value);
  if (date !== undefined && !Number.isNaN(date.getTime())) return date;
  return report(path, `must be a Date or text such as '2030-01-31T09:00:00Z', with a zone`);
};

function readDate(value: unknown): Date | undefined {
  if (types.isDate(value)) return new Date(Date.prototype.getTime.call(value));
  const match = typeof value === 'string' && value.length <= 40 ? ISO_INSTANT.exec(value) : null;
  if (match === null) return undefined;
  const [text, year, month, day] = match;
  // Date takes the 31st of February for a day in March.
  const calendar = new Date(Date.UTC(Number(year), Number(month) - 1, Number(day)));
  return calendar.getUTCDate() === Number(day) ? new Date(text) : undefined;
}

function readSubstitution(value: unknown, path: string, report: Report) {
  if (typeof value === 'boolean' || (typeof value === 'number' && Number.isFinite(value))) {
    return value;
  }
  if (typeof value !== 'string') return report(path, 'must be text, a number, true or false');
  return value.includes('\0') ? report(path, 'must not have NUL characters') : value.toWellFormed();
}

/** An object with keys of one form and values of one rule, copied. */
function mapOf<T>(
  isKey: (key: string) => boolean,
  keyProblem: string,
  readValue: Rule<T>,
): Rule<Readonly<Record<string, T>>> {
  return (value, path, report) => {
    if (!isRecord(value)) return report(path, 'must be an object');
    const map: Record<string, T> = {};
    Object.keys(value).forEach((key, index) => {
      const place = entryPath(path, key, index);
      if (isUnsafeKey(key) || !isKey(key)) return report(place, keyProblem);
      const item = readValue(value[key], place, report);
      if (item !== undefined) map[key] = item;
      return undefined;
    });
    return map;
  };
}
