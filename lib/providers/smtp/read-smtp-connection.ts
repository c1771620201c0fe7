import { isIP } from 'node:net';
import { createSecureContext } from 'node:tls';
import type { OptionReader } from '../../contract/option-reader.js';
import type { ClientCertificate } from '../../transport/smtp/smtp-settings.js';

const HOST_NAME = /^[A-Za-z0-9_-]{1,63}(?:\.[A-Za-z0-9_-]{1,63})*\.?$/;

/** How connections are made, besides the server and its TLS mode; `undefined` where nothing is said. */
interface ConnectionOptions {
  readonly servername: string | undefined;
  readonly clientCertificate: ClientCertificate | undefined;
  readonly localAddress: string | undefined;
}

/** Reads `servername`, `clientCertificate` and `localAddress`. */
export function readConnection(reader: OptionReader): ConnectionOptions {
  const servername = reader.string('servername');
  // An address is not a name that may be asked for (RFC 6066, section 3).
  if (servername !== undefined && (isIP(servername) !== 0 || !HOST_NAME.test(servername))) {
    reader.problem('servername', 'must be a host name in ASCII form, and no IP address');
  }
  const localAddress = reader.string('localAddress');
  if (localAddress !== undefined && isIP(localAddress) === 0) {
    reader.problem('localAddress', 'must be an IP address of this machine');
  }
  return { servername, clientCertificate: readClientCertificate(reader), localAddress };
}

/** Nothing of the key is repeated in what is wrong with it. */
function readClientCertificate(reader: OptionReader): ClientCertificate | undefined {
  const given = reader.nested('clientCertificate');
  if (given === undefined) return undefined;
  const [cert, key, passphrase] = [given.raw('cert'), given.raw('key'), given.raw('passphrase')];
  given.finish();
  const texts = { cert, key, ...(passphrase !== undefined && { passphrase }) };
  const wrong = Object.entries(texts).filter(([, value]) => typeof value !== 'string');
  for (const [name] of wrong) given.problem(name, 'must be text');
  if (reader.raw('tls') === 'none') {
    reader.problem('clientCertificate', `cannot stand beside tls: 'none'`);
  }
  const certificate = texts as ClientCertificate;
  if (wrong.length > 0 || belongTogether(certificate)) return certificate;
  return reader.problem(
    'clientCertificate',
    'must be a certificate in PEM form with its private key, and the passphrase of an encrypted key',
  );
}

function belongTogether(certificate: ClientCertificate): boolean {
  try {
    createSecureContext(certificate);
    return true;
  } catch {
    return false;
  }
}
