import type { OutgoingEmail } from '../../message/outgoing-email.js';
import { wordsOfText, wordsOfValue } from '../../mime/header-text.js';
import type { SesHeader } from '../../transport/ses/ses-call.js';
import { priorityHeaders } from '../api/priority-headers.js';
import type { SesLabels } from './ses-labels.js';

/** What SES takes (SESv2 `MessageHeader`): headers a message, characters of an encoded value. */
const MAX_HEADERS = 15;
const MAX_VALUE = 995;

/** The headers of a message, values in ASCII: its own, its priority, and labels that tags cannot carry. */
export function sesHeaders(
  { headers, priority }: OutgoingEmail,
  { otherTags, otherMetadata }: Omit<SesLabels, 'tags'>,
): SesHeader[] {
  const own = Object.entries({ ...headers, ...priorityHeaders(priority) });
  const list = own.map(([name, value]) => header(name, wordsOfValue(name, value)));
  for (const tag of otherTags) list.push(header('X-Tag', wordsOfText(tag)));
  if (Object.keys(otherMetadata).length > 0) {
    list.push(header('X-Metadata', [asciiJson(otherMetadata)]));
  }
  return list;
}

/** What of the headers SES would refuse. */
export function headerProblems(headers: readonly SesHeader[]): string[] {
  const problems: string[] = [];
  if (headers.length > MAX_HEADERS) {
    problems.push(
      `${headers.length} headers, with those of priority, tags and metadata (${MAX_HEADERS} at most)`,
    );
  }
  for (const { Name, Value = '' } of headers) {
    if (Value.length <= MAX_VALUE) continue;
    problems.push(
      `the header ${Name} has ${Value.length} characters as encoded (${MAX_VALUE} at most)`,
    );
  }
  return problems;
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
