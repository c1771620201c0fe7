import { isIP } from 'node:net';
import type { ConnectionOptions } from 'node:tls';
import type { SmtpSettings } from './smtp-settings.js';

/** What TLS has to fulfil, from the first byte and after STARTTLS alike. */
export function tlsOptions(settings: SmtpSettings): ConnectionOptions {
  const { host, rejectUnauthorized, ca, clientCertificate } = settings;
  const { servername = isIP(host) === 0 ? host : undefined } = settings;
  return {
    host,
    minVersion: 'TLSv1.2',
    rejectUnauthorized,
    ...(servername !== undefined && { servername }),
    ...(ca !== undefined && { ca: [ca].flat() }),
    ...clientCertificate,
  };
}
