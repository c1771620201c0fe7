import { isIP } from 'node:net';
import type { ConnectionOptions } from 'node:tls';
import type { SmtpSettings } from './smtp-settings.js';

/** What TLS has to fulfil, from the first byte and after STARTTLS alike. */
export function tlsOptions({ host, rejectUnauthorized, ca }: SmtpSettings): ConnectionOptions {
  return {
    host,
    minVersion: 'TLSv1.2',
    rejectUnauthorized,
    ...(isIP(host) === 0 && { servername: host }),
    ...(ca !== undefined && { ca: [ca].flat() }),
  };
}
