import { encodedAttachment } from './encoded-attachment.js';
import { filenameWords, nameWords } from './file-name.js';
import { headerField } from './header-text.js';
import type { TypedAttachment } from './media-type.js';
import { encodeText } from './text-body.js';

/** A part with its headers, in pieces: text is ASCII, bytes are shared and stay as they are. */
export type MimePart = ReadonlyArray<string | Buffer>;

/** At most one parameter, and not the name of the file; where nothing needs quotes or decoding. */
const PLAIN_TYPE = /^([\w.+-]+\/[\w.+-]+)(?: *; *((?!name)[\w-]+=[\w.+-]+))?$/i;
const PLAIN_CONTENT_ID = /^[\w.!#$%&*+/=^`{|}~@-]{1,255}$/;

/** A body of the message. */
export function textPart(subtype: 'plain' | 'html', text: string): MimePart {
  const { encoding, content } = encodeText(text);
  const headers =
    `Content-Type: text/${subtype}; charset=utf-8\r\n` +
    `Content-Transfer-Encoding: ${encoding}\r\n\r\n`;
  return [headers, content];
}

/** True for an attachment that `attachmentPart` takes: bytes, and headers without surprises. */
export function isPlainAttachment({
  filename,
  content,
  contentType,
  cid,
}: TypedAttachment): boolean {
  return (
    Buffer.isBuffer(content) &&
    filename !== '' &&
    PLAIN_TYPE.test(contentType) &&
    (cid === undefined || PLAIN_CONTENT_ID.test(cid))
  );
}

/** How a part is to be shown: one with a content id where html names it, and not as a file (RFC 2183). */
export function dispositionOf({ cid }: TypedAttachment): 'inline' | 'attachment' {
  return cid === undefined ? 'attachment' : 'inline';
}

/** A file, or what html shows by its content id. */
export function attachmentPart(
  attachment: TypedAttachment & { readonly content: Buffer },
): MimePart {
  const { filename, content, contentType, cid, encoding } = attachment;
  const [, type = '', parameter] = PLAIN_TYPE.exec(contentType) ?? [];
  const typeWords = [`${type};`, ...(parameter === undefined ? [] : [`${parameter};`])];
  const headers =
    headerField('Content-Type', [...typeWords, ...nameWords(filename)]) +
    (cid === undefined ? '' : headerField('Content-ID', [`<${cid}>`])) +
    `Content-Transfer-Encoding: ${encoding}\r\n` +
    headerField('Content-Disposition', [
      `${dispositionOf(attachment)};`,
      ...filenameWords(filename),
    ]);
  return [`${headers}\r\n`, encoding === '7bit' ? content : encodedAttachment(content)];
}

/**
 * Several parts as one.
 *
 * @param type `mixed`, or another with its parameters
 * @param boundary what no part can contain
 */
export function multipart(type: string, boundary: string, parts: readonly MimePart[]): MimePart {
  const pieces: Array<string | Buffer> = [
    `Content-Type: multipart/${type};\r\n boundary="${boundary}"\r\n\r\n`,
  ];
  for (const part of parts) pieces.push(`--${boundary}\r\n`, ...part, '\r\n');
  pieces.push(`--${boundary}--\r\n`);
  return pieces;
}
