import { OptionReader } from '../../contract/option-reader.js';
import { joinPath } from '../../errors/problem.js';
import { isRelayHeader, relayHeaderNames, type RelayHeaders } from '../../message/relay-headers.js';
import { dkimProblems, type DkimOptions } from '../../mime/dkim.js';
import type { SmtpDsn } from '../../transport/smtp/smtp-result.js';
import type { SmtpAuthMethod } from '../../transport/smtp/auth-mechanisms.js';
import type {
  SmtpAuth,
  SmtpSettings,
  SmtpTimeouts,
  SmtpTlsMode,
} from '../../transport/smtp/smtp-settings.js';
import { readAuth } from './read-smtp-auth.js';
import { readConnection } from './read-smtp-connection.js';
import { TLS_MODES, isClientName, readServer, type SmtpServer } from './read-smtp-server.js';
import { SMTP_DEFAULTS } from './smtp-defaults.js';
import { readDsn } from './smtp-dsn.js';

/**
 * Delivery status notifications (RFC 3461): ask the receiving servers to report what became of a
 * message. Where the server does not offer DSN, a message that asks for it is not sent there.
 */
export interface SmtpDsnOptions {
  /** When to report; `'never'` stands alone. @default up to the receiving server */
  notify?: 'never' | readonly ('success' | 'failure' | 'delay')[] | undefined;
  /** How much of the message to return. @default up to the receiving server */
  return?: 'headers' | 'full' | undefined;
  /** An id that the reports repeat, printable ASCII, at most 100 characters. @default the message's `id` */
  envid?: string | undefined;
}

/** An access token from a function of the application. */
export interface SmtpAccessToken {
  accessToken: string;
  /** How long it lives from now, in seconds. @default it is asked for anew after 5 minutes */
  expiresIn?: number | undefined;
}

/** An account of an application at Google, as its JSON key describes it. */
export interface SmtpServiceAccount {
  /** `client_email` of the JSON key. */
  clientEmail: string;
  /** `private_key` of the JSON key, PEM. */
  privateKey: string;
  /** @default 'https://mail.google.com/' */
  scope?: string | undefined;
}

/**
 * Where the access token of a login comes from: `accessToken` alone; `clientId`, `clientSecret` and
 * `tokenUrl` (client credentials, or with `refreshToken` a user's leave); or `serviceAccount`. All
 * connections share one token. It is renewed before it ends, and once more where the server refuses it.
 */
export interface SmtpOAuth2Options {
  /**
   * A token, used until the server refuses it; or a function that gets one, called for the first login,
   * before the token ends and after the server has refused it.
   */
  accessToken?: string | (() => Promise<string | SmtpAccessToken>) | undefined;
  clientId?: string | undefined;
  clientSecret?: string | undefined;
  /** A user's leave to send in their name (RFC 6749, section 6). @default the client asks in its own name */
  refreshToken?: string | undefined;
  /**
   * The endpoint that gives out tokens, https; of Microsoft
   * `https://login.microsoftonline.com/TENANT/oauth2/v2.0/token`.
   * @default none; with `serviceAccount` 'https://oauth2.googleapis.com/token'
   */
  tokenUrl?: string | undefined;
  /** What the token is for; of Microsoft `https://outlook.office365.com/.default`. @default none */
  scope?: string | undefined;
  /** Google Workspace: an account that acts as `user` by domain-wide delegation. @default none */
  serviceAccount?: SmtpServiceAccount | undefined;
}

/** Credentials for a server. */
export type SmtpAuthOptions = {
  /** The account, or with `oauth2` the mailbox that sends. */
  user: string;
  /** How to log in; only what the server offers is used. @default the first offered of PLAIN, LOGIN, CRAM-MD5; XOAUTH2 with a token */
  method?: SmtpAuthMethod | undefined;
} & (
  | { pass: string }
  /** A token, or what it takes to get one. */
  | { oauth2: SmtpOAuth2Options }
);

/** A certificate of the client with its private key. */
export interface SmtpClientCertificate {
  /** PEM; with the certificates between it and its authority behind it, where there are any. */
  cert: string;
  /** PEM. */
  key: string;
  /** Of an encrypted key. @default none */
  passphrase?: string | undefined;
}

