import type { HttpAnswer, HttpRequest } from '../../transport/http/http-result.js';

const MASK = '[secret]';
const SECRET_HEADERS = /^(?:authorization|api-key|x-.*-token)$/;

/** A provider writes its headers once, so what is secret in them is worked out once. */
const known = new WeakMap<HttpRequest['headers'], readonly string[]>();

/**
 * The answer without the credentials of its request: an API that refuses a key may repeat it in its
 * words, from where it would go into errors and logs.
 */
export function withoutSecrets(answer: HttpAnswer, { headers }: HttpRequest): HttpAnswer {
  const secrets = secretsOf(headers);
  const texts = [answer.body, ...Object.values(answer.headers)];
  if (!texts.some((text) => secrets.some((secret) => text.includes(secret)))) return answer;
  const clean: Record<string, string> = {};
  for (const [name, text] of Object.entries(answer.headers)) clean[name] = masked(text, secrets);
  return { ...answer, body: masked(answer.body, secrets), headers: clean };
}

function masked(text: string, secrets: readonly string[]): string {
  let rest = text;
  for (const secret of secrets) {
    rest = rest.replaceAll(secret, MASK);
  }
  return rest;
}

/** The longest first: a shorter one may be a part of it. */
function secretsOf(headers: HttpRequest['headers']): readonly string[] {
  let secrets = known.get(headers);
  if (secrets === undefined) {
    const all = Object.entries(headers)
      .filter(([name]) => SECRET_HEADERS.test(name))
      .flatMap(([, value]) => spellings(value));
    secrets = [...new Set(all)].toSorted((a, b) => b.length - a.length);
    known.set(headers, secrets);
  }
  return secrets;
}

/** A credential as it travels, without its scheme, and as `Basic` hides it. */
function spellings(value: string): string[] {
  const [scheme = '', ...rest] = value.split(' ');
  const credential = rest.length === 0 ? scheme : rest.join(' ');
  const isBasic = rest.length > 0 && scheme.toLowerCase() === 'basic';
  const pair = isBasic ? Buffer.from(credential, 'base64').toString('utf8') : '';
  return [value, credential, pair, pair.slice(pair.indexOf(':') + 1)]
    .flatMap((text) => [text, JSON.stringify(text).slice(1, -1), encodeURIComponent(text)])
    .filter((text) => text.length >= 4);
}
