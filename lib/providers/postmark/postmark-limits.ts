import type { UnsupportedPart } from '../../contract/unsupported-part.js';
import { estimatedBytes } from '../../message/size.js';
import type { OutgoingEmail } from '../../message/outgoing-email.js';
import { renderContent } from '../../message/substitutions.js';
import { isJsonObject } from '../api/answer-json.js';
import { CORRELATION_KEY } from '../api/correlation.js';
import { forbiddenKeys } from '../api/merge-options.js';
import { hasBody } from '../api/own-body.js';
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

/** What of a message Postmark would refuse or leave out. */
export function postmarkUnsupported(
  email: OutgoingEmail,
  { serverTracksOpens }: { readonly serverTracksOpens: boolean },
): readonly UnsupportedPart[] {
  const found: UnsupportedPart[] = [
    ...metadataProblems(email),
    ...sizeProblems(email),
    ...(email.templateId === undefined ? bodyProblems(email) : templateProblems(email)),
  ];
  if (email.trackOpens === false && serverTracksOpens) {
    const reason =
      "trackOpens: false (Postmark ignores it where the server's own setting is on; if it is off, say serverTracksOpens: false)";
    found.push({ reason, field: 'trackOpens' });
  }
  if (email.stream !== undefined && email.stream.length > POSTMARK_LIMITS.streamLength) {
    const reason = `a stream name of ${email.stream.length} characters (30 at most)`;
    found.push({ reason, field: 'stream' });
  }
  for (const key of forbiddenKeys(email.providerOptions?.['postmark'], POSTMARK_FORBIDDEN)) {
    const reason = `providerOptions.postmark.${key} (the message's own fields say that)`;
    found.push({ reason, field: 'providerOptions', at: ['postmark', key] });
  }
  return found;
}

function metadataProblems(email: OutgoingEmail): readonly UnsupportedPart[] {
  const metadata = Object.entries(postmarkMetadata(email));
  const found: UnsupportedPart[] = [];
  const names = new Set<string>();
  metadata.forEach(([name, value], at) => {
    for (const reason of entryProblems(name, value, { at, count: metadata.length, names })) {
      for (const place of placesOf(name, email)) found.push({ reason, ...place });
    }
    names.add(name.toLowerCase());
  });
  return found;
}

/** @param rest how many entries there are, which one this is, and the names before it in lower case */
function entryProblems(
  name: string,
  value: unknown,
  rest: { readonly at: number; readonly count: number; readonly names: ReadonlySet<string> },
): readonly string[] {
  const { metadataFields, metadataName, metadataValue } = POSTMARK_LIMITS;
  const problems: string[] = [];
  if (rest.at >= metadataFields - 1) {
    problems.push(`${rest.count} metadata fields (10 at most, one of which carries the id)`);
  }
  if (rest.names.has(name.toLowerCase())) {
    problems.push('metadata names that are equal but for their case');
  }
  if (name.toLowerCase() === CORRELATION_KEY) {
    problems.push(`metadata.${CORRELATION_KEY} (it carries the id)`);
  }
  if (name.length > metadataName) {
    problems.push(`a metadata name of ${name.length} characters (20 at most)`);
  }
  const length = typeof value === 'string' ? Array.from(value).length : undefined;
  if (length === undefined) {
    problems.push('metadata that is no text');
  } else if (length > metadataValue) {
    problems.push(`a metadata value of ${length} characters (80 at most)`);
  }
  return problems;
}

/** Where a message has that entry of metadata: one of its own, and one that goes before it. */
function placesOf(name: string, { metadata, providerOptions }: OutgoingEmail) {
  const places: Omit<UnsupportedPart, 'reason'>[] = [];
  if (Object.hasOwn(metadata, name)) places.push({ field: 'metadata', at: [name] });
  const more = providerOptions?.['postmark']?.['Metadata'];
  if (isJsonObject(more) && Object.hasOwn(more, name)) {
    places.push({ field: 'providerOptions', at: ['postmark', 'Metadata', name] });
  }
  return places;
}

function sizeProblems(email: OutgoingEmail): readonly UnsupportedPart[] {
  const bytes = estimatedBytes(email);
  // Rendering costs time: only what may be too large is looked at closely.
  if (bytes < POSTMARK_LIMITS.bodyBytes / 50) return [];
  const found: UnsupportedPart[] = [];
  const { html = '', text = '' } = renderContent(email);
  for (const [name, body] of Object.entries({ html, text })) {
    const size = Buffer.byteLength(body);
    if (size > POSTMARK_LIMITS.bodyBytes) {
      found.push({ reason: `${name} of ${size} bytes (5 MB at most)` });
    }
  }
  if (bytes > POSTMARK_LIMITS.messageBytes) {
    const reason = `a message of about ${bytes} bytes with its attachments encoded (10 MB at most)`;
    found.push({ reason });
  }
  return found;
}

function bodyProblems(email: OutgoingEmail): readonly UnsupportedPart[] {
  return hasBody(email) ? [] : [{ reason: 'a message with an empty body', field: 'html' }];
}

function templateProblems(email: OutgoingEmail): readonly UnsupportedPart[] {
  return (['subject', 'html', 'text'] as const)
    .filter((field) => email[field] !== undefined)
    .map((field) => {
      return { reason: `${field} beside a templateId (the template has its own)`, field };
    });
}
