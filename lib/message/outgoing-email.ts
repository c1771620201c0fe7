import type { Readable } from 'node:stream';
import type { MailAddress } from './mail-address.js';

/** The mail header that asks a mail program to show the message as more or less urgent. */
export type MailPriority = 'high' | 'normal' | 'low';

/** A value for one placeholder. */
export type SubstitutionValue = string | number | boolean;

/**
 * Something a message can ask for that not every provider can carry. `trackOpens` and `trackClicks`
 * stand for "do track", `trackingOff` for "do not track"; `internationalAddress` for a local part
 * outside ASCII (SMTPUTF8, RFC 6531); `specialAddress` for quotes before the @, an address literal
 * (`a@[192.0.2.5]`) or `localhost`; `multipleTags` and `multipleReplyTo` for more than one.
 */
export type MessageFeature =
  | 'attachments'
  | 'inlineAttachments'
  | 'headers'
  | 'internationalAddress'
  | 'metadata'
  | 'multipleReplyTo'
  | 'multipleTags'
  | 'priority'
  | 'returnPath'
  | 'sendAt'
  | 'specialAddress'
  | 'stream'
  | 'tags'
  | 'trackClicks'
  | 'trackOpens'
  | 'trackingOff';

/** An attachment after normalisation. */
export interface OutgoingAttachment {
  readonly filename: string;
  /** The bytes; or a function that opens them anew for each attempt, for contents too large to keep. */
  readonly content: Buffer | (() => Readable);
  /** A media type such as `application/pdf`; without it the provider goes by the file name. */
  readonly contentType?: string;
  /** The id by which html shows it: `<img src="cid:logo">`. Without it, it is a plain attachment. */
  readonly cid?: string;
}

/**
 * A message after normalisation: addresses parsed, defaults applied, attachments resolved, an id given.
 * Read-only: providers and policies may keep it as long as they like.
 */
export interface OutgoingEmail {
  /** Yours or a UUID; travels with the message in the form that the provider's events give back. */
  readonly id: string;
  readonly from: MailAddress;
  readonly to: readonly MailAddress[];
  readonly cc: readonly MailAddress[];
  readonly bcc: readonly MailAddress[];
  readonly replyTo: readonly MailAddress[];
  /** As written, with placeholders where `substitutions` is set; see `renderContent`. */
  readonly subject?: string;
  readonly html?: string;
  readonly text?: string;
  readonly substitutions?: Readonly<Record<string, SubstitutionValue>>;
  readonly templateId?: string | number;
  readonly templateData?: Readonly<Record<string, unknown>>;
  readonly attachments: readonly OutgoingAttachment[];
  readonly headers: Readonly<Record<string, string>>;
  readonly tags: readonly string[];
  readonly metadata: Readonly<Record<string, string>>;
  readonly priority?: MailPriority;
  readonly sendAt?: Date;
  readonly trackOpens?: boolean;
  readonly trackClicks?: boolean;
  readonly stream?: string;
  /** The envelope sender, where bounces go. */
  readonly returnPath?: string;
  /** The recipients that this attempt is for, where the others have their outcome already. */
  readonly envelopeTo?: readonly string[];
  readonly providerOptions?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  /** What of the above not every provider can carry. */
  readonly features: ReadonlySet<MessageFeature>;
}
