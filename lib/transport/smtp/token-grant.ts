import { createSign } from 'node:crypto';
import type { OAuth2Settings, ServiceAccount } from './smtp-settings.js';

/** What a token endpoint is asked, and where it is. */
export interface TokenGrant {
  readonly url: string;
  readonly form: Readonly<Record<string, string>>;
}

const GOOGLE_TOKEN_URL = 'https://oauth2.googleapis.com/token';
/** The only scope with which Google lets anybody send over SMTP. */
const GOOGLE_MAIL_SCOPE = 'https://mail.google.com/';
/** The longest that Google takes. */
const ASSERTION_SECONDS = 3_600;

/**
 * The request for a token of that user: with a service account's assertion (RFC 7523), with a refresh
 * token (RFC 6749, section 6), or with the client's own credentials (section 4.4). Without a place to ask,
 * `undefined`.
 */
export function tokenGrant(
  settings: OAuth2Settings,
  user: string,
  refreshToken: string | undefined,
): TokenGrant | undefined {
  const { serviceAccount, tokenUrl, clientId = '', clientSecret = '', scope } = settings;
  if (serviceAccount !== undefined) {
    const url = tokenUrl ?? GOOGLE_TOKEN_URL;
    const grantType = 'urn:ietf:params:oauth:grant-type:jwt-bearer';
    const assertion = signedAssertion(serviceAccount, user, url);
    return { url, form: { grant_type: grantType, assertion } };
  }
  if (tokenUrl === undefined) return undefined;
  const grant =
    refreshToken === undefined
      ? { grant_type: 'client_credentials' }
      : { grant_type: 'refresh_token', refresh_token: refreshToken };
  const form = { client_id: clientId, client_secret: clientSecret, ...grant };
  return { url: tokenUrl, form: scope === undefined ? form : { ...form, scope } };
}

/** A JSON Web Token, signed by RS256, that asks for leave to act as the user. */
function signedAssertion(account: ServiceAccount, user: string, audience: string): string {
  const now = Math.floor(Date.now() / 1_000);
  const claims = {
    iss: account.clientEmail,
    sub: user,
    scope: account.scope ?? GOOGLE_MAIL_SCOPE,
    aud: audience,
    iat: now,
    exp: now + ASSERTION_SECONDS,
  };
  const signed = [{ alg: 'RS256', typ: 'JWT' }, claims]
    .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
    .join('.');
  const signature = createSign('RSA-SHA256').update(signed).sign(account.privateKey, 'base64url');
  return `${signed}.${signature}`;
}
