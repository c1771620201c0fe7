import type { OutgoingEmail } from '../../message/outgoing-email.js';
import { escapeHtml, placeholdersIn, renderContent } from '../../message/substitutions.js';
import type { TextField } from './mailgun-fields.js';

/** Values of one recipient, by the name of the variable. */
export type RecipientValues = Record<string, string>;

/** The contents of a message with everything filled in, for a call of its own. */
export function ownContent(email: OutgoingEmail): TextField[] {
  const { subject = '', html, text } = renderContent(email);
  return contentFields(email, { subject, html, text });
}

/** The contents that messages of a batch share: each placeholder is a variable of the recipient. */
export function sharedContent(email: OutgoingEmail): TextField[] {
  const { subject = '', html, text, substitutions } = email;
  if (substitutions === undefined) return contentFields(email, { subject, html, text });
  const names = variableNames(email);
  return contentFields(email, {
    subject: withVariables(subject, names.plain),
    html: html === undefined ? undefined : withVariables(html, names.html),
    text: text === undefined ? undefined : withVariables(text, names.plain),
  });
}

/** The values for those variables; values in html are escaped here, since Mailgun puts them in as they are. */
export function contentValues(email: OutgoingEmail): RecipientValues {
  const values: RecipientValues = {};
  const { substitutions } = email;
  if (substitutions === undefined) return values;
  const { plain, html } = variableNames(email);
  for (const [name, variable] of plain) values[variable] = String(substitutions[name]);
  for (const [name, variable] of html) values[variable] = escapeHtml(String(substitutions[name]));
  return values;
}

/** A template has its own html and text; its subject can be another. */
function contentFields(
  { templateId, subject: given }: OutgoingEmail,
  { subject, html, text }: Contents,
): TextField[] {
  if (templateId !== undefined) return given === undefined ? [] : [['subject', subject]];
  const fields: TextField[] = [['subject', subject]];
  if (text !== undefined) fields.push(['text', text]);
  if (html !== undefined) fields.push(['html', html]);
  return fields;
}

interface Contents {
  readonly subject: string;
  readonly html: string | undefined;
  readonly text: string | undefined;
}

interface VariableNames {
  /** By the name of the placeholder: the variable that stands for it in subject and text. */
  readonly plain: ReadonlyMap<string, string>;
  readonly html: ReadonlyMap<string, string>;
}

/** Short names of our own: those of placeholders may have dots, which Mailgun says nothing about. */
function variableNames({ subject = '', text = '', html = '' }: OutgoingEmail): VariableNames {
  return { plain: numbered(`${subject}\n${text}`, 's'), html: numbered(html, 'h') };
}

function numbered(source: string, letter: string): ReadonlyMap<string, string> {
  return new Map(placeholdersIn(source).map((name, at) => [name, letter + at] as const));
}

function withVariables(source: string, names: ReadonlyMap<string, string>): string {
  const values = Object.fromEntries(
    Array.from(names, ([name, variable]) => [name, `%recipient.${variable}%`] as const),
  );
  return renderContent({ text: source, substitutions: values }).text ?? '';
}
