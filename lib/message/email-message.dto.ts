import { AttachmentDto } from './attachment.dto.js';
import { MessageField, BetweenFields, NeverFromRequest } from './message-field.decorator.js';
import type { AddressInput, OneOrMany } from './mail-address.js';
import type { MailPriority, SubstitutionValue } from './outgoing-email.js';

/**
 * A message as you write it: an instance or a plain object of this shape. As the type of a controller's
 * body behind `ValidationPipe` it is checked by the same rules that the service goes by. At least one of
 * `to`, `cc` and `bcc` is needed, and one of `subject`, `html`, `text`, `templateId` and `attachments`;
 * `undefined` counts as absent. A body is optional, but some providers need one and say so.
 */
export class EmailMessageDto {
  /** The recipients: `'a@b.example'`, `'Name <a@b.example>'` or `{ name?, address }`, one or a list. */
  @MessageField('to')
  @BetweenFields('to')
  to?: OneOrMany<AddressInput> | undefined;

  /** Those who get a copy, for all to see. */
  @MessageField('cc')
  cc?: OneOrMany<AddressInput> | undefined;

  /** Those who get a copy that the others do not see. */
  @MessageField('bcc')
  bcc?: OneOrMany<AddressInput> | undefined;

  /** Where answers go. @default `defaults.replyTo`, else the sender */
  @MessageField('replyTo')
  replyTo?: OneOrMany<AddressInput> | undefined;

  /** The sender. @default `defaults.from` */
  @MessageField('from')
  from?: AddressInput | undefined;

  /** One line of at most 998 bytes. @default none */
  @MessageField('subject')
  subject?: string | undefined;

  /** The body as html. An empty one is none. */
  @MessageField('html')
  @BetweenFields('html')
  html?: string | undefined;

  /** The body as plain text. An empty one is none. */
  @MessageField('text')
  text?: string | undefined;

  /**
   * Values for the placeholders `{{name}}` in subject, html and text, escaped in html. Each placeholder
   * needs one. @default none: braces are plain text
   */
  @MessageField('substitutions')
  @BetweenFields('substitutions')
  substitutions?: Record<string, SubstitutionValue> | undefined;

  /** The name or number of a template that is stored at the provider. */
  @MessageField('templateId')
  templateId?: string | number | undefined;

  /** What the stored template is filled with: anything that JSON carries. */
  @MessageField('templateData')
  @BetweenFields('templateData')
  templateData?: Record<string, unknown> | undefined;

  /** At most 100 files. */
  @MessageField('attachments')
  attachments?: AttachmentDto[] | undefined;

  /**
   * Mail headers of your own, such as `List-Unsubscribe`; at most 10,000 bytes each. Those that MailBridge,
   * the mail system or the provider writes are refused.
   * Text outside ASCII is encoded; in a header that programs read (`List-Id`, `Keywords`) only names and
   * comments may have it.
   */
  @MessageField('headers')
  @BetweenFields('headers')
  headers?: Record<string, string> | undefined;

  /** Labels for the provider's statistics, of at most 255 bytes. */
  @MessageField('tags')
  tags?: string[] | undefined;

  /** Your own data, which the provider's events give back: at most 1,000 bytes a value. */
  @MessageField('metadata')
  metadata?: Record<string, string> | undefined;

  /** How urgent mail programs show it to be. @default 'normal' */
  @MessageField('priority')
  priority?: MailPriority | undefined;

  /** When the provider is to send it: a `Date` or ISO 8601 text with a zone. @default at once */
  @MessageField('sendAt')
  sendAt?: Date | string | undefined;

  /** Whether the provider tracks who opens the message. @default as set at the provider */
  @MessageField('trackOpens')
  trackOpens?: boolean | undefined;

  /** Whether the provider tracks who follows a link. @default as set at the provider */
  @MessageField('trackClicks')
  trackClicks?: boolean | undefined;

  /** The provider's stream, pool or configuration set for this kind of mail. */
  @MessageField('stream')
  stream?: string | undefined;

  /** The envelope sender, to which bounces go. @default the sender's address */
  @MessageField('returnPath')
  returnPath?: string | undefined;

  /** 1 to 64 letters, digits, `_` and `-`; comes back in the response and in events. @default a UUID */
  @MessageField('id')
  id?: string | undefined;

  /**
   * What one provider alone understands, by the provider's name; merged into its request last. Refused in a
   * request body: set it in your code.
   */
  @NeverFromRequest()
  providerOptions?: Record<string, Record<string, unknown>> | undefined;
}
