import type { SmtpAuthMethod } from './auth-mechanisms.js';

/** How far each phase of one message may go, in milliseconds. */
export interface SmtpTimeouts {
  /** TCP, greeting, EHLO and TLS. */
  readonly connectMs: number;
  /** From the open connection (AUTH included) until the last byte of the message is handed over. */
  readonly handOverMs: number;
  /** From there until the server says whether it took the message. */
  readonly answerMs: number;
}

/** Credentials: a password, or OAuth2 with a token or with what it takes to get one. */
export type SmtpAuth =
  | { readonly user: string; readonly pass: string; readonly method?: SmtpAuthMethod }
  | { readonly user: string; readonly oauth2: OAuth2Settings; readonly method?: SmtpAuthMethod };

/** An access token, what it takes to renew one (RFC 6749, section 6), or both. */
export interface OAuth2Settings {
  readonly accessToken?: string;
  readonly clientId?: string;
  readonly clientSecret?: string;
  readonly refreshToken?: string;
  readonly tokenUrl?: string;
}

/**
 * `required`: STARTTLS or nothing is sent. `opportunistic`: STARTTLS where the server offers it; once it
 * is offered it must succeed. `none`: plain text.
 */
export type SmtpTlsMode = 'required' | 'opportunistic' | 'none';

/** Everything the pool needs to know; all defaults are decided before. */
export interface SmtpSettings {
  readonly host: string;
  readonly port: number;
  /** TLS from the first byte, as on port 465. */
  readonly secure: boolean;
  readonly tls: SmtpTlsMode;
  readonly rejectUnauthorized: boolean;
  /** Certificates to trust instead of those that Node brings, PEM. */
  readonly ca?: string | readonly string[];
  /** What we call ourselves in EHLO; the host's name when absent. */
  readonly name?: string;
  readonly auth?: SmtpAuth;
  readonly timeouts: SmtpTimeouts;
  readonly maxConnections: number;
  readonly maxMessagesPerConnection: number;
  /** How long an unused connection is kept, in milliseconds. */
  readonly idleMs: number;
}
