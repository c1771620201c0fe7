import type XOAuth2 from 'nodemailer/lib/xoauth2';
import type { OAuth2Settings } from './smtp-settings.js';

/** How many tokens are remembered as secrets; older ones have expired long ago. */
const REMEMBERED = 4;

/**
 * The access token of one pool, shared by its connections: where several find it expired at the same
 * time, it is renewed once.
 */
export class OAuth2Tokens {
  #source: XOAuth2 | undefined;
  #lately: readonly string[] = [];

  constructor(
    private readonly user: string,
    private readonly settings: OAuth2Settings,
    private readonly timeoutMs: number,
  ) {}

  /** Every token lately used, each also in the form in which it goes over the wire. */
  get secrets(): readonly string[] {
    return this.#lately.flatMap((token) => [token, this.#source?.buildXOAuth2Token(token) ?? '']);
  }

  /** The token as one login sees it. */
  async forLogin(): Promise<LoginTokens> {
    const { default: Source } = await import('nodemailer/lib/xoauth2');
    const { tokenUrl, ...settings } = this.settings;
    this.#source ??= new Source({
      ...settings,
      user: this.user,
      requestTimeout: this.timeoutMs,
      ...(tokenUrl !== undefined && { accessUrl: tokenUrl }),
    });
    const canRenew = settings.refreshToken !== undefined;
    return new LoginTokens(this.#source, canRenew, (token) => this.remember(token));
  }

  private remember(token: string): void {
    if (this.#lately.includes(token)) return;
    this.#lately = [token, ...this.#lately].slice(0, REMEMBERED);
  }
}

/** The tokens of one login: renewed at most once, and only what is not new already. */
export class LoginTokens {
  #used: string | undefined;
  #refused = false;
  #renewed = false;

  constructor(
    private readonly source: XOAuth2,
    private readonly renewable: boolean,
    private readonly remember: (token: string) => void,
  ) {}

  /** Whether another attempt with a better token makes sense. */
  get canRenew(): boolean {
    return this.renewable && !this.#renewed;
  }

  /** Has the next token asked for be another one than that which was refused. */
  refuse(): void {
    this.#refused = true;
  }

  /** The token in the form of XOAUTH2. @throws SmtpClientError of the token endpoint */
  token(): Promise<string> {
    const isRenewal = this.#refused;
    this.#renewed ||= isRenewal;
    // Another connection may have renewed it meanwhile.
    const isStale = isRenewal && this.source.accessToken === this.#used;
    return new Promise((resolve, reject) => {
      this.source.getToken(isStale, (error, token) => {
        if (error) {
          reject(tokenError(error));
          return;
        }
        this.#used = token;
        if (token) this.remember(token);
        resolve(this.source.buildXOAuth2Token(token));
      });
    });
  }
}

// Where the answer was no JSON, the error quotes it, and it may hold a token.
function tokenError(error: Error): Error {
  if ((error as { code?: unknown }).code !== undefined) return error;
  return Object.assign(new Error('The OAuth2 token endpoint gave no sensible answer'), {
    code: 'EOAUTH2',
  });
}
