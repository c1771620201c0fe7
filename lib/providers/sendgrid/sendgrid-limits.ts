import type { UnsupportedPart } from '../../contract/unsupported-part.js';
import { hasKeys } from '../../message/features.js';
import type { OutgoingAttachment, OutgoingEmail } from '../../message/outgoing-email.js';
import { estimatedBytes } from '../../message/size.js';
import { hasTextOfItsOwn, renderContent } from '../../message/substitutions.js';
import { CORRELATION_KEY } from '../api/correlation.js';
import { hasBody } from '../api/own-body.js';
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

type Check = (email: OutgoingEmail) => UnsupportedPart | undefined;

/**
 * What of a message SendGrid would refuse or lose; empty where it carries all. The rules are those of its
 * pages "Mail Send: Errors" and "Limitations".
 */
export function sendGridUnsupported(email: OutgoingEmail): readonly UnsupportedPart[] {
  const found: UnsupportedPart[] = [];
  for (const check of CHECKS) {
    const part = check(email);
    if (part !== undefined) found.push(part);
  }
  if (email.templateId !== undefined) found.push(...templateProblems(email));
  if (email.tags.length > 0) found.push(...tagProblems(email));
  if (hasKeys(email.headers)) found.push(...headerProblems(email));
  if (hasKeys(email.metadata)) found.push(...metadataProblems(email));
  for (const path of refusedOptions(email)) {
    const reason = `providerOptions.sendgrid.${path.join('.')}`;
    found.push({ reason, field: 'providerOptions', at: ['sendgrid', ...path] });
  }
  return found;
}

const CHECKS: readonly Check[] = [
  ({ to }) => (to.length === 0 ? { reason: 'a message without to', field: 'to' } : undefined),
  contentProblem,
  scheduleProblem,
  streamProblem,
  ({ attachments }) => attachments.map(attachmentProblem).find((part) => part !== undefined),
  (email) => {
    const bytes = estimatedBytes(email);
    if (bytes <= MAX_REQUEST_BYTES) return undefined;
    return { reason: `${bytes} bytes (${MAX_REQUEST_BYTES} at most)` };
  },
];

/** A message without a template needs a subject and a body, also with its placeholders filled in. */
function contentProblem(email: OutgoingEmail): UnsupportedPart | undefined {
  if (email.templateId !== undefined) return undefined;
  const { subject = '' } = email;
  if (!hasTextOfItsOwn(subject) && (renderContent(email).subject ?? '') === '') {
    return { reason: 'a message without a subject', field: 'subject' };
  }
  return hasBody(email) ? undefined : { reason: 'a message with an empty body', field: 'html' };
}

function scheduleProblem({ sendAt }: OutgoingEmail): UnsupportedPart | undefined {
  if (sendAt === undefined || sendAt.getTime() <= Date.now() + MAX_SCHEDULE_MS) return undefined;
  return { reason: 'sendAt more than 72 hours ahead', field: 'sendAt' };
}

function streamProblem({ stream }: OutgoingEmail): UnsupportedPart | undefined {
  if (stream === undefined || (stream.length >= 2 && stream.length <= 64)) return undefined;
  return { reason: 'a stream (its IP pool) that is not 2 to 64 characters', field: 'stream' };
}

/** A dynamic template puts its own subject and content in place of the message's. */
function templateProblems(email: OutgoingEmail): readonly UnsupportedPart[] {
  const { templateId, templateData = {} } = email;
  if (typeof templateId === 'number') {
    return [{ reason: 'templateId as a number', field: 'templateId' }];
  }
  if (templateId?.startsWith('d-')) {
    return (['subject', 'html', 'text'] as const)
      .filter((field) => email[field] !== undefined)
      .map((field) => ({ reason: 'subject, html or text beside a dynamic template', field }));
  }
  const field = 'templateData';
  if (Object.values(templateData).some((value) => typeof value === 'object')) {
    return [{ reason: 'templateData of a legacy template that is not text', field }];
  }
  const bytes = Buffer.byteLength(JSON.stringify(templateData));
  if (bytes <= MAX_DATA_BYTES) return [];
  return [{ reason: `${bytes} bytes of templateData (${MAX_DATA_BYTES} at most)`, field }];
}

function tagProblems({ tags }: OutgoingEmail): readonly UnsupportedPart[] {
  const reason = `tags that are not ASCII of at most ${MAX_CATEGORY_LENGTH} characters`;
  const isBad = (tag: string) => tag.length > MAX_CATEGORY_LENGTH || !PRINTABLE_ASCII.test(tag);
  return tags.flatMap((tag, at) => (isBad(tag) ? [{ reason, field: 'tags', at: [at] }] : []));
}

function headerProblems({ headers }: OutgoingEmail): readonly UnsupportedPart[] {
  return Object.keys(headers)
    .filter((name) => RESERVED_HEADER.test(name))
    .map((name) => ({ reason: 'X-SG-ID and X-SG-EID', field: 'headers', at: [name] }));
}

function metadataProblems(email: OutgoingEmail): readonly UnsupportedPart[] {
  const field = 'metadata';
  const taken = Object.keys(email.metadata).filter(
    (key) => key === CORRELATION_KEY || EVENT_FIELDS.has(key),
  );
  const found: UnsupportedPart[] = taken.map((key) => {
    return { reason: `metadata.${key} (its events have a field of that name)`, field, at: [key] };
  });
  const bytes = Buffer.byteLength(JSON.stringify(customArguments(email)));
  if (bytes > MAX_DATA_BYTES) {
    found.push({ reason: `${bytes} bytes of metadata (${MAX_DATA_BYTES} at most)`, field });
  }
  return found;
}

function attachmentProblem(
  { filename, contentType = '', content }: OutgoingAttachment,
  at: number,
): UnsupportedPart | undefined {
  const problem = (reason: string): UnsupportedPart => ({ reason, field: 'attachments', at: [at] });
  if (LIST_MARKS.test(filename) || !PRINTABLE_ASCII.test(filename)) {
    return problem("names of attachments that are not ASCII, or have ',' or ';'");
  }
  if (LIST_MARKS.test(contentType)) return problem('a contentType with parameters');
  const isEmpty = typeof content !== 'function' && content.length === 0;
  return isEmpty ? problem('an empty attachment') : undefined;
}
