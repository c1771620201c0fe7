import { typicalMessage } from '../messages.mjs';

const MEGABYTE = Buffer.alloc(1024 * 1024);
for (let at = 0; at < MEGABYTE.length; at += 1) MEGABYTE[at] = (at * 31 + (at >> 8)) & 0xff;

/** The bytes that every message of a slice has attached, the same buffer in all of them. */
export const ATTACHMENT = { filename: 'catalogue.pdf', contentType: 'application/pdf' };

/** The typical message, with an attachment of 1 MB where that is asked for. */
export function smtpMessage(at, hasAttachment) {
  const message = typicalMessage(at);
  return hasAttachment
    ? { ...message, attachments: [{ ...ATTACHMENT, content: MEGABYTE }] }
    : message;
}
