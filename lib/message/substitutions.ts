import type { OutgoingEmail, SubstitutionValue } from './outgoing-email.js';
import { remembered } from './remembered.js';
import type { Report } from './rule.js';
import { isLongerThan, hasControls } from './text-rules.js';

/** The longest subject, in bytes: an unfolded header line of RFC 5322. */
export const MAX_SUBJECT_BYTES = 998;

/** What a message says, with every placeholder filled in. */
export interface RenderedContent {
  readonly subject?: string;
  readonly html?: string;
  readonly text?: string;
}

/** A message as far as rendering looks at it. */
export type Renderable = Pick<OutgoingEmail, 'subject' | 'html' | 'text' | 'substitutions'>;

type Values = Readonly<Record<string, SubstitutionValue>>;

// Linear on any input: each quantified part ends where the next one begins.
const PLACEHOLDER = /\{\{\s*([A-Za-z_][\w.-]*)\s*\}\}/g;
const MARKUP = /[&<>"']/g;
const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/**
 * Subject, html and text as the recipient gets them. Each `{{ name }}` is replaced by its value in one
 * pass: a value is never read for placeholders. Values are escaped in html. Without `substitutions`
 * braces are plain text.
 */
export function renderContent(email: Renderable): RenderedContent {
  const { subject, html, text, substitutions } = email;
  const rendered: { -readonly [K in keyof RenderedContent]: RenderedContent[K] } = {};
  if (subject !== undefined) rendered.subject = fill(subject, substitutions, asIs);
  if (html !== undefined) rendered.html = fill(html, substitutions, escapeHtml);
  if (text !== undefined) rendered.text = fill(text, substitutions, asIs);
  return rendered;
}

/** The names of the placeholders in a text, each once, in order of appearance. */
export function placeholdersIn(text: string): readonly string[] {
  return mayHavePlaceholders(text) ? placeholders(text) : NO_NAMES;
}

const NO_NAMES: readonly string[] = Object.freeze([]);

const placeholders = remembered((text): readonly string[] => {
  const names = Array.from(text.matchAll(PLACEHOLDER), (match) => match[1] ?? '');
  return Object.freeze([...new Set(names)]);
});

/** Whether a text has more than spaces also where every placeholder is filled with nothing. */
export function hasTextOfItsOwn(text: string): boolean {
  return mayHavePlaceholders(text) ? isMoreThanPlaceholders(text) : NO_SPACE.test(text);
}

const NO_SPACE = /\S/;
const isMoreThanPlaceholders = remembered((text) => NO_SPACE.test(text.replace(PLACEHOLDER, '')));

/** A search for two characters costs next to nothing; most texts that do not have them are of one message. */
function mayHavePlaceholders(text: string): boolean {
  return text.includes('{{');
}

/** Escapes the five characters that mean something in html. */
export function escapeHtml(text: string): string {
  return text.replace(MARKUP, (character) => ENTITIES[character] ?? character);
}

/** Reports placeholders without a value, and a subject that its values make too long or two lines. */
export function checkSubstitutions(email: Renderable, report: Report): void {
  const { substitutions } = email;
  if (substitutions === undefined) return;
  for (const field of ['subject', 'html', 'text'] as const) {
    for (const name of placeholdersIn(email[field] ?? '')) {
      if (!Object.hasOwn(substitutions, name)) {
        report(`substitutions.${name}`, `is used in ${field} but has no value`);
      }
    }
  }
  const subject = fill(email.subject ?? '', substitutions, asIs);
  if (hasControls(subject)) {
    report('subject', 'must be on one line, also with its placeholders filled in');
  }
  if (isLongerThan(subject, MAX_SUBJECT_BYTES)) {
    report(
      'subject',
      `must not be longer than ${MAX_SUBJECT_BYTES} bytes with its placeholders filled in`,
    );
  }
}

function fill(text: string, values: Values | undefined, encode: (value: string) => string): string {
  if (values === undefined || !mayHavePlaceholders(text)) return text;
  return text.replace(PLACEHOLDER, (placeholder, name: string) =>
    Object.hasOwn(values, name) ? encode(String(values[name])) : placeholder,
  );
}

function asIs(value: string): string {
  return value;
}
