import type { OutgoingEmail } from '../../message/outgoing-email.js';
import type { SesTag } from '../../transport/ses/ses-call.js';
import { CORRELATION_KEY } from '../api/correlation.js';

/** What SES takes as the name and as the value of a message tag. */
const TAG_TEXT = /^[A-Za-z0-9_-]{1,256}$/;
/** Names that this provider gives; tag names must differ. */
const OWN_NAME = /^(?:mailbridge_id|tag(?:-\d+)?)$/i;

/** How id, tags and metadata of a message travel. */
export interface SesLabels {
  /** Message tags: events give them back, recipients never see them. */
  readonly tags: readonly SesTag[];
  /** Tags that message tags cannot carry, as they contain spaces for example. */
  readonly otherTags: readonly string[];
  /** Metadata that message tags cannot carry. */
  readonly otherMetadata: Readonly<Record<string, string>>;
}

/**
 * SES has one kind of label, the message tag: a name and a value of letters, digits, `_` and `-`. The id
 * becomes `mailbridge_id`, tags become `tag`, `tag-2` and so on, metadata goes under its own names. What
 * does not fit is left for headers, which events give back too, but which recipients can see.
 */
export function labelsOf({ id, tags, metadata }: OutgoingEmail): SesLabels {
  const labels: SesTag[] = [{ Name: CORRELATION_KEY, Value: id }];
  const otherTags: string[] = [];
  const otherMetadata: Record<string, string> = {};
  for (const [at, tag] of tags.entries()) {
    if (TAG_TEXT.test(tag)) labels.push({ Name: at === 0 ? 'tag' : `tag-${at + 1}`, Value: tag });
    else otherTags.push(tag);
  }
  const taken = new Set<string>();
  for (const [name, value] of Object.entries(metadata)) {
    const fits = TAG_TEXT.test(name) && TAG_TEXT.test(value) && !OWN_NAME.test(name);
    if (fits && !taken.has(name.toLowerCase())) labels.push({ Name: name, Value: value });
    else otherMetadata[name] = value;
    taken.add(name.toLowerCase());
  }
  return { tags: labels, otherTags, otherMetadata };
}
