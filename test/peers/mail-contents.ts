import { createHash } from 'node:crypto';
import { domainToASCII } from 'node:url';
import { simpleParser, type AddressObject, type ParsedMail } from 'mailparser';
import { mailboxes, type MixedMessage } from './mail-mix.js';

/** The contents of a message in a form that those sent and those read have in common. */
export interface MailContents {
  readonly subject: string;
  readonly text: string;
  readonly html: string;
  readonly from: readonly string[];
  readonly to: readonly string[];
  readonly cc: readonly string[];
  readonly bcc: readonly string[];
  readonly replyTo: readonly string[];
  readonly files: readonly string[];
  readonly headers: Readonly<Record<string, string>>;
  readonly priority: unknown;
}

/** The contents of a message as they were given to the library. */
export function contentsSent({ message, files }: MixedMessage): MailContents {
  const { attachments = [], headers = {}, priority } = message;
  return {
    subject: message.subject ?? '',
    text: lines(message.text),
    html: lines(message.html),
    from: names(mailboxes(message.from)),
    to: names(mailboxes(message.to)),
    cc: names(mailboxes(message.cc)),
    bcc: [],
    replyTo: names(mailboxes(message.replyTo)),
    files: files.map((bytes, at) => file(bytes, attachments[at]!)),
    headers,
    priority,
  };
}

/**
 * The contents of a delivered message as others read it.
 *
 * @param wanted the names of the headers to look at
 */
export async function contentsRead(
  mail: ParsedMail,
  wanted: readonly string[],
): Promise<MailContents> {
  const headers: [string, string][] = [];
  for (const name of wanted) headers.push([name, await header(mail, name)]);
  return {
    subject: mail.subject ?? '',
    text: lines(mail.text),
    html: lines(mail.html || ''),
    from: namesOf(mail.from),
    to: namesOf(mail.to),
    cc: namesOf(mail.cc),
    bcc: namesOf(mail.bcc),
    replyTo: namesOf(mail.replyTo),
    files: mail.attachments.map((part) => file(part.content, part)),
    headers: Object.fromEntries(headers),
    priority: mail.headers.get('priority'),
  };
}

/** An address with its domain in ASCII, since both forms of it mean the same. */
export function normalizedAddress(address: string): string {
  const at = address.lastIndexOf('@') + 1;
  return address.slice(0, at) + domainToASCII(address.slice(at));
}

/** Mail knows only one kind of line break, and puts one at the end. */
function lines(text = ''): string {
  return text.replaceAll('\r\n', '\n').replace(/\n+$/, '');
}

function namesOf(field: AddressObject | AddressObject[] | undefined): string[] {
  const list = field === undefined ? [] : Array.isArray(field) ? field : [field];
  return names(list.flatMap(({ value }) => value));
}

function names(list: readonly { name: string; address?: string | undefined }[]): string[] {
  return list.map(({ name, address = '' }) => `${name} <${normalizedAddress(address)}>`);
}

function file(
  bytes: Buffer,
  { filename, cid }: { filename?: string | undefined; cid?: string | undefined },
): string {
  const hash = createHash('sha256').update(bytes).digest('base64url');
  return `${filename} (${cid ?? 'no cid'}): ${bytes.length} bytes, ${hash}`;
}

/** A header in words; the parser decodes only those that it knows, among them the subject. */
async function header(mail: ParsedMail, name: string): Promise<string> {
  const { line = '' } = mail.headerLines.find(({ key }) => key === name.toLowerCase()) ?? {};
  const { subject = '' } = await simpleParser(line.replace(/^[^:]*:/, 'Subject:'));
  return subject;
}
