import type { Rule } from './rule.js';

const CONTROLS = /[\p{Cc}\u2028\u2029]/u;

/** True when the text has a control character or a line separator, which no single-line field may have. */
export function hasControls(text: string): boolean {
  return CONTROLS.test(text);
}

/** True when the text is longer than that in UTF-8; long texts are not looked at. */
export function isLongerThan(text: string, bytes: number): boolean {
  // In UTF-8 a text has at least as many bytes as it has UTF-16 units.
  return text.length > bytes || Buffer.byteLength(text) > bytes;
}

/** Text on one line, of `min` to `max` bytes. A lone surrogate becomes U+FFFD. */
export function singleLine(min: number, max: number): Rule<string> {
  return (value, path, report) => {
    if (typeof value !== 'string') return report(path, 'must be text');
    if (value.length < min) return report(path, 'must not be empty');
    if (isLongerThan(value, max)) return report(path, `must not be longer than ${max} bytes`);
    if (hasControls(value)) return report(path, 'must be on one line, without control characters');
    return value.toWellFormed();
  };
}

/**
 * Text of any length and any number of lines: a body. NUL is refused, since no mail program shows what
 * follows it; a lone surrogate becomes U+FFFD; an empty body is no body.
 */
export const bodyText: Rule<string> = (value, path, report) => {
  if (typeof value !== 'string') return report(path, 'must be text');
  if (value.includes('\0')) return report(path, 'must not have NUL characters');
  return value === '' ? undefined : value.toWellFormed();
};

/** Text that matches a pattern; `form` says which in words. */
export function matching(pattern: RegExp, form: string): Rule<string> {
  return (value, path, report) =>
    typeof value === 'string' && pattern.test(value) ? value : report(path, `must be ${form}`);
}

/** One of a few words. */
export function oneOf<T extends string>(values: readonly T[]): Rule<T> {
  const message = `must be one of ${values.map((value) => `'${value}'`).join(', ')}`;
  return (value, path, report) => values.find((each) => each === value) ?? report(path, message);
}

/** `true` or `false`, and nothing that would merely count as such. */
export const flag: Rule<boolean> = (value, path, report) =>
  typeof value === 'boolean' ? value : report(path, 'must be true or false');
