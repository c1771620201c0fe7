import type { OptionReader } from '../../contract/option-reader.js';
import { AUTH_METHODS, type SmtpAuthMethod } from '../../transport/smtp/auth-mechanisms.js';
import type { OAuth2Settings, SmtpAuth } from '../../transport/smtp/smtp-settings.js';

const RENEWAL_KEYS = ['clientId', 'clientSecret', 'refreshToken', 'tokenUrl'] as const;

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

function readOAuth2(auth: OptionReader): OAuth2Settings | undefined {
  const oauth2 = auth.nested('oauth2');
  if (oauth2 === undefined) return undefined;
  const accessToken = oauth2.string('accessToken');
  const renewal = RENEWAL_KEYS.map((key) => [key, oauth2.string(key)] as const);
  oauth2.finish();
  const missing = RENEWAL_KEYS.filter((key) => oauth2.raw(key) === undefined);
  if (missing.length === RENEWAL_KEYS.length) {
    if (accessToken === undefined) {
      oauth2.problem('accessToken', `is missing: set it, or ${RENEWAL_KEYS.join(', ')}`);
    }
  } else {
    for (const key of missing) {
      oauth2.problem(key, `is missing: renewal takes ${RENEWAL_KEYS.join(', ')}`);
    }
  }
  checkTokenUrl(oauth2);
  return {
    ...(accessToken !== undefined && { accessToken }),
    ...Object.fromEntries(renewal.filter(([, value]) => value !== undefined)),
  };
}

function checkTokenUrl(oauth2: OptionReader): void {
  const tokenUrl = oauth2.raw('tokenUrl');
  if (typeof tokenUrl !== 'string') return;
  const url = URL.canParse(tokenUrl) ? new URL(tokenUrl) : undefined;
  const isLoopback = url !== undefined && /^(?:localhost|127\.[\d.]+|\[::1\])$/.test(url.hostname);
  if (url?.protocol === 'https:' || (url?.protocol === 'http:' && isLoopback)) return;
  oauth2.problem('tokenUrl', 'must be an https URL');
}
