import { hasKeys } from '../../message/features.js';
import type { OutgoingEmail } from '../../message/outgoing-email.js';
import { lastResult, remembered } from '../../message/remembered.js';
import {
  escapeHtml,
  placeholdersIn,
  renderContent,
  type RenderedContent,
} from '../../message/substitutions.js';

/** What a message says, in the form that Brevo gets it. */
export interface BrevoContent extends RenderedContent {
  /** Values for Brevo's template language. */
  readonly params?: Readonly<Record<string, unknown>>;
}

/** Bytes of the params of one message. */
export const MAX_PARAMS_BYTES = 100_000;

const PLACEHOLDER = /\{\{\s*([A-Za-z_][\w.-]*)\s*\}\}/g;
/** A name that the template language takes for one: no minus, no path. */
const PARAM_NAME = /^[A-Za-z_]\w*$/;
/** What the template language might escape or read as its own. */
const SPECIAL = /[&<>"'{}]/;
const OPENS_A_TAG = /\{[{%#]/;
const MORE_BRACES = /\{\{\{|\}\}\}/;

const lastContent = lastResult<BrevoContent>();

/**
 * The content of a message: its own texts with params, so that messages of one text carry it once;
 * rendered where the template language might not give exactly what `renderContent` gives.
 */
export function brevoContent(email: OutgoingEmail): BrevoContent {
  const { subject, html, text, substitutions, templateId, templateData } = email;
  return lastContent([subject, html, text, substitutions, templateId, templateData], () =>
    contentOf(email),
  );
}

function contentOf(email: OutgoingEmail): BrevoContent {
  const rendered = renderContent(email);
  if (email.templateId !== undefined) {
    // Empty ones Brevo refuses: "params is blank".
    const { templateData: params = {} } = email;
    return { ...rendered, ...(hasKeys(params) && { params }) };
  }
  return mergedContent(email, rendered) ?? withHtml(rendered);
}

/** The content with params in place of the placeholders, where that says the same. */
function mergedContent(email: OutgoingEmail, rendered: RenderedContent): BrevoContent | undefined {
  const { subject, html, text, substitutions: values } = email;
  if (values === undefined || rendered.html === '' || rendered.text === '') return undefined;
  const names = [...new Set([subject, html, text].flatMap((each) => placeholdersIn(each ?? '')))];
  if (names.length === 0 || !names.every((name) => PARAM_NAME.test(name))) return undefined;
  const params = Object.fromEntries(names.map((name) => [name, String(values[name])]));
  if (Object.values(params).some((value) => SPECIAL.test(value))) return undefined;
  if (Buffer.byteLength(JSON.stringify(params)) > MAX_PARAMS_BYTES) return undefined;
  const texts = [subject, html, text].filter((each) => each !== undefined);
  if (texts.some(isUnclear)) return undefined;
  const merged = {
    ...(subject !== undefined && { subject: withParams(subject) }),
    ...(html !== undefined && { html: withParams(html) }),
    ...(text !== undefined && { text: withParams(text) }),
  };
  return { ...withHtml(merged), params };
}

const withParams = remembered((text) => text.replace(PLACEHOLDER, '{{params.$1}}'));

/** Whether something besides placeholders might be read by the template language. */
const isUnclear = remembered(
  (text) => OPENS_A_TAG.test(text.replace(PLACEHOLDER, '')) || MORE_BRACES.test(withParams(text)),
);

/**
 * Brevo makes html of a message that is text only; with an html of ours that shows the text as it was
 * written, both arrive.
 */
function withHtml(content: RenderedContent): RenderedContent {
  const { subject, html = '', text = '' } = content;
  const ownHtml = `<div style="white-space: pre-wrap">${escapeHtml(text)}</div>`;
  return {
    ...(subject !== undefined && { subject }),
    html: html === '' ? ownHtml : html,
    ...(text !== '' && { text }),
  };
}
