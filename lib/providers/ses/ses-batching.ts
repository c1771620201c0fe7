import type { BatchRules } from '../../contract/capabilities.js';
import type { OutgoingAttachment, OutgoingEmail } from '../../message/outgoing-email.js';
import { lastResult } from '../../message/remembered.js';
import { estimatedBytes, estimatedContentBytes } from '../../message/size.js';
import { bytes, hasStreams } from '../api/attachment-bytes.js';
import { batchKey, digest } from '../api/batch-key.js';
import { mediaType } from '../api/media-type.js';
import { inlineTemplate, templateValues } from './inline-template.js';
import { ownOptions, sesEnvelope } from './ses-envelope.js';
import type { ResolvedSesOptions } from './ses.options.js';

/** Entries of a `SendBulkEmail` call (SESv2 API reference). */
const MAX_ENTRIES = 50;
// A call with an inline template may have 1 MB (Developer Guide, "Using templates to send personalized
// email"): half of it for the template, the rest for 50 entries.
const MAX_TEMPLATE_BYTES = 500_000;
const MAX_ENTRY_BYTES = 10_000;

/**
 * What a call of `SendBulkEmail` takes: messages of one stored template, or of one content whose
 * placeholders SES fills in. Each has a result, recipients, tags and headers of its own; everything else
 * is the key.
 */
export function sesBatching(options: Pick<ResolvedSesOptions, 'configurationSet'>): BatchRules {
  return {
    maxMessages: MAX_ENTRIES,
    independent: true,
    key: (email) => (mayShare(email) ? sesKey(email, options) : undefined),
  };
}

function mayShare(email: OutgoingEmail): boolean {
  // SendBulkEmail has no list management; in a header its variables would be filled in.
  if (ownOptions(email)['ListManagementOptions'] !== undefined || hasStreams(email)) return false;
  if (Object.values(email.headers).some((value) => value.includes('{{'))) return false;
  return email.templateId !== undefined || hasExactTemplate(email);
}

function hasExactTemplate(email: OutgoingEmail): boolean {
  const { attachments, html = '', text = '' } = email;
  // A template has a body.
  if (html === '' && text === '') return false;
  const bare = attachments.length === 0 ? email : { ...email, attachments: [] };
  const body = estimatedContentBytes(bare);
  const files = attachments.reduce((sum, attachment) => sum + bytes(attachment).length, 0);
  if (body + (files * 4) / 3 > MAX_TEMPLATE_BYTES) return false;
  if (estimatedBytes(bare) - body > MAX_ENTRY_BYTES) return false;
  const template = inlineTemplate(email);
  return template !== undefined && templateValues(template, email.substitutions) !== undefined;
}

const lastKey = lastResult<string>();

function sesKey(
  email: OutgoingEmail,
  options: Pick<ResolvedSesOptions, 'configurationSet'>,
): string {
  const { templateId, attachments, subject, html, text } = email;
  const { from, replyTo, returnPath, stream, trackOpens, trackClicks } = email;
  // The same words mean something else where placeholders are filled in.
  const kind = templateId === undefined ? email.substitutions !== undefined : String(templateId);
  const texts = templateId === undefined ? [subject, html, text] : [];
  const key = () =>
    batchKey([sesEnvelope(email, options), kind, attachments.map(fingerprint)], texts);
  if (attachments.length > 0) return key();
  const envelope = [from, replyTo, returnPath, stream, trackOpens, trackClicks, ownOptions(email)];
  return lastKey([options, ...envelope, kind, ...texts], key);
}

const digests = new WeakMap<Buffer, string>();

function fingerprint(attachment: OutgoingAttachment): readonly unknown[] {
  const content = bytes(attachment);
  let known = digests.get(content);
  if (known === undefined) {
    known = digest(content);
    digests.set(content, known);
  }
  return [attachment.filename, mediaType(attachment), attachment.cid, known];
}
