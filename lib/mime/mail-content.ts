import { randomUUID } from 'node:crypto';
import type { MailComposerAttachment, MailComposerOptions } from 'nodemailer/lib/mail-composer';
import type { TypedAttachment } from './media-type.js';
import { dispositionOf } from './mime-parts.js';
import { SevenBit } from './seven-bit.js';
import { StreamedAttachment } from './streamed-attachment.js';
import { withCrLf } from './text-body.js';

/** The bodies of a message, rendered. */
export interface MailBodies {
  readonly html?: string;
  readonly text?: string;
}

/** What a message consists of below its first headers. */
export interface MailContentInput {
  readonly bodies: MailBodies;
  readonly attachments: readonly TypedAttachment[];
  readonly messageId: string;
  readonly date: Date;
  /** What one streamed attachment may have. */
  readonly maxStreamedBytes: number;
}

/**
 * The message as nodemailer's composer takes it: bodies and attachments, and of the headers only those
 * that it would make up otherwise. Addresses never get there, and nothing that a user wrote is spread
 * into it. Makes fresh streams with each call.
 */
export function mailContent(input: MailContentInput): MailComposerOptions {
  const { bodies, attachments, messageId, date } = input;
  return {
    messageId,
    date,
    // As hard to guess as what nodemailer draws for every part, and drawn once.
    baseBoundary: randomUUID(),
    ...(bodies.text !== undefined && { text: withCrLf(bodies.text) }),
    ...(bodies.html !== undefined && { html: withCrLf(bodies.html) }),
    attachments: attachments.map((attachment, index) =>
      attachmentPart(attachment, `attachments[${index}]`, input.maxStreamedBytes),
    ),
    disableFileAccess: true,
    disableUrlAccess: true,
  };
}

function attachmentPart(
  attachment: TypedAttachment,
  path: string,
  maxStreamedBytes: number,
): MailComposerAttachment {
  const { filename, content, contentType, cid, encoding } = attachment;
  return {
    filename,
    content: Buffer.isBuffer(content)
      ? content
      : new StreamedAttachment(content, path, {
          maxBytes: maxStreamedBytes,
          ...(encoding === '7bit' && { sevenBit: new SevenBit() }),
        }),
    contentType,
    contentDisposition: dispositionOf(attachment),
    ...(cid !== undefined && { cid }),
    contentTransferEncoding: encoding,
  };
}
