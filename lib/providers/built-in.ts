import type { MailProviderStrategy } from '../contract/mail-provider.strategy.js';
import type { OptionReader } from '../contract/option-reader.js';
import type { Peer } from '../errors/optional-peer.js';
import { readMailgunOptions } from './mailgun/mailgun.options.js';
import { MailgunProvider } from './mailgun/mailgun.provider.js';
import { readBrevoOptions } from './brevo/brevo.options.js';
import { BrevoProvider } from './brevo/brevo.provider.js';
import { readMailboxOptions } from './mailbox/mailbox.options.js';
import { MailboxProvider } from './mailbox/mailbox.provider.js';
import { readPostmarkOptions } from './postmark/postmark.options.js';
import { PostmarkProvider } from './postmark/postmark.provider.js';
import { readSesOptions } from './ses/ses.options.js';
import { SesProvider } from './ses/ses.provider.js';
import { readSendGridOptions } from './sendgrid/sendgrid.options.js';
import { SendGridProvider } from './sendgrid/sendgrid.provider.js';
import { readSmtpOptions } from './smtp/smtp.options.js';
import { SmtpProvider } from './smtp/smtp.provider.js';

/** What a built-in provider is told besides its own options. */
export interface BuiltInContext {
  /** Calls in flight at a time: as many connections are worth having. */
  readonly maxInFlight: number;
  /** Set where the user set it. */
  readonly timeoutMs: number | undefined;
  /** Bytes that bodies and attachments of one message may have (`limits.bytes`). */
  readonly maxBytes: number;
}

/** How a provider that comes with the package is configured and made. */
export interface BuiltInProvider {
  /** Optional peers that it needs, for a check at start. */
  readonly peers: readonly Peer[];
  /** Whether its transport bounds its own phases, so that no time-out is put over the attempt. */
  readonly hasOwnPhases?: boolean;
  /** What a rate limit counts where the options do not say. @default 'message' */
  readonly rateLimitPer?: 'message' | 'recipient';
  /** Reads its options, reports every problem, and gives back what makes the provider. */
  configure(reader: OptionReader, context: BuiltInContext): () => MailProviderStrategy;
}

/** The providers that come with the package, by name. */
export const BUILT_IN_PROVIDERS: Readonly<Record<string, BuiltInProvider>> = {
  smtp: {
    peers: ['nodemailer'],
    hasOwnPhases: true,
    configure: (reader, context) => {
      const options = readSmtpOptions(reader, {
        maxConnections: context.maxInFlight,
        timeoutMs: context.timeoutMs,
      });
      return () => new SmtpProvider(options, context.maxBytes);
    },
  },
  mailgun: {
    peers: [],
    configure: (reader, context) => {
      const options = readMailgunOptions(reader, context);
      return () => new MailgunProvider(options);
    },
  },
  postmark: {
    peers: [],
    configure: (reader, context) => {
      const options = readPostmarkOptions(reader, context);
      return () => new PostmarkProvider(options);
    },
  },
  ses: {
    peers: ['@aws-sdk/client-sesv2'],
    // Its quota counts recipients.
    rateLimitPer: 'recipient',
    configure: (reader, context) => {
      const options = readSesOptions(reader, context);
      return () => new SesProvider(options, context.maxBytes);
    },
  },
  sendgrid: {
    peers: [],
    configure: (reader, context) => {
      const options = readSendGridOptions(reader, context);
      return () => new SendGridProvider(options);
    },
  },
  brevo: {
    peers: [],
    configure: (reader, context) => {
      const options = readBrevoOptions(reader, context);
      return () => new BrevoProvider(options);
    },
  },
  mailbox: {
    peers: ['nodemailer'],
    configure: (reader, context) => {
      const options = readMailboxOptions(reader);
      return () => new MailboxProvider(options, context.maxBytes);
    },
  },
};
