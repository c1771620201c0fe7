import type { MailAddress } from '../../message/mail-address.js';
import type { OutgoingEmail } from '../../message/outgoing-email.js';
import { lastResult, remembered } from '../../message/remembered.js';
import {
  escapeHtml,
  placeholdersIn,
  renderContent,
  type RenderedContent,
} from '../../message/substitutions.js';

/** What a message says, with SendGrid's substitutions for it where it has any. */
export interface SendGridContent extends RenderedContent {
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
  const { subject, html, text } = email;
  if (!isExpressible(email)) return undefined;
  const substitutions = substitutionsOf(email);
  const filled = Object.values(substitutions);
  if (filled.some((value) => BRACES.test(value)) || !isShort(substitutions)) return undefined;
  const content: { -readonly [K in keyof SendGridContent]: SendGridContent[K] } = {};
  if (subject !== undefined) content.subject = withTextTags(subject);
  if (html !== undefined) content.html = withHtmlTags(html);
  if (text !== undefined) content.text = withTextTags(text);
  if (filled.length > 0) content.substitutions = substitutions;
  return content;
}

function isShort(substitutions: Readonly<Record<string, string>>): boolean {
  let longest = 2;
  for (const tag in substitutions) {
    longest += LONGEST_ESCAPE * (tag.length + substitutions[tag]!.length) + 6;
  }
  // Most are, whatever has to be escaped in them.
  return longest <= MAX_BYTES || Buffer.byteLength(JSON.stringify(substitutions)) <= MAX_BYTES;
}

function substitutionsOf(email: OutgoingEmail): Record<string, string> {
  const { subject = '', html = '', text = '', substitutions: values = {} } = email;
  const substitutions: Record<string, string> = {};
  for (const [name, tag] of [...textTags(subject), ...textTags(text)]) {
    substitutions[tag] = String(values[name]);
  }
  for (const [name, tag] of htmlTags(html)) substitutions[tag] = escapeHtml(String(values[name]));
  return substitutions;
}

function isExpressible(email: OutgoingEmail): boolean {
  const { subject = '', html = '', text = '', replyTo, templateId } = email;
  // A legacy template has its data in the same place.
  if (templateId !== undefined || replyTo.some(hasBraces)) return false;
  return ![subject, html, text].some(isUnclear);
}

function textTag(name: string): string {
  return `{{${name}}}`;
}

function htmlTag(name: string): string {
  return `{{${name}|html}}`;
}

const withTextTags = remembered((text) => withTags(text, textTag));
const withHtmlTags = remembered((html) => withTags(html, htmlTag));
const textTags = remembered((text) => tagsIn(text, textTag));
const htmlTags = remembered((html) => tagsIn(html, htmlTag));

function withTags(text: string, tag: (name: string) => string): string {
  return text.replace(PLACEHOLDER, (_, name: string) => tag(name));
}

/** The placeholders of a text, each with its tag. */
type Tags = ReadonlyArray<readonly [name: string, tag: string]>;

function tagsIn(text: string, tag: (name: string) => string): Tags {
  return placeholdersIn(text).map((name) => [name, tag(name)]);
}

/** Whether something besides placeholders looks like a tag, or would once an empty value is filled in. */
const isUnclear = remembered((text) => DOUBLE_BRACES.test(text.replace(PLACEHOLDER, '')));

function hasBraces({ name = '', address }: MailAddress): boolean {
  return DOUBLE_BRACES.test(`${name} ${address}`);
}
