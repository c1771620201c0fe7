import { isIP } from 'node:net';
import type { UnsupportedPart } from '../../contract/unsupported-part.js';
import { recipientsOnce } from '../../message/envelope.js';
import { hasKeys } from '../../message/features.js';
import type { MailAddress } from '../../message/mail-address.js';
import type { OutgoingAttachment, OutgoingEmail } from '../../message/outgoing-email.js';
import { estimatedBytes } from '../../message/size.js';
import { hasTextOfItsOwn, renderContent } from '../../message/substitutions.js';
import { hasEncodedWord } from '../../mime/header-text.js';
import { CORRELATION_KEY } from '../api/correlation.js';
import { asciiMailbox } from '../api/mailbox-text.js';
import { forbiddenKeys } from '../api/merge-options.js';
import { hasBody } from '../api/own-body.js';
import { MAX_PARAMS_BYTES } from './brevo-content.js';
import { brevoName } from './brevo-headers.js';

/** Versions of one call. */
export const MAX_VERSIONS = 1_000;
/** Recipients of one call, over all its versions. */
export const MAX_CALL_RECIPIENTS = 2_000;
/** Recipients of one message. */
export const MAX_RECIPIENTS = 99;
/** Bytes of one message. */
export const MAX_MESSAGE_BYTES = 20_000_000;
/** Bytes of the params of all versions of a call. */
export const MAX_CALL_PARAMS_BYTES = 1_000_000;

