import type { OptionReader } from '../../contract/option-reader.js';

/** Reads a key: it must be there. `hint` says where it is set. */
export function readKey(reader: OptionReader, name: string, hint: string): string {
  const key = reader.string(name);
  if (key !== undefined) {
    // It goes into a header, where only these characters are safe.
    if (/^[\x21-\x7e]+$/.test(key)) return key;
    reader.problem(name, 'must be printable ASCII without spaces');
  } else if (reader.raw(name) === undefined) {
    reader.problem(name, `is missing: ${hint}`);
  }
  return '';
}

/** Reads where the API is, without a slash at the end. */
export function readBaseUrl(reader: OptionReader, standard: string): string {
  return readApiUrl(reader, 'baseUrl') ?? standard;
}

/**
 * Reads the URL of an API, without a slash at the end. HTTP is for loopback; elsewhere the key would be
 * readable.
 */
export function readApiUrl(reader: OptionReader, name: string): string | undefined {
  const text = reader.string(name);
  if (text === undefined) return undefined;
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const isSafe =
    url?.protocol === 'https:' || (url?.protocol === 'http:' && isLoopback(url.hostname));
  if (url === undefined || !isSafe || url.username !== '' || url.search !== '' || url.hash !== '') {
    return reader.problem(
      name,
      'must be an https URL (http only to loopback), without credentials or query',
    );
  }
  return text.replace(/\/+$/, '');
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '[::1]' || /^127(?:\.\d{1,3}){3}$/.test(host);
}