/** Options of the `smtp` provider. `host` or `url` is required. */
export interface SmtpOptions {
  /**
   * `smtp://user:p%40ss@host:587` or `smtps://…`, instead of `host`, `port`, `secure` and `auth`; with
   * `?tls=` and `?name=` also instead of these.
   */
  url?: string | undefined;
  /** The server's name or address. */
  host?: string | undefined;
  /** @default 587, or 465 with `secure` */
  port?: number | undefined;
  /** TLS from the first byte. @default true on port 465, else false */
  secure?: boolean | undefined;
  /** Credentials. Where they are set, nothing is ever sent without them. @default none */
  auth?: SmtpAuthOptions | undefined;
  /**
   * `required`: STARTTLS, or nothing is sent. `opportunistic`: where it is offered, and to loopback
   * whatever its certificate (RFC 7435). `none`: plain text.
   * @default 'required', to loopback 'opportunistic'
   */
  tls?: SmtpTlsMode | undefined;
  /**
   * Whether the server's certificate must be valid. Prefer `ca` to switching it off.
   * @default true; false to loopback with `opportunistic` and without `ca`
   */
  rejectUnauthorized?: boolean | undefined;
  /** Certificates to trust, PEM, for a server with a certificate of your own. @default those of Node */
  ca?: string | readonly string[] | undefined;
  /**
   * The name that the server's certificate must be for, where `host` is an address or another name; the
   * server is asked for it too (SNI). @default `host`
   */
  servername?: string | undefined;
  /** Shown to a server that asks for a certificate of the client. @default none */
  clientCertificate?: SmtpClientCertificate | undefined;
  /** The IP address of this machine from which connections go out. @default up to the system */
  localAddress?: string | undefined;
  /** What we call ourselves in EHLO. @default the name of the machine */
  name?: string | undefined;
  /** Signs every message, with one key or with each of several. @default unsigned */
  dkim?: DkimOptions | readonly DkimOptions[] | undefined;
  /** Asks for delivery reports; `providerOptions.smtp.dsn` of a message goes over it. @default none */
  dsn?: SmtpDsnOptions | undefined;
  /**
   * Headers that steer the relay behind the server and that messages may set, by name: `X-SES-…`,
   * `X-PM-…`, `X-Mailgun-…`, `X-Mailin-…`, `X-Sib-…` and `X-SMTPAPI`. @default none
   */
  relayHeaders?: readonly string[] | undefined;
  /** Connections at a time. @default `maxInFlight` */
  maxConnections?: number | undefined;
  /** Messages after which a connection is closed; a server that closes it sooner costs nothing. @default 500 */
  maxMessagesPerConnection?: number | undefined;
  /** How long an unused connection is kept, in milliseconds. @default 30_000 */
  idleMs?: number | undefined;
  /** The limits of one message, in milliseconds. `timeoutMs`, where it is set, lowers each but `totalMs`. */
  timeouts?: Partial<SmtpTimeouts> | undefined;
}

/** The options with every default in place. */
export interface ResolvedSmtpOptions extends SmtpSettings {
  readonly auth?: SmtpAuth;
  readonly dkim?: DkimOptions | readonly DkimOptions[];
  readonly dsn?: SmtpDsn;
  /** In lower case. */
  readonly relayHeaders?: RelayHeaders;
}

/** An hour: nobody waits longer, and timers stay within their range. */
const LONGEST_MS = 3_600_000;

/** What the options depend on besides themselves. */
export interface SmtpOptionsContext {
  /** The default of `maxConnections`. */
  readonly maxConnections: number;
  /** The general time limit in milliseconds, where the user set one. */
  readonly timeoutMs?: number | undefined;
}

/**
 * Reads the options of the `smtp` provider. Every problem goes to the reader; what comes back is only
 * fit for use when there was none.
 */
export function readSmtpOptions(
  reader: OptionReader,
  context: SmtpOptionsContext,
): ResolvedSmtpOptions {
  const server = readServer(reader);
  const auth = server.auth ?? readAuth(reader);
  const ca = readCertificates(reader);
  const connection = readConnection(reader);
  const name = server.name ?? readName(reader);
  const tls = readTls(reader, server);
  const dkim = readDkim(reader);
  const dsn = readDsn(reader);
  const relayHeaders = readRelayHeaders(reader);
  return Object.freeze({
    host: server.host,
    port: server.port,
    secure: server.secure,
    tls,
    rejectUnauthorized:
      reader.boolean('rejectUnauthorized') ?? (ca !== undefined || !isUnverified(server, tls)),
    maxConnections: reader.integer('maxConnections', 1, 10_000) ?? context.maxConnections,
    maxMessagesPerConnection:
      reader.integer('maxMessagesPerConnection', 1) ?? SMTP_DEFAULTS.maxMessagesPerConnection,
    idleMs: reader.integer('idleMs', 1, LONGEST_MS) ?? SMTP_DEFAULTS.idleMs,
    timeouts: readTimeouts(reader, context.timeoutMs),
    ...whatIsSet({ auth, ca, ...connection, name, dkim, dsn, relayHeaders }),
  });
}