const MAX_NAME_LENGTH = 70;
const MAX_ATTACHMENT_BYTES = 4_000_000;
const MAX_SCHEDULE_MS = 72 * 60 * 60 * 1000;
const PRINTABLE_ASCII = /^[\x20-\x7e]*$/;
const JSON_ESCAPE = /\\u[\da-f]{4}/i;
const MAX_HEADER_LENGTH = 4_095;
const OPENS_A_TAG = /\{[{%#]/;

/** Names by which Brevo takes headers as orders of its own. */
const RESERVED_HEADER = /^(?:sender\.(?:ip|id)|idempotency-?key|api-key)$/i;

/** What goes by the name of a file: the list of the API reference. */
const EXTENSIONS: ReadonlySet<string> = new Set(
  (
    'xlsx xls ods docx docm doc csv pdf txt gif jpg jpeg png tif tiff rtf bmp cgm css shtml html htm ' +
    'zip xml ppt pptx tar ez ics mobi msg pub eps odt mp3 m4a m4v wma ogg flac wav aif aifc aiff mp4 ' +
    'mov avi mkv mpeg mpg wmv pkpass xlsm'
  ).split(' '),
);

/** The keys of `providerOptions.brevo` that would touch sender, recipients, bodies, headers or attachments. */
export const FORBIDDEN_OPTIONS: ReadonlySet<string> = new Set(
  (
    'sender to cc bcc replyto subject htmlcontent textcontent headers attachment messageversions ' +
    'templateid params'
  ).split(' '),
);

type Check = (email: OutgoingEmail) => UnsupportedPart | undefined;

/**
 * What of a message Brevo would refuse or lose; empty where it carries all. The rules are those of its API
 * reference, and of its help centre for sizes.
 */
export function brevoUnsupported(email: OutgoingEmail): readonly UnsupportedPart[] {
  const found: UnsupportedPart[] = [];
  for (const check of CHECKS) {
    const part = check(email);
    if (part !== undefined) found.push(part);
  }
  if (email.templateId !== undefined) found.push(...templateProblems(email));
  if (hasKeys(email.headers)) found.push(...headerProblems(email));
  if (hasKeys(email.metadata)) found.push(...metadataProblems(email));
  for (const key of forbiddenKeys(email.providerOptions?.['brevo'], FORBIDDEN_OPTIONS)) {
    const reason = `providerOptions.brevo.${key}`;
    found.push({ reason, field: 'providerOptions', at: ['brevo', key] });
  }
  return found;
}

const CHECKS: readonly Check[] = [
  ({ to }) => (to.length === 0 ? { reason: 'a message without to', field: 'to' } : undefined),
  nameProblem,
  longHeaderProblem,
  contentProblem,
  scheduleProblem,
  ({ stream }) =>
    stream === undefined || isIP(stream) !== 0
      ? undefined
      : { reason: 'a stream that is no dedicated IP', field: 'stream' },
  ({ attachments }) => attachments.map(attachmentProblem).find((part) => part !== undefined),
  (email) => {
    const bytes = estimatedBytes(email);
    if (bytes <= MAX_MESSAGE_BYTES) return undefined;
    return { reason: `${bytes} bytes (${MAX_MESSAGE_BYTES} at most)` };
  },
];

function nameProblem({ from, to, cc, bcc, replyTo }: OutgoingEmail): UnsupportedPart | undefined {
  const isLong = ({ name = '' }: MailAddress) => brevoName(name).length > MAX_NAME_LENGTH;
  if (!isLong(from) && ![to, cc, bcc, replyTo].some((list) => list.some(isLong))) return undefined;
  return { reason: `names of more than ${MAX_NAME_LENGTH} characters` };
}

/** "Unexpected long headers length, got: … want: less than 4096 chars". */
function longHeaderProblem(email: OutgoingEmail): UnsupportedPart | undefined {
  const { to, cc } = recipientsOnce(email);
  for (const [field, mailboxes] of [['to', to] as const, ['cc', cc] as const]) {
    // One mailbox never is too long.
    const length = mailboxes.length < 2 ? 0 : mailboxes.map(asciiMailbox).join(', ').length;
    if (length <= MAX_HEADER_LENGTH) continue;
    const header = field === 'to' ? 'To' : 'Cc';
    const most = `${MAX_HEADER_LENGTH} at most`;
    return {
      reason: `a ${header} header of ${length} characters, with its names (${most})`,
      field,
    };
  }
  return undefined;
}

/** A message without a template needs a subject and a body, also with its placeholders filled in. */
function contentProblem(email: OutgoingEmail): UnsupportedPart | undefined {
  if (email.templateId !== undefined) return undefined;
  if (!hasTextOfItsOwn(email.subject ?? '') && (renderContent(email).subject ?? '') === '') {
    return { reason: 'a message without a subject', field: 'subject' };
  }
  return hasBody(email) ? undefined : { reason: 'a message with an empty body', field: 'html' };
}

function scheduleProblem({ sendAt }: OutgoingEmail): UnsupportedPart | undefined {
  if (sendAt === undefined || sendAt.getTime() <= Date.now() + MAX_SCHEDULE_MS) return undefined;
  return { reason: 'sendAt more than 72 hours ahead', field: 'sendAt' };
}

/** Beside a template bodies are ignored, and a subject is read by the template language. */
function templateProblems(email: OutgoingEmail): readonly UnsupportedPart[] {
  const { templateId, templateData = {} } = email;
  if (!/^[1-9]\d{0,14}$/.test(String(templateId))) {
    return [{ reason: 'a templateId that is no number', field: 'templateId' }];
  }
  const found: UnsupportedPart[] = (['html', 'text'] as const)
    .filter((field) => email[field] !== undefined)
    .map((field) => ({ reason: 'html or text beside a template', field }));
  if (OPENS_A_TAG.test(renderContent(email).subject ?? '')) {
    found.push({ reason: 'braces in a template’s subject', field: 'subject' });
  }
  const bytes = Buffer.byteLength(JSON.stringify(templateData));
  if (bytes > MAX_PARAMS_BYTES) {
    const reason = `${bytes} bytes of templateData (${MAX_PARAMS_BYTES} at most)`;
    found.push({ reason, field: 'templateData' });
  }
  return found;
}

function headerProblems({ headers }: OutgoingEmail): readonly UnsupportedPart[] {
  const found: UnsupportedPart[] = [];
  for (const [name, value] of Object.entries(headers)) {
    const place = { field: 'headers', at: [name] } as const;
    if (RESERVED_HEADER.test(name)) {
      const reason = 'headers that Brevo takes as orders (sender.ip, idempotencyKey)';
      found.push({ reason, ...place });
    }
    if (isMangled(value)) {
      const reason =
        'headers outside ASCII (Brevo sends them as they are, also where they come encoded)';
      found.push({ reason, ...place });
    }
  }
  return found;
}

function metadataProblems({ metadata }: OutgoingEmail): readonly UnsupportedPart[] {
  const found: UnsupportedPart[] = [];
  for (const [key, value] of Object.entries(metadata)) {
    const place = { field: 'metadata', at: [key] } as const;
    if (isMangled(key) || isMangled(value)) {
      found.push({ reason: 'metadata outside ASCII', ...place });
    }
    if (key === CORRELATION_KEY) found.push({ reason: `metadata.${CORRELATION_KEY}`, ...place });
  }
  return found;
}

/**
 * Whether Brevo would make raw 8-bit text of a header: of letters outside ASCII, and of encoded words and
 * JSON escapes, which it decodes.
 */
function isMangled(value: string): boolean {
  return !PRINTABLE_ASCII.test(value) || hasEncodedWord(value) || JSON_ESCAPE.test(value);
}

function attachmentProblem(
  { filename, content }: OutgoingAttachment,
  at: number,
): UnsupportedPart | undefined {
  const problem = (reason: string): UnsupportedPart => ({ reason, field: 'attachments', at: [at] });
  if (!PRINTABLE_ASCII.test(filename)) return problem('names of attachments outside ASCII');
  const dot = filename.lastIndexOf('.');
  if (dot < 1 || !EXTENSIONS.has(filename.slice(dot + 1).toLowerCase())) {
    return problem('attachments of a kind that is not on its list (by their names)');
  }
  return typeof content !== 'function' && content.byteLength > MAX_ATTACHMENT_BYTES
    ? problem(`an attachment of ${content.byteLength} bytes (${MAX_ATTACHMENT_BYTES} at most)`)
    : undefined;
}
