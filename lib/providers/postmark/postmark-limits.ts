import { estimatedBytes } from '../../message/size.js';
import type { OutgoingEmail } from '../../message/outgoing-email.js';
import { renderContent } from '../../message/substitutions.js';
import { CORRELATION_KEY } from '../api/correlation.js';
import { forbiddenKeys } from '../api/merge-options.js';
import { POSTMARK_FORBIDDEN, postmarkMetadata } from './postmark-message.js';

/** What Postmark takes, after its documentation; bytes are decimal megabytes, to be on the safe side. */
export const POSTMARK_LIMITS = {
  messages: 500,
  batchBytes: 50_000_000,
  messageBytes: 10_000_000,
  bodyBytes: 5_000_000,
  recipients: 50,
  tags: 1,
  metadataFields: 10,
  metadataName: 20,
  metadataValue: 80,
  streamLength: 30,
} as const;

/** What of a message Postmark would refuse or leave out, in words for people. */
export function postmarkUnsupported(
  email: OutgoingEmail,
  { serverTracksOpens }: { readonly serverTracksOpens: boolean },
): readonly string[] {
  const problems = [...metadataProblems(email), ...sizeProblems(email), ...templateProblems(email)];
  if (email.trackOpens === false && serverTracksOpens) {
    problems.push(
      "trackOpens: false (Postmark ignores it where the server's own setting is on; if it is off, say serverTracksOpens: false)",
    );
  }
  if (email.stream !== undefined && email.stream.length > POSTMARK_LIMITS.streamLength) {
    problems.push(`a stream name of ${email.stream.length} characters (30 at most)`);
  }
  for (const key of forbiddenKeys(email.providerOptions?.['postmark'], POSTMARK_FORBIDDEN)) {
    problems.push(`providerOptions.postmark.${key} (the message's own fields say that)`);
  }
  return problems;
}

function metadataProblems(email: OutgoingEmail): string[] {
  const problems: string[] = [];
  const metadata = Object.entries(postmarkMetadata(email));
  const { metadataFields, metadataName, metadataValue } = POSTMARK_LIMITS;
  if (metadata.length >= metadataFields) {
    problems.push(`${metadata.length} metadata fields (10 at most, one of which carries the id)`);
  }
  const names = new Set(metadata.map(([name]) => name.toLowerCase()));
  if (names.size < metadata.length) {
    problems.push('metadata names that are equal but for their case');
  }
  if (names.has(CORRELATION_KEY)) problems.push(`metadata.${CORRELATION_KEY} (it carries the id)`);
  for (const [name, value] of metadata) {
    if (name.length > metadataName) {
      problems.push(`a metadata name of ${name.length} characters (20 at most)`);
    }
    if (typeof value !== 'string') {
      problems.push('metadata that is no text');
    } else if (Array.from(value).length > metadataValue) {
      problems.push(`a metadata value of ${Array.from(value).length} characters (80 at most)`);
    }
  }
  return problems;
}

function sizeProblems(email: OutgoingEmail): string[] {
  const bytes = estimatedBytes(email);
  // Rendering costs time: only what may be too large is looked at closely.
  if (bytes < POSTMARK_LIMITS.bodyBytes / 50) return [];
  const problems: string[] = [];
  const { html = '', text = '' } = renderContent(email);
  for (const [field, body] of Object.entries({ html, text })) {
    const size = Buffer.byteLength(body);
    if (size > POSTMARK_LIMITS.bodyBytes) {
      problems.push(`${field} of ${size} bytes (5 MB at most)`);
    }
  }
  if (bytes > POSTMARK_LIMITS.messageBytes) {
    problems.push(`a message of about ${bytes} bytes with its attachments encoded (10 MB at most)`);
  }
  return problems;
}

function templateProblems({ templateId, subject, html, text }: OutgoingEmail): string[] {
  if (templateId === undefined) return [];
  const beside = Object.entries({ subject, html, text }).filter(([, value]) => value !== undefined);
  return beside.map(([field]) => `${field} beside a templateId (the template has its own)`);
}
