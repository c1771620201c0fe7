import type { SmtpAuthMethod } from './auth-mechanisms.js';

/** The limits of one message, in milliseconds. */
export interface SmtpTimeouts {
  /** Finding the server (DNS) and connecting to it (TCP). @default 10_000 */
  readonly connectMs: number;
  /** From the open connection until the server has greeted. @default 30_000 */
  readonly greetingMs: number;
  /** The TLS handshake, from the first byte or after STARTTLS. @default 10_000 */
  readonly tlsMs: number;
  /** Each reply before the message: to EHLO, STARTTLS, AUTH, MAIL, RCPT, DATA. @default 30_000 */
  readonly replyMs: number;
  /** Without progress while the message is handed over. @default 60_000 */
  readonly handOverMs: number;
  /** From the final dot until the server says whether it took the message. @default 120_000 */
  readonly answerMs: number;
  /** One attempt as a whole, however steadily it goes on; waiting for a connection is not counted. @default 900_000 */
  readonly totalMs: number;
}

/** Credentials: a password, or OAuth2 with a token or with what it takes to get one. */
export type SmtpAuth =
  | { readonly user: string; readonly pass: string; readonly method?: SmtpAuthMethod }
  | { readonly user: string; readonly oauth2: OAuth2Settings; readonly method?: SmtpAuthMethod };

/** A function that gets an access token, alone or with its lifetime in seconds. */
export type AccessTokenFunction = () => Promise<
  string | { readonly accessToken: string; readonly expiresIn?: number | undefined }
>;

/** An account of an application at Google that acts as a user (RFC 7523). */
export interface ServiceAccount {
  readonly clientEmail: string;
  /** PEM. */
  readonly privateKey: string;
  readonly scope?: string;
}

/** An access token, what it takes to get one, or both. */
export interface OAuth2Settings {
  readonly accessToken?: string | AccessTokenFunction;
  readonly clientId?: string;
  readonly clientSecret?: string;
  /** Without it the client asks in its own name. */
  readonly refreshToken?: string;
  readonly tokenUrl?: string;
  readonly scope?: string;
  readonly serviceAccount?: ServiceAccount;
}

/**
 * `required`: STARTTLS or nothing is sent. `opportunistic`: STARTTLS where the server offers it; once it
 * is offered it must succeed. `none`: plain text.
 */
export type SmtpTlsMode = 'required' | 'opportunistic' | 'none';

/** A certificate of the client with its private key, PEM. */
export interface ClientCertificate {
  readonly cert: string;
  readonly key: string;
  readonly passphrase?: string;
}

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
  /** The name for which the server's certificate must be, where it is not `host`. */
  readonly servername?: string;
  /** What we show to a server that asks for a certificate. */
  readonly clientCertificate?: ClientCertificate;
  /** The address of this machine from which connections go out. */
  readonly localAddress?: string;
  /** What we call ourselves in EHLO; the host's name when absent. */
  readonly name?: string;
  readonly auth?: SmtpAuth;
  readonly timeouts: SmtpTimeouts;
  readonly maxConnections: number;
  readonly maxMessagesPerConnection: number;
  /** How long an unused connection is kept, in milliseconds. */
  readonly idleMs: number;
}
