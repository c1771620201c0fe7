import type { OutgoingAttachment, OutgoingEmail } from '../../message/outgoing-email.js';
import { estimatedBytes } from '../../message/size.js';
import { mediaType } from '../api/media-type.js';
import { SES_OPTIONS } from './ses-envelope.js';
import { headerProblems, sesHeaders } from './ses-headers.js';
import { labelsOf } from './ses-labels.js';
import { templateData } from './ses-content.js';

/** What SES takes of one message (Developer Guide, "Service quotas"; SESv2 model). */
export const SES_LIMITS = { recipients: 50, bytes: 40_000_000 } as const;
const MAX_TEMPLATE_DATA = 262_144;
const MAX_CONTENT_ID = 78;
const MAX_CONTENT_TYPE = 78;

/** What of a message SES cannot carry although it has the feature; with SES's number. */
export function sesProblems(email: OutgoingEmail): string[] {
  return [
    ...optionProblems(email.providerOptions?.['ses']),
    ...templateProblems(email),
    ...headerProblems(sesHeaders(email, labelsOf(email))),
    ...email.attachments.flatMap(attachmentProblems),
    ...sizeProblems(email),
  ];
}

function optionProblems(options: Readonly<Record<string, unknown>> = {}): string[] {
  return Object.keys(options)
    .filter((key) => !SES_OPTIONS.includes(key))
    .map((key) => `providerOptions.ses.${key} (there are ${SES_OPTIONS.join(', ')})`);
}

function templateProblems(email: OutgoingEmail): string[] {
  if (email.templateId === undefined) return [];
  const problems: string[] = [];
  for (const field of ['subject', 'html', 'text'] as const) {
    if (email[field] !== undefined) problems.push(`${field} beside a templateId, which brings it`);
  }
  const { length } = templateData(email);
  if (length > MAX_TEMPLATE_DATA) {
    problems.push(`templateData of ${length} characters of JSON (${MAX_TEMPLATE_DATA} at most)`);
  }
  return problems;
}

function attachmentProblems(attachment: OutgoingAttachment, at: number): string[] {
  const { cid = '' } = attachment;
  const lengths: [string, number, number][] = [
    ['cid', cid.length, MAX_CONTENT_ID],
    ['contentType', mediaType(attachment).length, MAX_CONTENT_TYPE],
  ];
  return lengths
    .filter(([, length, most]) => length > most)
    .map(([name, length, most]) => {
      return `attachments[${at}].${name} of ${length} characters (${most} at most)`;
    });
}

function sizeProblems(email: OutgoingEmail): string[] {
  const size = estimatedBytes(email);
  if (size <= SES_LIMITS.bytes) return [];
  return [`${size} bytes with attachments encoded (${SES_LIMITS.bytes} at most)`];
}
