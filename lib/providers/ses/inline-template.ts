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
  /** What its placeholders have become. */
  readonly variables: readonly InlineVariable[];
}

/** A placeholder of a message under the name that it has in the template. */
export interface InlineVariable {
  readonly variable: string;
  readonly name: string;
  readonly isHtml: boolean;
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
  const ofHtml = isFilled ? variablesIn(html ?? '', true) : [];
  const ofText = isFilled ? variablesIn(`${subject}\n${text ?? ''}`, false) : [];
  const template = {
    ...renamed({ subject, ...(text !== undefined && { text }) }, ofText),
    ...(html !== undefined && renamed({ html }, ofHtml)),
  };
  if (!Object.values(template).every((part) => isExact(part, isFilled))) return undefined;
  return { subject, ...template, variables: [...ofHtml, ...ofText] };
}

function variablesIn(text: string, isHtml: boolean): readonly InlineVariable[] {
  const prefix = isHtml ? 'h' : 't';
  return placeholdersIn(text).map((name, at) => ({ variable: `${prefix}${at}`, name, isHtml }));
}

/**
 * The values of one message for its template, or `undefined` where one is missing or might be read as
 * markup. SES does not escape what it fills in (Developer Guide, "Advanced email personalization"), so
 * the values for html are escaped here.
 */
export function templateValues(
  { variables }: InlineTemplate,
  substitutions: OutgoingEmail['substitutions'] = {},
): Record<string, string> | undefined {
  const values: Record<string, string> = {};
  for (const { variable, name, isHtml } of variables) {
    if (!Object.hasOwn(substitutions, name)) return undefined;
    const value = String(substitutions[name]);
    if (value.includes('{{')) return undefined;
    values[variable] = isHtml ? escapeHtml(value) : value;
  }
  return values;
}

/** The same content with each placeholder under a name that means nothing to SES. */
function renamed(content: RenderedContent, variables: readonly InlineVariable[]) {
  if (variables.length === 0) return renderContent(content);
  const values = variables.map(({ name, variable }) => [name, `{{${variable}}}`]);
  return renderContent({ ...content, substitutions: Object.fromEntries(values) });
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
