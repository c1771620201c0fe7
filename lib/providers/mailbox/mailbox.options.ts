import type { OptionReader } from '../../contract/option-reader.js';

/** Options of the `mailbox` provider, which keeps messages in memory instead of sending them. */
export interface MailboxOptions {
  /** Messages kept; the oldest make room for new ones. @default 1000 */
  maxMessages?: number | undefined;
  /** Memory for them in bytes, sources and parsed parts together. @default 67_108_864 (64 MiB) */
  maxBytes?: number | undefined;
}

/** The options with nothing left out. */
export interface ResolvedMailboxOptions {
  readonly maxMessages: number;
  readonly maxBytes: number;
}

/** What holds where the user says nothing. */
export const MAILBOX_DEFAULTS: ResolvedMailboxOptions = {
  maxMessages: 1000,
  maxBytes: 64 * 1024 * 1024,
};

/** Reads the options; what is wrong is reported by the reader and takes its default. */
export function readMailboxOptions(reader: OptionReader): ResolvedMailboxOptions {
  return {
    maxMessages: reader.integer('maxMessages', 1) ?? MAILBOX_DEFAULTS.maxMessages,
    maxBytes: reader.integer('maxBytes', 1) ?? MAILBOX_DEFAULTS.maxBytes,
  };
}
