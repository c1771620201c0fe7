import type { OutgoingEmail } from '../../message/outgoing-email.js';
import { estimatedBytes } from '../../message/size.js';
import { CORRELATION_KEY } from '../api/correlation.js';
import { extraFieldProblems } from './mailgun-extra-fields.js';
import { mailgunFields, optionBytes } from './mailgun-fields.js';
import { MAX_VARIABLE_BYTES, variableBytes } from './mailgun-template-data.js';
import type { ResolvedMailgunOptions } from './mailgun.options.js';

/** What Mailgun takes, after its documentation. */
export const MAILGUN_LIMITS = {
  /** Recipients of a call, and so messages of a batch. */
  recipients: 1000,
  /** A decimal reading of 25 MB, to be on the safe side. */
  messageBytes: 25_000_000,
  /** Names and values of everything that begins with `o:`, `h:`, `v:` or `t:`. */
  optionBytes: 16_384,
  /** By its help centre; its older manual says 3. */
  tags: 10,
  tagLength: 128,
} as const;

const DAY_MS = 24 * 60 * 60 * 1000;

/** What of a message Mailgun would refuse, cut or leave out, in words for people. */
export function mailgunUnsupported(
  email: OutgoingEmail,
  options: ResolvedMailgunOptions,
): readonly string[] {
  const problems = [...tagProblems(email), ...sizeProblems(email, options)];
  if (email.to.length === 0) problems.push('a message without to (Mailgun needs one there)');
  const { sendAt } = email;
  const { maxScheduleDays } = options;
  if (sendAt !== undefined && sendAt.getTime() > Date.now() + maxScheduleDays * DAY_MS) {
    problems.push(`sendAt later than ${maxScheduleDays} days from now (see maxScheduleDays)`);
  }
  if (email.templateId !== undefined) {
    for (const field of ['html', 'text'] as const) {
      if (email[field] === undefined) continue;
      problems.push(`${field} beside a templateId (the template has its own)`);
    }
  }
  if (Object.hasOwn(email.metadata, CORRELATION_KEY)) {
    problems.push(`metadata.${CORRELATION_KEY} (it carries the id)`);
  }
  return [...problems, ...extraFieldProblems(email.providerOptions?.['mailgun'])];
}

function tagProblems({ tags }: OutgoingEmail): string[] {
  const problems: string[] = [];
  for (const tag of tags) {
    if (!/^[ -~]*$/.test(tag)) problems.push('a tag that is not ASCII');
    if (tag.length > MAILGUN_LIMITS.tagLength) {
      problems.push(`a tag of ${tag.length} characters (128 at most)`);
    }
  }
  return problems;
}

function sizeProblems(email: OutgoingEmail, options: ResolvedMailgunOptions): string[] {
  const problems: string[] = [];
  const { common, own } = mailgunFields(email, options);
  const data = email.templateData === undefined ? '' : JSON.stringify(email.templateData);
  const bytes = optionBytes([...common, ...own, ['t:variables', data]]);
  if (bytes > MAILGUN_LIMITS.optionBytes) {
    problems.push(
      `headers, metadata, tags, options and template data of ${bytes} bytes together (16 KB at most)`,
    );
  }
  const metadata = variableBytes(Object.entries(email.metadata));
  if (metadata > MAX_VARIABLE_BYTES) {
    problems.push(`metadata of ${metadata} bytes (4 KB at most: Mailgun's events cut the rest)`);
  }
  const size = estimatedBytes(email);
  if (size > MAILGUN_LIMITS.messageBytes) {
    problems.push(`a message of about ${size} bytes with its attachments encoded (25 MB at most)`);
  }
  return problems;
}
