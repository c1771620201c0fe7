import { createHash } from 'node:crypto';
import type { ReceivedCopy } from '../chaos/ledger.js';

/** A message as a server keeps it. */
export interface TakenMail {
  readonly recipients: readonly string[];
  readonly subject: string | undefined;
  readonly text: string | undefined;
  /** The bytes of each attachment. */
  readonly files: readonly Uint8Array[];
}

/** A copy of a message, whatever the form in which a server keeps it; its id stands in its text. */
export function copyOf({ recipients, subject = '', text = '', files }: TakenMail): ReceivedCopy {
  return {
    id: /^Dear (\w+),/.exec(text)?.[1] ?? 'nobody',
    recipients: recipients.map(bare),
    // SMTP ends every text with a line break.
    content: { subject, text: text.trimEnd(), attachments: files.map(digestOf) },
  };
}

function digestOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** The address of `Name <a@b.c>`. */
function bare(mailbox: string): string {
  return /<([^<>]+)>\s*$/.exec(mailbox)?.[1] ?? mailbox;
}
