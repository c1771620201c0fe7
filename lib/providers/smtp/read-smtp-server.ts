import type { OptionReader } from '../../contract/option-reader.js';
import type { SmtpAuth, SmtpTlsMode } from '../../transport/smtp/smtp-settings.js';
import { SMTP_DEFAULTS } from './smtp-defaults.js';

/** Which server, and the credentials if the URL holds them. */
export interface SmtpServer {
  readonly host: string;
  readonly port: number;
  readonly secure: boolean;
  readonly auth?: SmtpAuth | undefined;
  /** Set where the URL says so: `?tls=` and `?name=`. */
  readonly tls?: SmtpTlsMode | undefined;
  readonly name?: string | undefined;
}

const NOWHERE: SmtpServer = { host: '', port: SMTP_DEFAULTS.port, secure: false };
const IN_URL = ['host', 'port', 'secure', 'auth'] as const;

/** The values of `tls`. */
export const TLS_MODES = ['required', 'opportunistic', 'none'] as const;

/** True for a name that EHLO can say: a host name, or an address in brackets. */
export function isClientName(name: string): boolean {
  return /^[A-Za-z0-9.:[\]_-]{1,255}$/.test(name);
}

/** Reads `url`, or `host`, `port` and `secure`. The URL is never repeated: it may hold a password. */
export function readServer(reader: OptionReader): SmtpServer {
  const url = reader.string('url');
  if (reader.raw('url') === undefined) return readHost(reader);
  for (const key of IN_URL) {
    if (reader.raw(key) !== undefined) reader.problem(key, 'cannot stand beside url');
  }
  return (url === undefined ? undefined : serverOf(url, reader)) ?? NOWHERE;
}

function readHost(reader: OptionReader): SmtpServer {
  const host = reader.string('host');
  const port = reader.integer('port', 1, 65_535);
  const secure = reader.boolean('secure') ?? port === SMTP_DEFAULTS.securePort;
  if (reader.raw('host') === undefined) {
    reader.problem('host', 'is missing: set providers.smtp.host or url, or SMTP_HOST / SMTP_URL');
  } else if (host !== undefined && !isHost(host)) {
    reader.problem('host', 'must be a host name or an IP address');
  }
  return { host: host ?? '', port: port ?? defaultPort(secure), secure };
}

function serverOf(text: string, reader: OptionReader): SmtpServer | undefined {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !['smtp:', 'smtps:'].includes(url.protocol)) {
    return reader.problem('url', 'must have the form smtp://user:password@host:587 or smtps://…');
  }
  if (url.hash !== '' || !['', '/'].includes(url.pathname)) {
    return reader.problem('url', 'must end after the port, but for ?tls= and ?name=');
  }
  const host = decoded(url.hostname)?.replace(/^\[(.*)\]$/, '$1') ?? '';
  if (!isHost(host) || url.port === '0') {
    return reader.problem('url', 'must name a host, and a port from 1 to 65535 if any');
  }
  return { host, ...portOf(url), auth: authOf(url, reader), ...queryOf(url, reader) };
}

/** What else a URL may say, since some applications are given nothing but a URL. */
function queryOf({ searchParams }: URL, reader: OptionReader): Pick<SmtpServer, 'tls' | 'name'> {
  const keys = [...searchParams.keys()];
  if (keys.some((key) => key !== 'tls' && key !== 'name') || new Set(keys).size < keys.length) {
    reader.problem(
      'url',
      'takes only ?tls= and ?name=, once each; set other options by their names',
    );
  }
  const tls = searchParams.get('tls') ?? undefined;
  const name = searchParams.get('name') ?? undefined;
  const mode = TLS_MODES.find((each) => each === tls);
  if (mode !== tls) reader.problem('url', `has a ?tls= that is none of ${TLS_MODES.join(', ')}`);
  if (name !== undefined && !isClientName(name)) {
    reader.problem('url', 'has a ?name= that is no host name, and no address in brackets');
  }
  for (const [key, value] of Object.entries({ tls, name })) {
    if (value !== undefined && reader.raw(key) !== undefined) {
      reader.problem(key, `cannot stand beside ?${key}= of the url`);
    }
  }
  return { tls: mode, name };
}

function portOf(url: URL): Pick<SmtpServer, 'port' | 'secure'> {
  const port = url.port === '' ? undefined : Number(url.port);
  const secure = url.protocol === 'smtps:' || port === SMTP_DEFAULTS.securePort;
  return { port: port ?? defaultPort(secure), secure };
}

function authOf(url: URL, reader: OptionReader): SmtpAuth | undefined {
  if (url.username === '' && url.password === '') return undefined;
  const user = decoded(url.username);
  const pass = decoded(url.password);
  if (!user || !pass) {
    const message = 'must hold both user and password, percent-encoded, or neither';
    return reader.problem('url', message);
  }
  return { user, pass };
}

function decoded(text: string): string | undefined {
  try {
    const plain = decodeURIComponent(text);
    return /\p{Cc}/u.test(plain) ? undefined : plain;
  } catch {
    return undefined;
  }
}

/** A name (ASCII or international) or an IP address; nothing that could be read as more. */
function isHost(host: string): boolean {
  return host.length <= 255 && /^(?:[\p{L}\p{N}._-]+|[0-9A-Fa-f:.]+)$/u.test(host);
}

function defaultPort(secure: boolean): number {
  return secure ? SMTP_DEFAULTS.securePort : SMTP_DEFAULTS.port;
}
