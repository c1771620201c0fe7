import { hasKeys } from '../../message/features.js';
import type { OutgoingAttachment, OutgoingEmail } from '../../message/outgoing-email.js';
import { estimatedBytes } from '../../message/size.js';
import { hasTextOfItsOwn, renderContent } from '../../message/substitutions.js';
import { CORRELATION_KEY } from '../api/correlation.js';
import { customArguments } from './sendgrid-personalization.js';
import { refusedOptions } from './sendgrid-provider-options.js';

/** Recipients of one call, over all its messages; also messages of one call. */
export const MAX_RECIPIENTS = 1_000;
/** Categories of one message. */
export const MAX_CATEGORIES = 10;
/** Bytes of one call. */
export const MAX_REQUEST_BYTES = 30_000_000;
/** Substitutions of one call, over all its messages. */
export const MAX_SUBSTITUTIONS = 10_000;

const MAX_CATEGORY_LENGTH = 255;
const MAX_DATA_BYTES = 10_000;
const MAX_SCHEDULE_MS = 72 * 60 * 60 * 1000;
const PRINTABLE_ASCII = /^[\x20-\x7e]*$/;
const LIST_MARKS = /[;,]/;

/** Besides those that no message may set. */
const RESERVED_HEADER = /^x-sg-e?id$/i;

/** The fields of an event, where metadata of the same name would be lost. */
const EVENT_FIELDS: ReadonlySet<string> = new Set(
  (
    'email timestamp event smtp-id sg_event_id sg_message_id category reason status response ' +
    'attempt type bounce_classification ip useragent url url_offset tls asm_group_id pool send_at'
  ).split(' '),
);

type Check = (email: OutgoingEmail) => string | false | undefined;

/**
 * What of a message SendGrid would refuse or lose, in words; empty where it carries all. The rules are
 * those of its pages "Mail Send: Errors" and "Limitations".
 */
export function sendGridUnsupported(email: OutgoingEmail): readonly string[] {
  const found: string[] = [];
  for (const check of CHECKS) {
    const problem = check(email);
    if (typeof problem === 'string') found.push(problem);
  }
  for (const key of refusedOptions(email)) found.push(`providerOptions.sendgrid.${key}`);
  return found;
}

const CHECKS: readonly Check[] = [
  ({ to }) => to.length === 0 && 'a message without to',
  ({ templateId }) => typeof templateId === 'number' && 'templateId as a number',
  contentProblem,
  templateProblem,
  ({ headers }) =>
    Object.keys(headers).some((name) => RESERVED_HEADER.test(name)) && 'X-SG-ID and X-SG-EID',
  ({ tags }) =>
    tags.some((tag) => tag.length > MAX_CATEGORY_LENGTH || !PRINTABLE_ASCII.test(tag)) &&
    `tags that are not ASCII of at most ${MAX_CATEGORY_LENGTH} characters`,
  ({ metadata }) => {
    const [taken] = Object.keys(metadata).filter(
      (key) => key === CORRELATION_KEY || EVENT_FIELDS.has(key),
    );
    return taken !== undefined && `metadata.${taken} (its events have a field of that name)`;
  },
  (email) => {
    // A metadata of 10 kB needs a key.
    if (!hasKeys(email.metadata)) return false;
    const bytes = Buffer.byteLength(JSON.stringify(customArguments(email)));
    return bytes > MAX_DATA_BYTES && `${bytes} bytes of metadata (${MAX_DATA_BYTES} at most)`;
  },
  ({ sendAt }) =>
    sendAt !== undefined &&
    sendAt.getTime() > Date.now() + MAX_SCHEDULE_MS &&
    'sendAt more than 72 hours ahead',
  ({ stream }) =>
    stream !== undefined &&
    (stream.length < 2 || stream.length > 64) &&
    'a stream (its IP pool) that is not 2 to 64 characters',
  ({ attachments }) => attachments.map(attachmentProblem).find((problem) => problem !== undefined),
  (email) => {
    const bytes = estimatedBytes(email);
    return bytes > MAX_REQUEST_BYTES && `${bytes} bytes (${MAX_REQUEST_BYTES} at most)`;
  },
];

/** A message without a template needs a subject and a body, also with its placeholders filled in. */
function contentProblem(email: OutgoingEmail): string | undefined {
  if (email.templateId !== undefined) return undefined;
  const {
    subject = '',
    html = '',
    text = '',
  } = saysSomething(email) ? email : renderContent(email);
  if (subject === '') return 'a message without a subject';
  return html === '' && text === '' ? 'a message with an empty body' : undefined;
}

/** Whether that is so whatever the placeholders are filled with. */
function saysSomething({ subject = '', html = '', text = '' }: OutgoingEmail): boolean {
  return hasTextOfItsOwn(subject) && (hasTextOfItsOwn(html) || hasTextOfItsOwn(text));
}

/** A dynamic template puts its own subject and content in place of the message's. */
function templateProblem(email: OutgoingEmail): string | false | undefined {
  const { templateId, templateData = {}, subject, html, text } = email;
  if (templateId === undefined) return undefined;
  if (String(templateId).startsWith('d-')) {
    const isOverridden = subject !== undefined || html !== undefined || text !== undefined;
    return isOverridden && 'subject, html or text beside a dynamic template';
  }
  if (Object.values(templateData).some((value) => typeof value === 'object')) {
    return 'templateData of a legacy template that is not text';
  }
  const bytes = Buffer.byteLength(JSON.stringify(templateData));
  return bytes > MAX_DATA_BYTES && `${bytes} bytes of templateData (${MAX_DATA_BYTES} at most)`;
}

function attachmentProblem(attachment: OutgoingAttachment): string | undefined {
  const { filename, contentType = '', content } = attachment;
  if (LIST_MARKS.test(filename) || !PRINTABLE_ASCII.test(filename)) {
    return "names of attachments that are not ASCII, or have ',' or ';'";
  }
  if (LIST_MARKS.test(contentType)) return 'a contentType with parameters';
  return content.length === 0 && typeof content !== 'function' ? 'an empty attachment' : undefined;
}
