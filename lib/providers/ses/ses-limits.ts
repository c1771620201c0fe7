import type { UnsupportedPart } from '../../contract/unsupported-part.js';
import type { OutgoingAttachment, OutgoingEmail } from '../../message/outgoing-email.js';
import { estimatedBytes } from '../../message/size.js';
import { mediaType } from '../api/media-type.js';
import { SES_OPTIONS } from './ses-envelope.js';
import { headerProblems } from './ses-headers.js';
import { templateData } from './ses-content.js';

/** What SES takes of one message (Developer Guide, "Service quotas"; SESv2 model). */
export const SES_LIMITS = { recipients: 50, bytes: 40_000_000 } as const;
const MAX_TEMPLATE_DATA = 262_144;
const MAX_CONTENT_ID = 78;
const MAX_CONTENT_TYPE = 78;

/** What of a message SES cannot carry although it has the feature; with SES's number. */
export function sesProblems(email: OutgoingEmail): readonly UnsupportedPart[] {
  return [
    ...optionProblems(email.providerOptions?.['ses']),
    ...contentProblems(email),
    ...templateProblems(email),
    ...headerProblems(email),
    ...email.attachments.flatMap(attachmentProblems),
    ...sizeProblems(email),
  ];
}

function optionProblems(options: Readonly<Record<string, unknown>> = {}): UnsupportedPart[] {
  return Object.keys(options)
    .filter((key) => !SES_OPTIONS.includes(key))
    .map((key) => {
      const reason = `providerOptions.ses.${key} (there are ${SES_OPTIONS.join(', ')})`;
      return { reason, field: 'providerOptions', at: ['ses', key] };
    });
}

/** Beside an attachment the body may be empty; with nothing at all there is no content to send. */
function contentProblems(email: OutgoingEmail): readonly UnsupportedPart[] {
  const { attachments, html = '', templateId, text = '' } = email;
  const hasContent = templateId !== undefined || attachments.length > 0 || html + text !== '';
  return hasContent ? [] : [{ reason: 'a message without a body' }];
}

function templateProblems(email: OutgoingEmail): readonly UnsupportedPart[] {
  if (email.templateId === undefined) return [];
  const found: UnsupportedPart[] = (['subject', 'html', 'text'] as const)
    .filter((field) => email[field] !== undefined)
    .map((field) => ({ reason: `${field} beside a templateId, which brings it`, field }));
  const { length } = templateData(email);
  if (length > MAX_TEMPLATE_DATA) {
    const reason = `templateData of ${length} characters of JSON (${MAX_TEMPLATE_DATA} at most)`;
    found.push({ reason, field: 'templateData' });
  }
  return found;
}

function attachmentProblems(attachment: OutgoingAttachment, at: number): UnsupportedPart[] {
  const { cid = '' } = attachment;
  const lengths: [string, number, number][] = [
    ['cid', cid.length, MAX_CONTENT_ID],
    ['contentType', mediaType(attachment).length, MAX_CONTENT_TYPE],
  ];
  return lengths
    .filter(([, length, most]) => length > most)
    .map(([name, length, most]) => {
      const reason = `attachments[${at}].${name} of ${length} characters (${most} at most)`;
      return { reason, field: 'attachments', at: [at] };
    });
}

function sizeProblems(email: OutgoingEmail): readonly UnsupportedPart[] {
  const size = estimatedBytes(email);
  if (size <= SES_LIMITS.bytes) return [];
  return [{ reason: `${size} bytes with attachments encoded (${SES_LIMITS.bytes} at most)` }];
}
