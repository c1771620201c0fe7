import type { HttpAnswer, HttpRequest } from '../../transport/http/http-result.js';

const MASK = '[secret]';
const SECRET_HEADERS = /^(?:authorization|api-key|x-.*-token)$/;

/**
 * The answer without the credentials of its request: an API that refuses a key may repeat it in its
 * words, from where it would go into errors and logs.
 */
export function withoutSecrets(answer: HttpAnswer, { headers }: HttpRequest): HttpAnswer {
  const secrets = Object.entries(headers)
    .filter(([name]) => SECRET_HEADERS.test(name))
    .flatMap(([, value]) => spellings(value));
  const clean = (text: string) =>
    secrets.reduce((rest, secret) => rest.replaceAll(secret, MASK), text);
  const entries = Object.entries(answer.headers).map(([name, value]) => [name, clean(value)]);
  return {
    ...answer,
    body: clean(answer.body),
    headers: Object.fromEntries(entries) as Record<string, string>,
  };
}

/** A credential as it travels, without its scheme, and as `Basic` hides it; the longest first. */
function spellings(value: string): string[] {
  const [scheme = '', ...rest] = value.split(' ');
  const credential = rest.length === 0 ? scheme : rest.join(' ');
  const isBasic = rest.length > 0 && scheme.toLowerCase() === 'basic';
  const pair = isBasic ? Buffer.from(credential, 'base64').toString('utf8') : '';
  return [value, credential, pair, pair.slice(pair.indexOf(':') + 1)]
    .flatMap((text) => [text, JSON.stringify(text).slice(1, -1), encodeURIComponent(text)])
    .filter((text) => text.length >= 4)
    .toSorted((a, b) => b.length - a.length);
}
