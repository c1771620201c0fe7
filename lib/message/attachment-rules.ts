import { types } from 'node:util';
import type { Readable } from 'node:stream';
import { joinPath } from '../errors/problem.js';
import { decodeContent, type ContentEncoding } from './content-encoding.js';
import { fileName } from './file-name.js';
import { isReadable, placeholderFor } from './given-stream.js';
import type { OutgoingAttachment } from './outgoing-email.js';
import { attempt, isRecord, readFields, type Report, type Rule, type RuleTable } from './rule.js';
import { bytesOfText } from './text-content.js';
import { matching, oneOf, singleLine } from './text-rules.js';

const MAX_ATTACHMENTS = 100;
const TOKEN = "[\\w!#$%&'*+.^`|~-]+";
const PARAMETER = `;[ ]*${TOKEN}=(?:${TOKEN}|"[^"\\\\\\p{Cc}]*")`;
// Never multipart: its parts would be read as attachments of their own.
const MEDIA_TYPE = new RegExp(`^(?!multipart/)${TOKEN}/${TOKEN}(?:[ ]*${PARAMETER})*$`, 'iu');
const CONTENT_ID = /^[\w.!#$%&*+/=?^`{|}~@-]{1,255}$/;

const contentTypeText = singleLine(1, 255);

/** What an attachment may be made of. */
export type AttachmentContent = Uint8Array | string | Readable | (() => Readable);

/** The fields of an attachment, each checked alone. */
export interface AttachmentFields {
  filename: string;
  content: AttachmentContent;
  encoding?: ContentEncoding;
  contentType?: string;
  cid?: string;
}

/** The rules of an attachment's fields; used by the normaliser and by `AttachmentDto`. */
export const attachmentRules: RuleTable<AttachmentFields> = {
  filename: fileName,
  content: (value, path, report) =>
    isContent(value)
      ? value
      : report(path, 'must be text, a Buffer, a Readable or a function that opens one'),
  encoding: oneOf(['utf8', 'base64', 'base64url', 'hex', 'latin1', 'ascii']),
  contentType: (value, path, report) => {
    const text = contentTypeText(value, path, report);
    if (text === undefined || MEDIA_TYPE.test(text)) return text;
    return report(path, `must be a media type such as 'application/pdf', and not multipart`);
  },
  cid: matching(
    CONTENT_ID,
    'a content id: ASCII letters, digits and marks, without <>, quotes or spaces',
  ),
};

/** The attachments of a message: content only, never a path or an URL; each `cid` once. */
export const attachmentList: Rule<readonly OutgoingAttachment[]> = (value, path, report) => {
  if (!Array.isArray(value)) return report(path, 'must be a list');
  const { length } = value;
  if (length > MAX_ATTACHMENTS) {
    return report(path, `must not have more than ${MAX_ATTACHMENTS} entries`);
  }
  const attachments: OutgoingAttachment[] = [];
  const cids = new Set<string>();
  for (let index = 0; index < length; index++) {
    const place = joinPath(path, index);
    const attachment = attempt(place, report, () => readAttachment(value[index], place, report));
    if (attachment === undefined) continue;
    if (attachment.cid !== undefined && cids.has(attachment.cid)) {
      report(joinPath(place, 'cid'), 'is used by another attachment of the message');
    }
    if (attachment.cid !== undefined) cids.add(attachment.cid);
    attachments.push(attachment);
  }
  return attachments;
};

/** Reports what only content and encoding together show: text that is not in the encoding it claims. */
export function readContent(
  { content, encoding }: Pick<AttachmentFields, 'content' | 'encoding'>,
  path: string,
  report: Report,
): OutgoingAttachment['content'] | undefined {
  if (typeof content === 'string') {
    if (encoding === undefined || encoding === 'utf8') return bytesOfText(content);
    const bytes = decodeContent(content, encoding);
    return bytes ?? report(joinPath(path, 'content'), `must be text in the encoding ${encoding}`);
  }
  if (encoding !== undefined) {
    return report(joinPath(path, 'encoding'), 'goes with content that is text, and with no other');
  }
  if (typeof content === 'function') return content;
  if (isReadable(content)) return placeholderFor(content);
  return Buffer.from(content.buffer, content.byteOffset, content.byteLength);
}

function readAttachment(
  value: unknown,
  path: string,
  report: Report,
): OutgoingAttachment | undefined {
  if (!isRecord(value)) return report(path, 'must be an object with filename and content');
  const { filename, content, encoding, contentType, cid } = readFields(
    value,
    attachmentRules,
    path,
    report,
    hintFor,
  );
  for (const key of ['filename', 'content'] as const) {
    if (value[key] === undefined) report(joinPath(path, key), 'is missing');
  }
  if (filename === undefined || content === undefined) return undefined;
  const read = readContent({ content, ...(encoding && { encoding }) }, path, report);
  if (read === undefined) return undefined;
  return Object.freeze({
    filename,
    content: read,
    ...(contentType !== undefined && { contentType }),
    ...(cid !== undefined && { cid }),
  });
}

function hintFor(key: string): string {
  return /^(?:path|href|url|raw)$/.test(key)
    ? ': attachments are content only, never a path or URL'
    : '';
}

function isContent(value: unknown): value is AttachmentContent {
  return (
    typeof value === 'string' ||
    typeof value === 'function' ||
    types.isUint8Array(value) ||
    isReadable(value)
  );
}
