import { localFault } from './smtp-fault.js';
import type { SmtpFault } from './smtp-result.js';

/** An access token as it was given out. */
export interface NewToken {
  readonly accessToken: string;
  /** How long it lives from now, in milliseconds, where that is known. */
  readonly lifetimeMs?: number;
  /** Takes the place of the refresh token that was used (RFC 6749, section 6). */
  readonly refreshToken?: string;
}

/** More is no answer of a token endpoint. */
const LONGEST_ANSWER_BYTES = 65_536;

/** Errors of RFC 6749 and RFC 8628 that pass. */
const PASSING: readonly unknown[] = ['temporarily_unavailable', 'server_error', 'slow_down'];

/** The options to look at for an error of RFC 6749, section 5.2. */
const ADVICE: Readonly<Record<string, string>> = {
  invalid_client: 'look at auth.oauth2.clientId and clientSecret, which may have expired',
  invalid_grant:
    'look at auth.oauth2.refreshToken, which may have expired or been revoked, or with serviceAccount at auth.user and the clock of this machine',
  invalid_scope: 'look at auth.oauth2.scope',
  unauthorized_client:
    'have an administrator allow this client the grant, or with serviceAccount the scope by domain-wide delegation',
  unsupported_grant_type: 'look at auth.oauth2.tokenUrl',
};

/**
 * Asks a token endpoint (RFC 6749, section 3.2) for an access token. No redirect is followed: the request
 * holds credentials. Always resolves; the signal bounds it.
 */
export async function requestToken(
  url: string,
  form: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<NewToken | SmtpFault> {
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { accept: 'application/json' },
      body: new URLSearchParams(form),
      redirect: 'manual',
      signal,
    });
    return tokenOf(response.status, await bodyOf(response));
  } catch (error) {
    const nodeCode = codeOf(error);
    const text = `The OAuth2 token endpoint cannot be reached (${nodeCode})`;
    return { ...localFault('auth', 'no-token', text), nodeCode };
  }
}

/** A token of at least one printable character (RFC 6749, section A.12); others break the login. */
export function isTokenText(value: unknown): value is string {
  return typeof value === 'string' && /^[ -~]+$/.test(value);
}

/** Seconds as in `expires_in`, also where they are written as text; nothing where they make no sense. */
export function lifetimeOf(seconds: unknown): { readonly lifetimeMs?: number } {
  const lifetimeMs = Number(seconds) * 1_000;
  return lifetimeMs > 0 && Number.isFinite(lifetimeMs) ? { lifetimeMs } : {};
}

function tokenOf(status: number, body: string): NewToken | SmtpFault {
  const answer = objectIn(body);
  const { access_token: accessToken, expires_in: expiresIn, refresh_token: refresh } = answer;
  if (status >= 200 && status < 300 && isTokenText(accessToken)) {
    const refreshToken = isTokenText(refresh) && { refreshToken: refresh };
    return { accessToken, ...lifetimeOf(expiresIn), ...refreshToken };
  }
  const isPassing = status >= 500 || status === 429 || PASSING.includes(answer['error']);
  return localFault('auth', isPassing ? 'no-token' : 'token-refused', refusalText(status, answer));
}

/** Nothing of an answer that is none of RFC 6749 is repeated: it may hold a token. */
function refusalText(status: number, answer: Readonly<Record<string, unknown>>): string {
  const { error, error_description: description } = answer;
  const endpoint = 'The OAuth2 token endpoint';
  if (typeof error === 'string' && /^[\w.-]{1,100}$/.test(error)) {
    const advice = Object.hasOwn(ADVICE, error) ? `; ${ADVICE[error]}` : '';
    const words = typeof description === 'string' ? ` (${description})` : '';
    return `${endpoint} refused: ${error}${advice}${words}`;
  }
  if (status >= 300 && status < 400) {
    return `${endpoint} answered with a redirect (${status}), which is not followed; look at auth.oauth2.tokenUrl`;
  }
  if (status >= 400) return `${endpoint} answered with status ${status}`;
  return `${endpoint} gave no sensible answer`;
}

function objectIn(body: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(body);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

async function bodyOf({ body }: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body ?? []) {
    chunks.push(chunk as Uint8Array);
    size += (chunk as Uint8Array).length;
    if (size > LONGEST_ANSWER_BYTES) return '';
  }
  return Buffer.concat(chunks).toString();
}

/** `fetch` hides the code of Node behind the error that it throws. */
function codeOf(error: unknown): string {
  const { cause, code = (cause as { code?: unknown } | undefined)?.code } = error as {
    cause?: unknown;
    code?: unknown;
  };
  return typeof code === 'string' && /^\w{1,60}$/.test(code) ? code : 'NETWORK';
}
