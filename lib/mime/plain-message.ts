import { randomUUID } from 'node:crypto';
import { MAX_SLICE_BYTES } from './byte-slices.js';
import { valueField } from './header-text.js';
import type { MailContentInput } from './mail-content.js';
import type { TypedAttachment } from './media-type.js';
import {
  attachmentPart,
  isPlainAttachment,
  multipart,
  textPart,
  type MimePart,
} from './mime-parts.js';

type BufferedAttachment = TypedAttachment & { readonly content: Buffer };

/**
 * The message in chunks, where it is of the plain kind: text, html and attachments at hand, with media
 * types of at most one parameter. Nothing for any other, which nodemailer composes; what comes of both
 * reads the same.
 *
 * @param head the headers of the message that `headerBlock` writes
 */
export function plainMessage(head: string, content: MailContentInput): Buffer[] | undefined {
  const { bodies, attachments, messageId, date } = content;
  if (!isText(bodies.text) || !isText(bodies.html) || !areBuffered(attachments)) return undefined;
  const headers =
    valueField('Message-ID', messageId) +
    `Date: ${date.toUTCString().replace('GMT', '+0000')}\r\nMIME-Version: 1.0\r\n`;
  return chunksOf([head, headers, ...endedByBreak(rootPart(content, attachments))]);
}

function isText(body: unknown): boolean {
  return body === undefined || typeof body === 'string';
}

function areBuffered(attachments: readonly TypedAttachment[]): attachments is BufferedAttachment[] {
  return attachments.every(isPlainAttachment);
}

/** The tree as mail programs expect it: mixed (alternative (text, related (html, its images)), files). */
function rootPart({ bodies }: MailContentInput, attachments: BufferedAttachment[]): MimePart {
  const { text = '', html = '' } = bodies;
  if (attachments.length === 0 && (text === '' || html === '')) {
    return html === '' ? textPart('plain', text) : textPart('html', html);
  }
  // Never in quoted-printable or base64 because of `=_`. In a text that goes out as it is it would have to
  // be guessed: 122 random bits, drawn for this message alone, so no message tells of another's.
  const boundary = `=_${randomUUID()}`;
  const hasHtml = html !== '';
  const related = attachments.filter(({ cid }) => hasHtml && cid !== undefined);
  const files = attachments.filter(({ cid }) => !hasHtml || cid === undefined);
  const alternatives = [
    ...(text === '' ? [] : [textPart('plain', text)]),
    ...(hasHtml ? [withImages(textPart('html', html), related, `${boundary}_3`)] : []),
  ];
  const content =
    alternatives.length > 1
      ? [multipart('alternative', `${boundary}_2`, alternatives)]
      : alternatives;
  return onlyOf([...content, ...files.map(attachmentPart)], (parts) =>
    multipart('mixed', `${boundary}_1`, parts),
  );
}

function withImages(html: MimePart, images: BufferedAttachment[], boundary: string): MimePart {
  return onlyOf([html, ...images.map(attachmentPart)], (parts) =>
    multipart('related; type="text/html"', boundary, parts),
  );
}

/** A part alone needs nothing around it. */
function onlyOf(parts: MimePart[], join: (parts: MimePart[]) => MimePart): MimePart {
  const [first, ...others] = parts;
  return first !== undefined && others.length === 0 ? first : join(parts);
}

function endedByBreak(part: MimePart): MimePart {
  const last = part.at(-1) ?? '';
  const end = typeof last === 'string' ? last.slice(-2) : last.toString('latin1', last.length - 2);
  return end === '' || end === '\r\n' ? part : [...part, '\r\n'];
}

/** Large bytes stay where they are, since other messages may share them; a small message is one chunk. */
function chunksOf(pieces: MimePart): Buffer[] {
  const chunks: Buffer[] = [];
  let text = '';
  for (const piece of pieces) {
    if (typeof piece === 'string') {
      text += piece;
      continue;
    }
    chunks.push(Buffer.from(text), piece);
    text = '';
  }
  if (text !== '') chunks.push(Buffer.from(text));
  const size = chunks.reduce((sum, { length }) => sum + length, 0);
  if (chunks.length > 1 && size <= MAX_SLICE_BYTES) return [Buffer.concat(chunks, size)];
  // An empty attachment; a stream may take a chunk of nothing for a pause.
  return chunks.filter(({ length }) => length > 0);
}
