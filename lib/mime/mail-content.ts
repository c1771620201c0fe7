import { randomUUID } from 'node:crypto';
import type { MailComposerAttachment, MailComposerOptions } from 'nodemailer/lib/mail-composer';
import type { OutgoingAttachment, OutgoingEmail } from '../message/outgoing-email.js';
import { StreamedAttachment } from './streamed-attachment.js';

/** The bodies of a message, rendered. */
export interface MailBodies {
  readonly html?: string;
  readonly text?: string;
}

/** What nodemailer is given of every message. Nothing that a user wrote is ever spread into it. */
export interface MailContentInput {
  readonly email: OutgoingEmail;
  readonly bodies: MailBodies;
  readonly messageId: string;
  readonly date: Date;
  readonly maxStreamedBytes: number;
}

/**
 * The message as nodemailer's composer takes it: bodies and attachments, and of the headers only those
 * that it would make up otherwise. Addresses never get there. Makes fresh streams with each call.
 */
export function mailContent(input: MailContentInput): MailComposerOptions {
  const { email, bodies, messageId, date } = input;
  return {
    messageId,
    date,
    // As hard to guess as what nodemailer draws for every part, and drawn once.
    baseBoundary: randomUUID(),
    ...(bodies.text !== undefined && { text: withCrLf(bodies.text) }),
    ...(bodies.html !== undefined && { html: withCrLf(bodies.html) }),
    attachments: email.attachments.map((attachment, index) =>
      attachmentPart(attachment, `attachments[${index}]`, input.maxStreamedBytes),
    ),
    disableFileAccess: true,
    disableUrlAccess: true,
  };
}

function attachmentPart(
  { filename, content, contentType, cid }: OutgoingAttachment,
  path: string,
  maxStreamedBytes: number,
): MailComposerAttachment {
  return {
    filename,
    content: Buffer.isBuffer(content)
      ? content
      : new StreamedAttachment(content, path, maxStreamedBytes),
    ...(contentType !== undefined && { contentType: transportableType(contentType) }),
    ...(cid !== undefined && { cid }),
    contentTransferEncoding: 'base64',
  };
}

/**
 * A nested message and a multipart may not be encoded (RFC 2046 section 5), and unencoded their bytes
 * would change on the way. So they travel as plain files, known by their names.
 */
function transportableType(contentType: string): string {
  return /^(?:message|multipart)\//i.test(contentType) ? 'application/octet-stream' : contentType;
}

/** A line break of any kind is one on the wire; a lone CR or LF must never get there. */
function withCrLf(text: string): string {
  return text.replace(/\r\n?|\n/g, '\r\n');
}
