import type { Address, Attachment, Email, Header } from 'postal-mime';
import type { MailAddress } from '../../message/mail-address.js';
import type { OutgoingEmail } from '../../message/outgoing-email.js';
import { envelopeRecipients } from '../../message/envelope.js';
import { isNeverEncoded } from '../../mime/media-type.js';
import type { CapturedAttachment, CapturedMail } from './captured-mail.js';

/**
 * Parses a message back from its bytes. The envelope and what is not in them (tags, metadata, the data
 * of a template) comes from the outgoing email.
 */
export async function parseCapturedMail(
  email: OutgoingEmail,
  messageId: string,
  raw: Buffer,
): Promise<CapturedMail> {
  const { default: PostalMime, decodeWords } = await import('postal-mime');
  // A nested message is an attachment, not a part of the text.
  const parsed = await PostalMime.parse(raw, { forceRfc822Attachments: true });
  return {
    id: email.id,
    capturedAt: new Date(),
    envelope: {
      from: email.returnPath ?? email.from.address,
      to: envelopeRecipients(email),
    },
    headers: headersByName(parsed.headers, decodeWords),
    messageId,
    ...correspondents(parsed, email),
    ...bodies(parsed),
    attachments: parsed.attachments.map(capturedAttachment),
    raw,
    ...instructions(email),
  };
}

/** The parser takes the quotes off a local part and address literals apart: such ones are as they were. */
function correspondents(
  parsed: Email,
  email: OutgoingEmail,
): Pick<CapturedMail, 'from' | 'to' | 'cc' | 'replyTo'> {
  if (email.features.has('specialAddress')) {
    const { from, to, cc, replyTo } = email;
    return { from, to, cc, replyTo };
  }
  return {
    from: mailboxes([parsed.from])[0] ?? email.from,
    to: mailboxes(parsed.to),
    cc: mailboxes(parsed.cc),
    replyTo: mailboxes(parsed.replyTo),
  };
}

function bodies({ subject, html, text }: Email): Pick<CapturedMail, 'subject' | 'html' | 'text'> {
  return {
    ...(subject !== undefined && { subject }),
    ...(html !== undefined && { html: readable(html) }),
    ...(text !== undefined && { text: readable(text) }),
  };
}

/** The line breaks at the end are left out: how many mail adds depends on how a part is encoded. */
function readable(body: string): string {
  const lines = body.replaceAll('\r\n', '\n');
  let end = lines.length;
  while (lines[end - 1] === '\n') end--;
  return lines.slice(0, end);
}

function headersByName(
  headers: readonly Header[],
  decode: (value: string) => string,
): Record<string, string[]> {
  const byName = new Map<string, string[]>();
  for (const { key, value } of headers) {
    const values = byName.get(key) ?? [];
    byName.set(key, [...values, decode(value)]);
  }
  return Object.fromEntries(byName);
}

/** The mailboxes of a header; a group such as `undisclosed-recipients:;` gives its members. */
function mailboxes(addresses: ReadonlyArray<Address | undefined> = []): MailAddress[] {
  return addresses
    .flatMap((entry) => entry?.group ?? entry ?? [])
    .map(({ name, address }) => (name === '' ? { address } : { name, address }));
}

function capturedAttachment(part: Attachment): CapturedAttachment {
  return {
    ...(part.filename !== null && { filename: part.filename }),
    contentType: part.mimeType,
    ...(part.contentId !== undefined && { cid: part.contentId.replace(/^<|>$/g, '') }),
    content: isNeverEncoded(part.mimeType) ? linesOf(part.content) : bytesOf(part.content),
  };
}

/** The parser ends the lines of what is not encoded with LF, also the one before the next part. */
function linesOf(content: Attachment['content']): Buffer {
  const lines = bytesOf(content).toString('latin1').replace(/\n$/, '');
  return Buffer.from(lines.replaceAll('\n', '\r\n'), 'latin1');
}

function bytesOf(content: Attachment['content']): Buffer {
  if (typeof content === 'string') return Buffer.from(content);
  return ArrayBuffer.isView(content) ? Buffer.from(content) : Buffer.from(content);
}

function instructions(email: OutgoingEmail) {
  const { tags, metadata, templateId, templateData, sendAt, stream, trackOpens, trackClicks } =
    email;
  return {
    tags,
    metadata,
    ...(templateId !== undefined && { templateId }),
    ...(templateData !== undefined && { templateData }),
    ...(sendAt !== undefined && { sendAt }),
    ...(stream !== undefined && { stream }),
    ...(trackOpens !== undefined && { trackOpens }),
    ...(trackClicks !== undefined && { trackClicks }),
  };
}
