import type { MailAddress } from '../../message/mail-address.js';
import type { OutgoingEmail } from '../../message/outgoing-email.js';
import { lastResult, rememberedContents, type Contents } from '../../message/remembered.js';
import { escapeHtml, placeholdersIn, renderContent } from '../../message/substitutions.js';

/** What a message says, with SendGrid's substitutions for it where it has any. */
export interface SendGridContent extends Contents {
  /** The texts that SendGrid replaces in subject and content, by tag. */
  readonly substitutions?: Readonly<Record<string, string>>;
}

/** Bytes of all substitutions of one personalization. */
const MAX_BYTES = 10_000;
/** Bytes of one character as JSON, such as `\u0001`. */
const LONGEST_ESCAPE = 6;
const BRACES = /[{}]/;
const DOUBLE_BRACES = /\{\{|\}\}/;
const PLACEHOLDER = /\{\{\s*([A-Za-z_][\w.-]*)\s*\}\}/g;

const lastContent = lastResult<SendGridContent>();

/**
 * The content of a message: its own texts with SendGrid's substitutions, so that messages of one text
 * share a call; rendered where substitutions would not give exactly what `renderContent` gives.
 */
export function sendGridContent(email: OutgoingEmail): SendGridContent {
  if (email.substitutions === undefined) return email as Omit<OutgoingEmail, 'substitutions'>;
  const { subject, html, text, substitutions, replyTo, templateId } = email;
  return lastContent(
    [subject, html, text, substitutions, replyTo, templateId],
    () => nativeContent(email) ?? renderContent(email),
  );
}

/**
 * SendGrid replaces tags as text, in the subject, in every part of the content and in reply-to, in no
 * documented order. So no value and no text around may hold or form a tag, and html has tags of its own,
 * whose values are escaped.
 */
function nativeContent(email: OutgoingEmail): SendGridContent | undefined {
  const { substitutions: values = {}, replyTo, templateId } = email;
  // A legacy template has its data in the same place.
  if (templateId !== undefined || replyTo.some(hasBraces)) return undefined;
  const template = templateOf(email);
  if (template === undefined) return undefined;
  const { content, tags } = template;
  if (tags.length === 0) return content;
  const substitutions: Record<string, string> = {};
  for (const { name, tag, encode } of tags) {
    const value = encode(String(values[name]));
    if (BRACES.test(value)) return undefined;
    substitutions[tag] = value;
  }
  if (!isShort(substitutions)) return undefined;
  // Spread, it would take several times as long.
  const { subject, html, text } = content;
  return { subject, html, text, substitutions };
}

function isShort(substitutions: Readonly<Record<string, string>>): boolean {
  let longest = 2;
  for (const tag of Object.keys(substitutions)) {
    longest += LONGEST_ESCAPE * (tag.length + substitutions[tag]!.length) + 6;
  }
  // Most are, whatever has to be escaped in them.
  return longest <= MAX_BYTES || Buffer.byteLength(JSON.stringify(substitutions)) <= MAX_BYTES;
}

/** What follows from the texts of a message alone. */
interface Template {
  /** Its texts with SendGrid's tags in the place of placeholders. */
  readonly content: Contents;
  /** What each tag stands for, and how its value is written. */
  readonly tags: readonly Tag[];
}

interface Tag {
  readonly name: string;
  readonly tag: string;
  readonly encode: (value: string) => string;
}

/** None where something besides placeholders looks like a tag, or would once an empty value is filled in. */
const templateOf = rememberedContents(({ subject, html, text }): Template | undefined => {
  if ([subject, html, text].some(isUnclear)) return undefined;
  const content = {
    subject: withTags(subject, textTag),
    html: withTags(html, htmlTag),
    text: withTags(text, textTag),
  };
  const inTexts = new Set([subject, text].flatMap((part = '') => placeholdersIn(part)));
  const tags = Array.from(inTexts, (name): Tag => ({ name, tag: textTag(name), encode: asIs }));
  for (const name of placeholdersIn(html ?? '')) {
    tags.push({ name, tag: htmlTag(name), encode: escapeHtml });
  }
  return { content, tags };
});

function withTags(text: string | undefined, tag: (name: string) => string): string | undefined {
  return text?.replace(PLACEHOLDER, (_, name: string) => tag(name));
}

function textTag(name: string): string {
  return `{{${name}}}`;
}

function htmlTag(name: string): string {
  return `{{${name}|html}}`;
}

function isUnclear(text = ''): boolean {
  return DOUBLE_BRACES.test(text.replace(PLACEHOLDER, ''));
}

function asIs(value: string): string {
  return value;
}

function hasBraces({ name = '', address }: MailAddress): boolean {
  return DOUBLE_BRACES.test(`${name} ${address}`);
}