/** Without the fields that are `undefined`. */
function whatIsSet<T extends object>(fields: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  const entries = Object.entries(fields).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as { [K in keyof T]?: Exclude<T[K], undefined> };
}

function readRelayHeaders(reader: OptionReader): RelayHeaders | undefined {
  const list = reader.raw('relayHeaders');
  if (list === undefined) return undefined;
  const names: readonly unknown[] = Array.isArray(list) ? list : [undefined];
  if (names.every((name) => typeof name === 'string' && isRelayHeader(name))) {
    return relayHeaderNames(names);
  }
  return reader.problem(
    'relayHeaders',
    'must be a list of X-SES-…, X-PM-…, X-Mailgun-…, X-Mailin-…, X-Sib-… or X-SMTPAPI; others need no leave',
  );
}

function readTls(reader: OptionReader, { host, secure, tls: inUrl }: SmtpServer): SmtpTlsMode {
  const tls = reader.oneOf('tls', TLS_MODES) ?? inUrl;
  if (tls === 'none' && secure) {
    reader.problem('tls', `cannot be 'none' on a connection with secure: true or port 465`);
  }
  return tls ?? (isLoopback(host) ? 'opportunistic' : 'required');
}

/** Opportunistic security asks for no authentication (RFC 7435), where only this machine can answer. */
function isUnverified({ host, secure }: SmtpServer, tls: SmtpTlsMode): boolean {
  return tls === 'opportunistic' && !secure && isLoopback(host);
}

/** Whether nobody but this machine sees what goes there. */
function isLoopback(host: string): boolean {
  return /^(?:localhost\.?|::1|127(?:\.\d{1,3}){3})$/i.test(host);
}

function readTimeouts(reader: OptionReader, timeoutMs: number = Infinity): SmtpTimeouts {
  const timeouts = reader.nested('timeouts');
  const limit = (key: keyof SmtpTimeouts): number =>
    timeouts?.integer(key, 1, LONGEST_MS) ?? SMTP_DEFAULTS.timeouts[key];
  const phase = (key: keyof SmtpTimeouts): number => Math.min(limit(key), timeoutMs);
  const resolved = {
    connectMs: phase('connectMs'),
    greetingMs: phase('greetingMs'),
    tlsMs: phase('tlsMs'),
    replyMs: phase('replyMs'),
    handOverMs: phase('handOverMs'),
    answerMs: phase('answerMs'),
    totalMs: limit('totalMs'),
  };
  timeouts?.finish();
  return resolved;
}

function readName(reader: OptionReader): string | undefined {
  const name = reader.string('name');
  if (name === undefined || isClientName(name)) return name;
  return reader.problem('name', 'must be a host name, or an address in brackets');
}

function readCertificates(reader: OptionReader): readonly string[] | undefined {
  const ca = reader.raw('ca');
  if (ca === undefined) return undefined;
  const list: readonly unknown[] = Array.isArray(ca) ? ca : [ca];
  if (list.length > 0 && list.every(isPem)) return list.map(String);
  return reader.problem('ca', 'must be one or more certificates in PEM form');
}

function isPem(value: unknown): boolean {
  return typeof value === 'string' && value.includes('-----BEGIN CERTIFICATE-----');
}

function readDkim(reader: OptionReader): DkimOptions | readonly DkimOptions[] | undefined {
  const given = reader.raw('dkim');
  if (given === undefined) return undefined;
  const path = joinPath(reader.path, 'dkim');
  const readerAt = (value: unknown, at: string) => new OptionReader(value, at, reader.report);
  const keys: readonly unknown[] | undefined = Array.isArray(given) ? given : undefined;
  const dkim =
    keys === undefined
      ? readDkimKey(readerAt(given, path))
      : keys.map((key, at) => readDkimKey(readerAt(key, joinPath(path, at))));
  for (const problem of dkimProblems(dkim, path)) reader.report(problem.path, problem.message);
  return dkim;
}

function readDkimKey(key: OptionReader): DkimOptions {
  const headerFieldNames = key.string('headerFieldNames');
  const skipFields = key.string('skipFields');
  const privateKey = key.raw('privateKey');
  const options: DkimOptions = {
    domainName: key.string('domainName') ?? '',
    keySelector: key.string('keySelector') ?? '',
    privateKey: typeof privateKey === 'string' ? privateKey : '',
    ...(headerFieldNames !== undefined && { headerFieldNames }),
    ...(skipFields !== undefined && { skipFields }),
  };
  key.finish();
  return options;
}
