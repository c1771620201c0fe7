import type { Socket } from 'node:net';
import type SMTPConnection from 'nodemailer/lib/smtp-connection';
import type { SMTPConnectionOptions } from 'nodemailer/lib/smtp-connection';
import { LONGEST_REPLY_BYTES } from './smtp-reply.js';
import type { SmtpSettings } from './smtp-settings.js';

/** Nodemailer's connection: it connects, greets and secures. */
export type SmtpClient = SMTPConnection;

/**
 * A client that is not connected yet. Nodemailer is loaded at first use, so that an application without
 * SMTP can do without it.
 */
export async function createSmtpClient(settings: SmtpSettings): Promise<SmtpClient> {
  const { default: Connection } = await import('nodemailer/lib/smtp-connection');
  const client = new Connection(clientOptions(settings));
  // An error may come at any time of a connection's life; without a listener it would end the process.
  client.on('error', () => undefined);
  return client;
}

/**
 * Has the name of the server looked up anew for the next connection. Nodemailer keeps an address for five
 * minutes, also one where nobody answers any more.
 */
export async function forgetAddress({ host }: SmtpSettings): Promise<void> {
  const { dnsCache } = await import('nodemailer/lib/shared');
  dnsCache.delete(host);
}

function clientOptions(settings: SmtpSettings): SMTPConnectionOptions {
  const { connectMs, handOverMs, answerMs } = settings.timeouts;
  return {
    host: settings.host,
    port: settings.port,
    secure: settings.secure,
    requireTLS: settings.tls === 'required' && !settings.secure,
    ignoreTLS: settings.tls === 'none',
    tls: {
      minVersion: 'TLSv1.2',
      rejectUnauthorized: settings.rejectUnauthorized,
      ...(settings.ca !== undefined && { ca: [settings.ca].flat() }),
    },
    name: settings.name,
    // The phase clock decides; these only have to be no shorter.
    dnsTimeout: connectMs,
    connectionTimeout: connectMs,
    greetingTimeout: connectMs,
    socketTimeout: Math.max(handOverMs, answerMs, settings.idleMs) + connectMs,
    socketCloseTimeout: 0,
    maxResponseSize: LONGEST_REPLY_BYTES,
  };
}

/** The socket of a connected client. */
export function socketOf(client: SmtpClient): Socket {
  // oxlint-disable-next-line no-underscore-dangle -- nodemailer declares it public under this name
  return client._socket as Socket;
}
