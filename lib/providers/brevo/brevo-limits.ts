import { isIP } from 'node:net';
import { recipientsOnce } from '../../message/envelope.js';
import type { OutgoingAttachment, OutgoingEmail } from '../../message/outgoing-email.js';
import { estimatedBytes } from '../../message/size.js';
import { renderContent } from '../../message/substitutions.js';
import { hasEncodedWord } from '../../mime/header-text.js';
import { CORRELATION_KEY } from '../api/correlation.js';
import { asciiMailbox } from '../api/mailbox-text.js';
import { forbiddenKeys } from '../api/merge-options.js';
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

type Check = (email: OutgoingEmail) => string | false | undefined;

/**
 * What of a message Brevo would refuse or lose, in words; empty where it carries all. The rules are those
 * of its API reference, and of its help centre for sizes.
 */
export function brevoUnsupported(email: OutgoingEmail): readonly string[] {
  const found = CHECKS.map((check) => check(email)).filter(
    (problem) => typeof problem === 'string',
  );
  const options = forbiddenKeys(email.providerOptions?.['brevo'], FORBIDDEN_OPTIONS);
  return [...found, ...options.map((key) => `providerOptions.brevo.${key}`)];
}

const CHECKS: readonly Check[] = [
  ({ to }) => to.length === 0 && 'a message without to',
  ({ from, to, cc, bcc, replyTo }) =>
    [from, ...to, ...cc, ...bcc, ...replyTo].some(
      ({ name = '' }) => brevoName(name).length > MAX_NAME_LENGTH,
    ) && `names of more than ${MAX_NAME_LENGTH} characters`,
  longHeaderProblem,
  contentProblem,
  templateProblem,
  ({ headers }) =>
    Object.keys(headers).some((name) => RESERVED_HEADER.test(name)) &&
    'headers that Brevo takes as orders (sender.ip, idempotencyKey)',
  ({ headers }) =>
    Object.values(headers).some(isMangled) &&
    'headers outside ASCII (Brevo sends them as they are, also where they come encoded)',
  ({ metadata }) => Object.values(metadata).some(isMangled) && 'metadata outside ASCII',
  ({ metadata }) => Object.hasOwn(metadata, CORRELATION_KEY) && `metadata.${CORRELATION_KEY}`,
  ({ sendAt }) =>
    sendAt !== undefined &&
    sendAt.getTime() > Date.now() + MAX_SCHEDULE_MS &&
    'sendAt more than 72 hours ahead',
  ({ stream }) => stream !== undefined && isIP(stream) === 0 && 'a stream that is no dedicated IP',
  ({ attachments }) => attachments.map(attachmentProblem).find((problem) => problem !== undefined),
  (email) => {
    const bytes = estimatedBytes(email);
    return bytes > MAX_MESSAGE_BYTES && `${bytes} bytes (${MAX_MESSAGE_BYTES} at most)`;
  },
];

/**
 * Whether Brevo would make raw 8-bit text of a header: of letters outside ASCII, and of encoded words and
 * JSON escapes, which it decodes.
 */
function isMangled(value: string): boolean {
  return !PRINTABLE_ASCII.test(value) || hasEncodedWord(value) || JSON_ESCAPE.test(value);
}

/** "Unexpected long headers length, got: … want: less than 4096 chars". */
function longHeaderProblem(email: OutgoingEmail): string | undefined {
  const { to, cc } = recipientsOnce(email);
  for (const [name, mailboxes] of Object.entries({ To: to, Cc: cc })) {
    // One mailbox never is too long.
    const length = mailboxes.length < 2 ? 0 : mailboxes.map(asciiMailbox).join(', ').length;
    if (length > MAX_HEADER_LENGTH) {
      return `a ${name} header of ${length} characters, with its names (${MAX_HEADER_LENGTH} at most)`;
    }
  }
  return undefined;
}

/** A message without a template needs a subject and a body, also with its placeholders filled in. */
function contentProblem(email: OutgoingEmail): string | undefined {
  if (email.templateId !== undefined) return undefined;
  const { subject = '', html = '', text = '' } = email.substitutions ? renderContent(email) : email;
  if (subject === '') return 'a message without a subject';
  return html === '' && text === '' ? 'a message with an empty body' : undefined;
}

/** Beside a template bodies are ignored, and a subject is read by the template language. */
function templateProblem(email: OutgoingEmail): string | undefined {
  const { templateId, templateData = {}, html, text } = email;
  if (templateId === undefined) return undefined;
  if (!/^[1-9]\d{0,14}$/.test(String(templateId))) return 'a templateId that is no number';
  if (html !== undefined || text !== undefined) return 'html or text beside a template';
  if (OPENS_A_TAG.test(renderContent(email).subject ?? '')) return 'braces in a template’s subject';
  const bytes = Buffer.byteLength(JSON.stringify(templateData));
  return bytes > MAX_PARAMS_BYTES
    ? `${bytes} bytes of templateData (${MAX_PARAMS_BYTES} at most)`
    : undefined;
}

function attachmentProblem({ filename, content }: OutgoingAttachment): string | undefined {
  if (!PRINTABLE_ASCII.test(filename)) return 'names of attachments outside ASCII';
  const dot = filename.lastIndexOf('.');
  if (dot < 1 || !EXTENSIONS.has(filename.slice(dot + 1).toLowerCase())) {
    return 'attachments of a kind that is not on its list (by their names)';
  }
  return typeof content !== 'function' && content.byteLength > MAX_ATTACHMENT_BYTES
    ? `an attachment of ${content.byteLength} bytes (${MAX_ATTACHMENT_BYTES} at most)`
    : undefined;
}
