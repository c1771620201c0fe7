import type { MailAddress } from '../../message/mail-address.js';
import type { OutgoingEmail } from '../../message/outgoing-email.js';

/** An attachment as its recipient would save it. */
export interface CapturedAttachment {
  readonly filename?: string;
  /** The media type without parameters, in lower case. */
  readonly contentType: string;
  /** The id by which html shows it, without angle brackets. */
  readonly cid?: string;
  readonly content: Buffer;
}

/** What a provider would be told of a message besides its MIME. */
type ProviderInstructions = Pick<
  OutgoingEmail,
  | 'tags'
  | 'metadata'
  | 'templateId'
  | 'templateData'
  | 'sendAt'
  | 'stream'
  | 'trackOpens'
  | 'trackClicks'
>;

/**
 * A message as its recipients would get it: built as for the wire and parsed back, with what a real
 * provider would be told besides. A message of a stored template has no bodies, but its data.
 */
export interface CapturedMail extends ProviderInstructions {
  /** The id of the message, as in `EmailResponseDto.id`. */
  readonly id: string;
  readonly capturedAt: Date;
  /** Where bounces go, and every recipient once, those in bcc among them. */
  readonly envelope: { readonly from: string; readonly to: readonly string[] };
  /** Every header by its name in lower case, decoded, in the order of the message. */
  readonly headers: Readonly<Record<string, readonly string[]>>;
  /** With angle brackets. */
  readonly messageId: string;
  readonly from: MailAddress;
  readonly to: readonly MailAddress[];
  readonly cc: readonly MailAddress[];
  readonly replyTo: readonly MailAddress[];
  readonly subject?: string;
  /** Line breaks are `\n`; those at the end, which mail adds to, are left out. */
  readonly html?: string;
  /** As `html`. */
  readonly text?: string;
  readonly attachments: readonly CapturedAttachment[];
  /** The source, byte for byte. */
  readonly raw: Buffer;
}

/** About how much memory a captured mail holds, in bytes. */
export function footprint({ raw, html = '', text = '', attachments }: CapturedMail): number {
  const parsed = 2 * (html.length + text.length);
  return attachments.reduce((sum, { content }) => sum + content.length, raw.length + parsed);
}
