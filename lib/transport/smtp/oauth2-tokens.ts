import { xoauth2 } from './auth-mechanisms.js';
import { expiredFault, localFault } from './smtp-fault.js';
import type { SmtpFault } from './smtp-result.js';
import type { AccessTokenFunction, OAuth2Settings } from './smtp-settings.js';
import { tokenGrant } from './token-grant.js';
import { isTokenText, lifetimeOf, requestToken, type NewToken } from './token-request.js';

/** How many tokens are remembered as secrets; older ones have expired long ago. */
const REMEMBERED = 8;
/** A token is renewed so long before its end, but a short-lived one in the last tenth of its life. */
const MARGIN_MS = 60_000;
/** How long a token is used whose end is not known, in milliseconds; a refused one is renewed sooner. */
const UNKNOWN_LIFETIME_MS = 300_000;

/** A token that is in use. */
interface KeptToken {
  readonly text: string;
  /** When the next login asks for another one, and when this one ends, by `Date.now()`. */
  readonly renewAt: number;
  readonly endsAt: number;
}

/**
 * The access token of one pool, shared by its connections: it is renewed before it ends, by one request
 * at a time.
 */
export class OAuth2Tokens {
  #kept: KeptToken | undefined;
  #renewal: Promise<SmtpFault | undefined> | undefined;
  #stop: AbortController | undefined;
  #refreshToken: string | undefined;
  #lately: readonly string[] = [];

  constructor(
    private readonly user: string,
    private readonly settings: OAuth2Settings,
    /** How long one request, or one call of the function, may take, in milliseconds. */
    private readonly timeoutMs: number,
  ) {
    const { accessToken, refreshToken } = settings;
    this.#refreshToken = refreshToken;
    if (typeof accessToken === 'string') {
      this.keep(accessToken, { renewAt: Infinity, endsAt: Infinity });
    }
  }

  /** Every token lately used, each also in the form in which it goes over the wire. */
  get secrets(): readonly string[] {
    return this.#lately.flatMap((token) => [token, xoauth2(this.user, token)]);
  }

  /** Whether there is another token to get where one is refused. */
  get canRenew(): boolean {
    const { accessToken, tokenUrl, serviceAccount } = this.settings;
    return (
      typeof accessToken === 'function' || tokenUrl !== undefined || serviceAccount !== undefined
    );
  }

  /** The token for one login: not the one that was `refused`, unless it is given out again. */
  async token(refused?: string): Promise<string | SmtpFault> {
    const kept = this.#kept;
    const isGood = kept !== undefined && kept.text !== refused;
    if (isGood && Date.now() < kept.renewAt) return kept.text;
    this.#renewal ??= this.renew().finally(() => {
      this.#renewal = undefined;
    });
    const fault = await this.#renewal;
    if (fault === undefined) return this.#kept!.text;
    // It was asked early enough: until its end the old one will do.
    return isGood && Date.now() < kept.endsAt ? kept.text : fault;
  }

  /** Ends a renewal that is on its way. */
  close(): void {
    this.#stop?.abort();
  }

  private async renew(): Promise<SmtpFault | undefined> {
    const stop = new AbortController();
    this.#stop = stop;
    const timer = setTimeout(() => stop.abort(), this.timeoutMs);
    const timeUp = new Promise<SmtpFault>((resolve) => {
      stop.signal.addEventListener('abort', () => resolve(expiredFault('auth', 'timeout')));
    });
    // The function of the application heeds no signal: it is left behind, and what it gives is not used.
    const token = await Promise.race([timeUp, this.newToken(stop.signal)]);
    clearTimeout(timer);
    if (!('accessToken' in token)) return token;
    const { accessToken, lifetimeMs, refreshToken } = token;
    if (refreshToken !== undefined) {
      this.#refreshToken = refreshToken;
      this.remember(refreshToken);
    }
    this.keep(accessToken, timesOf(lifetimeMs));
    return undefined;
  }

  private async newToken(signal: AbortSignal): Promise<NewToken | SmtpFault> {
    const { accessToken } = this.settings;
    if (typeof accessToken === 'function') return fromFunction(accessToken);
    const grant = tokenGrant(this.settings, this.user, this.#refreshToken);
    if (grant === undefined) return localFault('auth', 'token-refused', 'There is no token');
    if (grant.form['assertion'] !== undefined) this.remember(grant.form['assertion']);
    return requestToken(grant.url, grant.form, signal);
  }

  private keep(text: string, times: Omit<KeptToken, 'text'>): void {
    this.#kept = { text, ...times };
    this.remember(text);
  }

  private remember(token: string): void {
    if (this.#lately.includes(token)) return;
    this.#lately = [token, ...this.#lately].slice(0, REMEMBERED);
  }
}

/** Nothing of an error is repeated but its code: it may hold the request for a token. */
async function fromFunction(getToken: AccessTokenFunction): Promise<NewToken | SmtpFault> {
  try {
    const got: unknown = await getToken();
    const { accessToken, expiresIn } = (typeof got === 'string' ? { accessToken: got } : got) as {
      accessToken: unknown;
      expiresIn?: unknown;
    };
    if (isTokenText(accessToken)) return { accessToken, ...lifetimeOf(expiresIn) };
  } catch (error) {
    const code: unknown = (error as { code?: unknown } | null)?.code;
    const why = typeof code === 'string' && /^\w{1,60}$/.test(code) ? ` (${code})` : '';
    return localFault('auth', 'no-token', `The function auth.oauth2.accessToken failed${why}`);
  }
  const text = 'The function auth.oauth2.accessToken gave no token';
  return localFault('auth', 'token-refused', text);
}

function timesOf(lifetimeMs: number | undefined): Omit<KeptToken, 'text'> {
  const now = Date.now();
  if (lifetimeMs === undefined) return { renewAt: now + UNKNOWN_LIFETIME_MS, endsAt: Infinity };
  const endsAt = now + lifetimeMs;
  return { renewAt: endsAt - Math.min(MARGIN_MS, lifetimeMs / 10), endsAt };
}
