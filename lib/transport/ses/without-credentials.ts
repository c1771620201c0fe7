import type { HttpRequest, HttpResult } from '../http/http-result.js';

const MASK = '[secret]';

/**
 * The result without the key id, the signature and the session token of its request: a refused signature
 * is answered with all of them.
 */
export function withoutCredentials(result: HttpResult, { headers }: HttpRequest): HttpResult {
  if (result.kind === 'fault') return result;
  const { authorization = '', 'x-amz-security-token': token = '' } = headers;
  const keyId = /Credential=([^/,\s]+)/.exec(authorization)?.[1] ?? '';
  const signature = /Signature=(\w+)/.exec(authorization)?.[1] ?? '';
  const secrets = [authorization, token, encodeURIComponent(token), signature, keyId].filter(
    // Shorter ones stand in words of all kinds.
    (secret) => secret.length >= 4,
  );
  const clean = (text: string) =>
    secrets.reduce((rest, secret) => rest.replaceAll(secret, MASK), text);
  const entries = Object.entries(result.headers).map(([name, value]) => [name, clean(value)]);
  return {
    ...result,
    body: clean(result.body),
    headers: Object.fromEntries(entries) as Record<string, string>,
  };
}
