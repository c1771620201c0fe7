import { AttachmentError } from '../errors/message.errors.js';
import { peerError } from '../errors/optional-peer.js';
import type { OutgoingAttachment, OutgoingEmail } from '../message/outgoing-email.js';
import { withCharset } from '../message/text-content.js';
import { SevenBit, UnfitContent } from './seven-bit.js';

/** An attachment with the media type and the encoding that it travels in. */
export interface TypedAttachment extends OutgoingAttachment {
  readonly contentType: string;
  /** What is in `7bit` was checked; the content of a stream is while it goes out. */
  readonly encoding: 'base64' | '7bit';
}

type TypeOfName = (filename: string) => string;

const FILE = 'application/octet-stream';
const MULTIPART = /^multipart\//i;
/** Nested messages and reports (RFC 2046 section 5.2), but for those of RFC 6532 and RFC 6533. */
const NEVER_ENCODED = /^message\/(?!global)/i;

/** True for a nested message or a report, whose part may not be encoded. */
export function isNeverEncoded(contentType: string): boolean {
  return NEVER_ENCODED.test(contentType);
}

let typeOfName: Promise<TypeOfName> | undefined;

/**
 * Attachments with their media types: those that were given, else those of the file names. A nested message
 * (`message/rfc822`) may not be encoded, so it goes out in 7bit.
 *
 * @throws AttachmentError when one was given as a nested message and does not fit into 7bit
 */
export async function withMediaTypes(
  attachments: readonly OutgoingAttachment[],
): Promise<TypedAttachment[]> {
  const typed: TypedAttachment[] = [];
  for (const [index, attachment] of attachments.entries()) {
    const { contentType, filename } = attachment;
    const each =
      contentType === undefined
        ? typedByName(attachment, await mediaTypeOf(filename))
        : typedAs(contentType, attachment);
    if (each instanceof UnfitContent)
      throw new AttachmentError(`attachments[${index}]`, each.words);
    typed.push(each);
  }
  return typed;
}

/** What of the attachments cannot be sent under the media type that was given, in words for people. */
export function unsendableAttachments({ attachments }: OutgoingEmail): string[] {
  const problems: string[] = [];
  for (const [index, attachment] of attachments.entries()) {
    const { contentType = '' } = attachment;
    const each = isNeverEncoded(contentType) && typedAs(contentType, attachment);
    if (each instanceof UnfitContent) problems.push(`attachments[${index}], which ${each.words}`);
  }
  return problems;
}

function typedAs(
  contentType: string,
  attachment: OutgoingAttachment,
): TypedAttachment | UnfitContent {
  if (!isNeverEncoded(contentType)) return encoded(attachment, contentType);
  const content = sevenBitOf(attachment.content);
  return content instanceof UnfitContent
    ? content
    : { ...attachment, content, contentType, encoding: '7bit' };
}

/** By its name alone a nested message is one where it fits; what a stream will bring is not known. */
function typedByName(attachment: OutgoingAttachment, contentType: string): TypedAttachment {
  if (typeof attachment.content === 'function' && isNeverEncoded(contentType)) {
    return encoded(attachment, FILE);
  }
  const typed = typedAs(contentType, attachment);
  return typed instanceof UnfitContent ? encoded(attachment, FILE) : typed;
}

function encoded(attachment: OutgoingAttachment, type: string): TypedAttachment {
  // The rules for messages let none through: its parts would be read as attachments of their own.
  const contentType = MULTIPART.test(type) ? FILE : withCharset(type, attachment.content);
  return { ...attachment, contentType, encoding: 'base64' };
}

/** The content as it goes out; that of a stream is looked at while it does. */
function sevenBitOf(
  content: OutgoingAttachment['content'],
): OutgoingAttachment['content'] | UnfitContent {
  if (typeof content === 'function') return content;
  const lines = new SevenBit();
  const bytes = lines.next(content);
  return lines.end() ?? bytes;
}

async function mediaTypeOf(filename: string): Promise<string> {
  const typeOf = await (typeOfName ??= loadTypeOfName());
  return typeOf(filename);
}

/** nodemailer's table, of 1,600 names. Loaded for the first attachment that needs it. */
async function loadTypeOfName(): Promise<TypeOfName> {
  try {
    return (await import('nodemailer/lib/mime-funcs')).detectMimeType;
  } catch (error) {
    throw peerError('nodemailer', error);
  }
}
