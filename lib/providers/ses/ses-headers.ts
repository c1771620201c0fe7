import type { UnsupportedPart } from '../../contract/unsupported-part.js';
import type { OutgoingEmail } from '../../message/outgoing-email.js';
import { wordsOfText, wordsOfValue } from '../../mime/header-text.js';
import type { SesHeader } from '../../transport/ses/ses-call.js';
import { priorityHeaders } from '../api/priority-headers.js';
import { labelsOf, type SesLabels } from './ses-labels.js';

/** What SES takes (SESv2 `MessageHeader`): headers a message, characters of an encoded value. */
const MAX_HEADERS = 15;
const MAX_VALUE = 995;
/** Where metadata goes that tags cannot carry. */
const METADATA = 'X-Metadata';

/** The headers of a message, values in ASCII: its own, its priority, and labels that tags cannot carry. */
export function sesHeaders(
  { headers, priority }: OutgoingEmail,
  { otherTags, otherMetadata }: Omit<SesLabels, 'tags'>,
): SesHeader[] {
  const own = Object.entries({ ...headers, ...priorityHeaders(priority) });
  const list = own.map(([name, value]) => header(name, wordsOfValue(name, value)));
  for (const tag of otherTags) list.push(header('X-Tag', wordsOfText(tag)));
  if (Object.keys(otherMetadata).length > 0) {
    list.push(header(METADATA, [asciiJson(otherMetadata)]));
  }
  return list;
}

/** What of the headers SES would refuse; some of them stand for tags and metadata. */
export function headerProblems(email: OutgoingEmail): readonly UnsupportedPart[] {
  const found: UnsupportedPart[] = [];
  const headers = sesHeaders(email, labelsOf(email));
  if (headers.length > MAX_HEADERS) {
    const reason = `${headers.length} headers, with those of priority, tags and metadata (${MAX_HEADERS} at most)`;
    found.push({ reason });
  }
  for (const { Name = '', Value = '' } of headers) {
    if (Value.length <= MAX_VALUE) continue;
    const reason = `the header ${Name} has ${Value.length} characters as encoded (${MAX_VALUE} at most)`;
    found.push({ reason, ...placeOf(Name, email) });
  }
  return found;
}

function placeOf(name: string, { headers }: OutgoingEmail): Omit<UnsupportedPart, 'reason'> {
  if (Object.hasOwn(headers, name)) return { field: 'headers', at: [name] };
  return name === METADATA ? { field: 'metadata' } : {};
}

function header(name: string, words: readonly string[]): SesHeader {
  return { Name: name, Value: words.join(' ') };
}

function asciiJson(value: object): string {
  return JSON.stringify(value).replace(
    /[^ -~]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
