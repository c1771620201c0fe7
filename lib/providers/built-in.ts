import type { MailProviderStrategy } from '../contract/mail-provider.strategy.js';
import type { OptionReader } from '../contract/option-reader.js';
import { readMailboxOptions } from './mailbox/mailbox.options.js';
import { MailboxProvider } from './mailbox/mailbox.provider.js';
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
  readonly peers: readonly string[];
  /** Whether its transport bounds its own phases, so that no time-out is put over the attempt. */
  readonly hasOwnPhases?: boolean;
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
      return () => new SmtpProvider(options);
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
