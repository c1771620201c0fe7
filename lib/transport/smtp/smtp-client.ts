import type { Socket } from 'node:net';
import type SMTPConnection from 'nodemailer/lib/smtp-connection';
import type { SMTPConnectionOptions } from 'nodemailer/lib/smtp-connection';
import { peerError } from '../../errors/optional-peer.js';
import { LONGEST_REPLY_BYTES } from './smtp-reply.js';
import type { SmtpSettings } from './smtp-settings.js';
import { tlsOptions } from './tls-options.js';

/** Nodemailer's connection: it connects, greets and secures. */
export type SmtpClient = SMTPConnection;

/** Makes the client of an open connection. It says nothing and hears nothing before `connect` is called. */
export type CreateClient = (socket: Socket, onStep: (step: ClientStep) => void) => SmtpClient;

/** What a client does while it greets, secures and logs in. */
export type ClientStep = 'command' | 'reply';

/** Loads nodemailer, at first use, so that an application without SMTP can do without it. */
export async function clientsOf(settings: SmtpSettings): Promise<CreateClient> {
  const Connection = await loadConnection();
  return (socket, onStep) => {
    const client = new Connection({
      ...clientOptions(settings),
      connection: socket,
      logger: stepLogger(onStep),
    });
    // An error may come at any time of a connection's life; without a listener it would end the process.
    client.on('error', () => undefined);
    return client;
  };
}

/** @throws MissingPackageError */
async function loadConnection(): Promise<typeof SMTPConnection> {
  try {
    return (await import('nodemailer/lib/smtp-connection')).default;
  } catch (error) {
    throw peerError('nodemailer', error);
  }
}

function clientOptions(settings: SmtpSettings): SMTPConnectionOptions {
  const { timeouts, idleMs } = settings;
  // The phase clock decides; these only have to be longer.
  const longestMs = timeouts.totalMs + idleMs + Math.max(...Object.values(timeouts));
  return {
    host: settings.host,
    port: settings.port,
    secure: settings.secure,
    secured: settings.secure,
    requireTLS: settings.tls === 'required' && !settings.secure,
    ignoreTLS: settings.tls === 'none',
    tls: tlsOptions(settings),
    name: settings.name,
    connectionTimeout: longestMs,
    greetingTimeout: longestMs,
    socketTimeout: longestMs,
    socketCloseTimeout: 0,
    maxResponseSize: LONGEST_REPLY_BYTES,
    transactionLog: true,
  };
}

/** The log is where nodemailer tells of each command and each reply; nothing is written anywhere. */
function stepLogger(onStep: (step: ClientStep) => void): Record<string, LogFunction> {
  const tell: LogFunction = (entry) => {
    if (entry.tnx === 'client') onStep('command');
    else if (entry.tnx === 'server') onStep('reply');
  };
  return { trace: tell, debug: tell, info: tell, warn: tell, error: tell, fatal: tell };
}

type LogFunction = (entry: { readonly tnx?: unknown }) => void;

/** The socket of a connected client. */
export function socketOf(client: SmtpClient): Socket {
  // oxlint-disable-next-line no-underscore-dangle -- nodemailer declares it public under this name
  return client._socket as Socket;
}
