import type { SmtpFault } from '../../transport/smtp/smtp-result.js';

/** A connection that fails as long as the settings stay as they are. */
interface Mistake {
  /** The code of the error, of Node or OpenSSL. */
  readonly code: RegExp;
  /** What stands instead of the words of OpenSSL; without it they stay. */
  readonly instead?: string;
  readonly advice: string;
}

/** Where the first byte is TLS already. */
const FROM_THE_START: readonly Mistake[] = [
  {
    code: /^ERR_SSL_(?:WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG|HTTP_REQUEST)$/,
    instead: 'The server does not speak TLS from the first byte on this port',
    advice:
      'set providers.smtp.secure to false (SMTP_SECURE=false, smtp:// in the URL) for a port with STARTTLS such as 587, or providers.smtp.port to the one for TLS, such as 465',
  },
];

const ANYWHERE: readonly Mistake[] = [
  {
    code: /^ERR_SSL_(?:UNSUPPORTED_PROTOCOL|.*ALERT_PROTOCOL_VERSION|VERSION_TOO_LOW|UNSUPPORTED_SSL_VERSION)$/,
    instead: 'The server does not offer TLS 1.2 or later',
    advice: 'older versions are not used: update the server, or send through another one',
  },
  {
    code: /^ERR_SSL_(?:.*HANDSHAKE_FAILURE|NO_.*|.*_TOO_(?:SMALL|WEAK)|UNSAFE_.*|.*INSUFFICIENT_SECURITY)$/,
    instead: 'The server and this client have no safe way of TLS in common',
    advice:
      'its ciphers or keys are too old: update the server, or send through another one; or it asks for a certificate: set providers.smtp.clientCertificate',
  },
  {
    code: /^ERR_TLS_CERT_ALTNAME_INVALID$/,
    advice:
      'set providers.smtp.host (SMTP_HOST), or providers.smtp.servername where the host must stay, to a name for which its certificate is',
  },
  {
    code: /^CERT_(?:HAS_EXPIRED|NOT_YET_VALID)$/,
    advice: 'renew the certificate of the server, or look at the clock of this machine',
  },
  {
    code: /^(?:UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED_)/,
    advice:
      'a certificate of your own is trusted by naming it as providers.smtp.ca (SMTP_CA: PEM or the path of a file)',
  },
  {
    code: /^ERR_SSL_\w+_ALERT_CERTIFICATE_REQUIRED$/,
    instead: 'The server asks for a certificate of the client',
    advice: 'set providers.smtp.clientCertificate',
  },
  {
    code: /^ERR_SSL_\w+_ALERT_(?:\w*CERTIFICATE\w*|UNKNOWN_CA)$/,
    instead: 'The server does not take the certificate of the client',
    advice: 'set providers.smtp.clientCertificate to one that it trusts',
  },
  { code: /^(?:ERR_TLS_CERT|CERT_)/, advice: 'look at the certificate of the server' },
];

const NO_STARTTLS =
  "for a server without TLS set providers.smtp.tls to 'none' (SMTP_TLS=none, ?tls=none in the URL); for one with TLS from the first byte providers.smtp.secure to true and providers.smtp.port, such as 465";

const TLS_FIRST =
  'set providers.smtp.secure to true (SMTP_SECURE=true, smtps:// in the URL), or providers.smtp.port to one with STARTTLS, such as 587';

const NO_AUTH =
  'many servers offer more over TLS (providers.smtp.tls, secure and port); where none is needed leave out providers.smtp.auth, and providers.smtp.auth.method picks one';

/** The words for a fault that no further attempt can mend, with the options that can; `undefined` for others. */
export function settingsAdvice({
  stage,
  reason,
  nodeCode = '',
  text,
}: SmtpFault): string | undefined {
  if (reason === 'not-offered') {
    if (stage === 'auth') return `${text}; ${NO_AUTH}`;
    return `${text}; ${stage === 'greeting' ? TLS_FIRST : NO_STARTTLS}`;
  }
  if (reason !== 'lost') return undefined;
  const known = stage === 'connect' ? [...FROM_THE_START, ...ANYWHERE] : ANYWHERE;
  const mistake = known.find(({ code }) => code.test(nodeCode));
  return mistake && `${mistake.instead ?? text}; ${mistake.advice}`;
}
