import type { UnsupportedPart } from '../../contract/unsupported-part.js';
import type { OutgoingEmail } from '../../message/outgoing-email.js';
import { estimatedBytes } from '../../message/size.js';
import { CORRELATION_KEY } from '../api/correlation.js';
import { hasBody } from '../api/own-body.js';
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

/** What of a message Mailgun would refuse, cut or leave out. */
export function mailgunUnsupported(
  email: OutgoingEmail,
  options: ResolvedMailgunOptions,
): readonly UnsupportedPart[] {
  const found: UnsupportedPart[] = [
    ...tagProblems(email),
    ...sizeProblems(email, options),
    ...(email.templateId === undefined ? bodyProblems(email) : templateProblems(email)),
    ...extraFieldProblems(email.providerOptions?.['mailgun']),
  ];
  if (email.to.length === 0) {
    found.push({ reason: 'a message without to (Mailgun needs one there)', field: 'to' });
  }
  const { sendAt } = email;
  const { maxScheduleDays } = options;
  if (sendAt !== undefined && sendAt.getTime() > Date.now() + maxScheduleDays * DAY_MS) {
    const reason = `sendAt later than ${maxScheduleDays} days from now (see maxScheduleDays)`;
    found.push({ reason, field: 'sendAt' });
  }
  if (Object.hasOwn(email.metadata, CORRELATION_KEY)) {
    const reason = `metadata.${CORRELATION_KEY} (it carries the id)`;
    found.push({ reason, field: 'metadata', at: [CORRELATION_KEY] });
  }
  return found;
}

function tagProblems({ tags }: OutgoingEmail): readonly UnsupportedPart[] {
  const found: UnsupportedPart[] = [];
  tags.forEach((tag, at) => {
    const place = { field: 'tags', at: [at] } as const;
    if (!/^[ -~]*$/.test(tag)) found.push({ reason: 'a tag that is not ASCII', ...place });
    if (tag.length > MAILGUN_LIMITS.tagLength) {
      found.push({ reason: `a tag of ${tag.length} characters (128 at most)`, ...place });
    }
  });
  return found;
}

function sizeProblems(
  email: OutgoingEmail,
  options: ResolvedMailgunOptions,
): readonly UnsupportedPart[] {
  const found: UnsupportedPart[] = [];
  const { common, own } = mailgunFields(email, options);
  const data = email.templateData === undefined ? '' : JSON.stringify(email.templateData);
  const bytes = optionBytes([...common, ...own, ['t:variables', data]]);
  if (bytes > MAILGUN_LIMITS.optionBytes) {
    const reason = `headers, metadata, tags, options and template data of ${bytes} bytes together (16 KB at most)`;
    found.push({ reason });
  }
  const metadata = variableBytes(Object.entries(email.metadata));
  if (metadata > MAX_VARIABLE_BYTES) {
    const reason = `metadata of ${metadata} bytes (4 KB at most: Mailgun's events cut the rest)`;
    found.push({ reason, field: 'metadata' });
  }
  const size = estimatedBytes(email);
  if (size > MAILGUN_LIMITS.messageBytes) {
    const reason = `a message of about ${size} bytes with its attachments encoded (25 MB at most)`;
    found.push({ reason });
  }
  return found;
}

function bodyProblems(email: OutgoingEmail): readonly UnsupportedPart[] {
  return hasBody(email, isNotBlank)
    ? []
    : [{ reason: 'a message with an empty body', field: 'html' }];
}

/** Mailgun takes a body of spaces for none. */
function isNotBlank(text: string): boolean {
  return text.trim() !== '';
}

function templateProblems(email: OutgoingEmail): readonly UnsupportedPart[] {
  return (['html', 'text'] as const)
    .filter((field) => email[field] !== undefined)
    .map((field) => {
      return { reason: `${field} beside a templateId (the template has its own)`, field };
    });
}
