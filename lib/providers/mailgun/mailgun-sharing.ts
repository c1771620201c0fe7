import type { OutgoingEmail } from '../../message/outgoing-email.js';
import { renderContent } from '../../message/substitutions.js';
import { hasStreams } from '../api/attachment-bytes.js';
import { attachmentsKey, batchKey } from '../api/batch-key.js';
import {
  mailgunFields,
  optionBytes,
  type MailgunFields,
  type TextField,
} from './mailgun-fields.js';
import { MAILGUN_LIMITS } from './mailgun-limits.js';
import { contentMark, readsAsVariable } from './mailgun-shared-content.js';
import { flatData } from './mailgun-template-data.js';

/** The longest that stands in place of a value: `%recipient.f123%`. */
const VARIABLE_BYTES = 16;

/** A message as far as it decides what shares a call with it. */
interface Shareable extends MailgunFields {
  readonly email: OutgoingEmail;
  /** The template's data as variables, where it can be. */
  readonly data: readonly TextField[] | undefined;
}

/**
 * What only messages able to share a call have in common. A message goes alone when it has more than
 * one recipient (in a batch each gets a copy of their own), when it says something that Mailgun would
 * take for a variable, or when its options would not fit with variables in them.
 */
export function mailgunKey(
  email: OutgoingEmail,
  options: { readonly sandbox: boolean },
): string | undefined {
  const { to, cc, bcc, substitutions } = email;
  if (to.length !== 1 || cc.length > 0 || bcc.length > 0 || hasStreams(email)) return undefined;
  const content = contentMark(email);
  const message = { email, data: flatData(email), ...mailgunFields(email, options) };
  const { common, own, data } = message;
  if (content.clashes || clashes(message)) return undefined;
  if (optionBytesAtMost(message) > MAILGUN_LIMITS.optionBytes) return undefined;
  return batchKey([
    content.key,
    substitutions !== undefined,
    common,
    [...own.keys()],
    data?.map(([name]) => name) ?? { data: email.templateData },
    attachmentsKey(email),
  ]);
}

/** Bytes of the options, whichever of the values become variables. */
function optionBytesAtMost({ common, own, data = [], email }: Shareable): number {
  const mayVary = [...own, ...data].map(([name, value]): TextField => [
    name,
    value.padEnd(VARIABLE_BYTES),
  ]);
  const { templateData } = email;
  const shared = templateData === undefined ? '' : JSON.stringify(templateData);
  return optionBytes([...common, ...mayVary, ['t:variables', shared]]);
}

function clashes({ common, own, email }: Shareable): boolean {
  const { templateData, to } = email;
  if (readsAsVariable(to[0]?.name ?? '')) return true;
  for (const [, value] of common) if (readsAsVariable(value)) return true;
  for (const value of own.values()) if (readsAsVariable(value)) return true;
  if (templateData !== undefined && readsAsVariable(JSON.stringify(templateData))) return true;
  return rendersIntoVariable(email);
}

/** Only a value with a percent sign can make a variable that neither the text nor the value is. */
function rendersIntoVariable(email: OutgoingEmail): boolean {
  const values = Object.values(email.substitutions ?? {});
  if (!values.some((value) => typeof value === 'string' && value.includes('%'))) return false;
  return Object.values(renderContent(email)).some((each) => readsAsVariable(String(each)));
}
