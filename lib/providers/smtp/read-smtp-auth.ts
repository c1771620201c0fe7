import { createPrivateKey } from 'node:crypto';
import type { OptionReader } from '../../contract/option-reader.js';
import { AUTH_METHODS, type SmtpAuthMethod } from '../../transport/smtp/auth-mechanisms.js';
import type {
  AccessTokenFunction,
  OAuth2Settings,
  ServiceAccount,
  SmtpAuth,
} from '../../transport/smtp/smtp-settings.js';

const CLIENT_KEYS = ['clientId', 'clientSecret'] as const;
const ENDPOINT_KEYS = [...CLIENT_KEYS, 'refreshToken', 'tokenUrl', 'scope'] as const;

/** Reads `auth`: a user with a password or with OAuth2, nothing by halves. */
export function readAuth(reader: OptionReader): SmtpAuth | undefined {
  const auth = reader.nested('auth');
  if (auth === undefined) return undefined;
  const user = auth.string('user');
  const pass = auth.string('pass');
  const oauth2 = readOAuth2(auth);
  const method = readMethod(auth);
  auth.finish();
  if (auth.raw('user') === undefined) auth.problem('user', 'is missing');
  const hasPass = auth.raw('pass') !== undefined;
  const hasOAuth2 = auth.raw('oauth2') !== undefined;
  if (hasPass === hasOAuth2) {
    auth.problem('pass', hasPass ? 'cannot stand beside oauth2' : 'is missing: set pass or oauth2');
  }
  if (user === undefined) return undefined;
  const how = method !== undefined && { method };
  if (oauth2 !== undefined) return { user, oauth2, ...how };
  return pass === undefined ? undefined : { user, pass, ...how };
}

/** XOAUTH2 is for a token, the others are for a password. */
function readMethod(auth: OptionReader): SmtpAuthMethod | undefined {
  const method = auth.oneOf('method', AUTH_METHODS);
  const isForToken = method === 'XOAUTH2';
  if (method !== undefined && auth.raw(isForToken ? 'oauth2' : 'pass') === undefined) {
    return auth.problem('method', `takes ${isForToken ? 'oauth2' : 'pass'} beside it`);
  }
  return method;
}

/** Reads `oauth2`: a token or a function, what it takes to get one from an endpoint, or a token and that. */
function readOAuth2(auth: OptionReader): OAuth2Settings | undefined {
  const oauth2 = auth.nested('oauth2');
  if (oauth2 === undefined) return undefined;
  const accessToken = readAccessToken(oauth2);
  const endpoint = Object.fromEntries(ENDPOINT_KEYS.map((key) => [key, oauth2.string(key)]));
  const serviceAccount = readServiceAccount(oauth2);
  oauth2.finish();
  if (typeof accessToken === 'function') {
    forbid(oauth2, [...ENDPOINT_KEYS, 'serviceAccount'], 'a function as accessToken');
  } else if (oauth2.raw('serviceAccount') !== undefined) {
    forbid(oauth2, [...CLIENT_KEYS, 'refreshToken', 'scope'], 'serviceAccount');
  } else {
    requireClient(oauth2);
  }
  checkTokenUrl(oauth2);
  return Object.fromEntries(
    Object.entries({ accessToken, ...endpoint, serviceAccount }).filter(
      ([, value]) => value !== undefined,
    ),
  );
}

/** A client that asks an endpoint has to say where and as whom; without one there is a token at least. */
function requireClient(oauth2: OptionReader): void {
  if (ENDPOINT_KEYS.some((key) => oauth2.raw(key) !== undefined)) {
    for (const key of [...CLIENT_KEYS, 'tokenUrl']) {
      if (oauth2.raw(key) === undefined) {
        oauth2.problem(
          key,
          `is missing: a token is got with ${CLIENT_KEYS.join(', ')} and tokenUrl`,
        );
      }
    }
  } else if (oauth2.raw('accessToken') === undefined) {
    const client = [...CLIENT_KEYS, 'tokenUrl'].join(', ');
    oauth2.problem('accessToken', `is missing: set it, or ${client}, or serviceAccount`);
  }
}

function forbid(oauth2: OptionReader, keys: readonly string[], beside: string): void {
  for (const key of keys) {
    if (oauth2.raw(key) !== undefined) oauth2.problem(key, `cannot stand beside ${beside}`);
  }
}

function readAccessToken(oauth2: OptionReader): OAuth2Settings['accessToken'] {
  const value = oauth2.raw('accessToken');
  return typeof value === 'function'
    ? (value as AccessTokenFunction)
    : oauth2.string('accessToken');
}

function readServiceAccount(oauth2: OptionReader): ServiceAccount | undefined {
  const account = oauth2.nested('serviceAccount');
  if (account === undefined) return undefined;
  const clientEmail = account.string('clientEmail');
  const privateKey = account.raw('privateKey');
  const scope = account.string('scope');
  account.finish();
  if (account.raw('clientEmail') === undefined) account.problem('clientEmail', 'is missing');
  if (!isRsaKey(privateKey)) {
    account.problem('privateKey', 'must be an RSA private key in PEM form, with its line breaks');
    return undefined;
  }
  return { clientEmail: clientEmail ?? '', privateKey, ...(scope !== undefined && { scope }) };
}

function isRsaKey(pem: unknown): pem is string {
  try {
    return typeof pem === 'string' && createPrivateKey(pem).asymmetricKeyType === 'rsa';
  } catch {
    return false;
  }
}

function checkTokenUrl(oauth2: OptionReader): void {
  const tokenUrl = oauth2.raw('tokenUrl');
  if (typeof tokenUrl !== 'string') return;
  const url = URL.canParse(tokenUrl) ? new URL(tokenUrl) : undefined;
  const isLoopback = url !== undefined && /^(?:localhost|127\.[\d.]+|\[::1\])$/.test(url.hostname);
  if (url?.protocol === 'https:' || (url?.protocol === 'http:' && isLoopback)) return;
  oauth2.problem('tokenUrl', 'must be an https URL');
}
