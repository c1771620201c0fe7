import type { OAuth2Settings, SmtpAuth } from '../../transport/smtp/smtp-settings.js';

/**
 * Everything of the credentials that a server could quote back: as it is, and in the forms in which
 * AUTH LOGIN, PLAIN and XOAUTH2 put it on the wire. Longest first, so that no part of one remains.
 */
export function secretsOf(auth: SmtpAuth | undefined, tokens: readonly string[] = []): string[] {
  if (auth === undefined) return [];
  const plain = 'pass' in auth ? [auth.pass] : oauth2Secrets(auth.oauth2);
  const onTheWire =
    'pass' in auth ? [base64(`\0${auth.user}\0${auth.pass}`), base64(auth.user)] : [];
  const all = [...plain, ...plain.map(base64), ...onTheWire, ...tokens, ...tokens.map(base64)];
  return all.filter((each) => each !== '').toSorted((a, b) => b.length - a.length);
}

function oauth2Secrets({ accessToken, clientSecret, refreshToken }: OAuth2Settings): string[] {
  return [accessToken, clientSecret, refreshToken].filter((each) => typeof each === 'string');
}

function base64(text: string): string {
  return Buffer.from(text).toString('base64');
}
