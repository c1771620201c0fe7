import type { OutgoingEmail } from '../../message/outgoing-email.js';
import { rememberedContents, type Contents } from '../../message/remembered.js';
import {
  escapeHtml,
  placeholdersIn,
  renderContent,
  type RenderedContent,
} from '../../message/substitutions.js';

/** A message's subject and bodies as a template that travels with the call. */
export interface InlineTemplate {
  readonly subject: string;
  readonly html?: string;
  readonly text?: string;
  /** The names of the placeholders that html has, and that subject and text have. */
  readonly htmlNames: readonly string[];
  readonly textNames: readonly string[];
}

type Content = Pick<OutgoingEmail, 'subject' | 'html' | 'text' | 'substitutions'>;

/** SES's own form of a placeholder, in the templates made here. */
const VARIABLE = /\{\{[ht]\d+\}\}/;

/**
 * The content of a message as a template of SES, or `undefined` where SES would read more in it than it
 * says: its templates are Handlebars, where any other `{{` is markup. Placeholders get names of their
 * own, since a dot or a dash in a name would mean something there.
 */
export function inlineTemplate(email: Content): InlineTemplate | undefined {
  return email.substitutions === undefined ? plainTemplate(email) : filledTemplate(email);
}

const plainTemplate = rememberedContents((contents) => templateOf(contents, false));
const filledTemplate = rememberedContents((contents) => templateOf(contents, true));

function templateOf(
  { subject, html, text }: Contents,
  isFilled: boolean,
): InlineTemplate | undefined {
  if (subject === undefined) return undefined;
  const htmlNames = isFilled ? placeholdersIn(html ?? '') : [];
  const textNames = isFilled ? placeholdersIn(`${subject}\n${text ?? ''}`) : [];
  const template = {
    ...renamed({ subject, ...(text !== undefined && { text }) }, textNames, 't'),
    ...(html !== undefined && renamed({ html }, htmlNames, 'h')),
  };
  if (!Object.values(template).every((part) => isExact(part, isFilled))) return undefined;
  return { subject, ...template, htmlNames, textNames };
}

/**
 * The values of one message for its template, or `undefined` where one is missing or might be read as
 * markup. SES does not escape what it fills in (Developer Guide, "Advanced email personalization"), so
 * the values for html are escaped here.
 */
export function templateValues(
  { htmlNames, textNames }: InlineTemplate,
  substitutions: OutgoingEmail['substitutions'] = {},
): Record<string, string> | undefined {
  const values: Record<string, string> = {};
  const names = new Set([...htmlNames, ...textNames]);
  for (const name of names) {
    if (!Object.hasOwn(substitutions, name)) return undefined;
    if (String(substitutions[name]).includes('{{')) return undefined;
  }
  for (const [at, name] of htmlNames.entries()) {
    values[`h${at}`] = escapeHtml(String(substitutions[name]));
  }
  for (const [at, name] of textNames.entries()) values[`t${at}`] = String(substitutions[name]);
  return values;
}

/** The same content with each placeholder under a name that means nothing to SES. */
function renamed(content: RenderedContent, names: readonly string[], prefix: 'h' | 't') {
  if (names.length === 0) return renderContent(content);
  const variables = names.map((name, at) => [name, `{{${prefix}${at}}}`]);
  return renderContent({ ...content, substitutions: Object.fromEntries(variables) });
}

/** Whether SES reads the placeholders in a template and nothing else. */
function isExact(template: string, isFilled: boolean): boolean {
  if (!template.includes('{{')) return true;
  if (!isFilled) return false;
  const between = template.split(VARIABLE);
  return between.every(
    (part, at) =>
      !part.includes('{{') &&
      // A third brace, or a backslash before the two, changes what they mean.
      (at === between.length - 1 || !/[{\\]$/.test(part)) &&
      (at === 0 || !part.startsWith('}')),
  );
}
