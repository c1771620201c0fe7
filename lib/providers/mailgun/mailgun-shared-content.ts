import type { OutgoingEmail } from '../../message/outgoing-email.js';
import { batchKey } from '../api/batch-key.js';

/** What Mailgun reads as a variable, or might with the value of the placeholder behind it. */
const CLASH = /%recipient|%(?:r|re|rec|reci|recip|recipi|recipie|recipien)?\{\{/i;

type Contents = Pick<OutgoingEmail, 'subject' | 'html' | 'text'>;

/** What contents come to where they are to be shared. */
export interface ContentMark {
  /** The same for the same contents, and for no others. */
  readonly key: string;
  /** Whether Mailgun would take a part of them for a variable. */
  readonly clashes: boolean;
}

/** Whether Mailgun would take a part of a text for a variable. */
export function readsAsVariable(text: string): boolean {
  return CLASH.test(text);
}

/** Marks the contents of messages. A bulk mostly has one for all, so the last mark is kept. */
export class ContentMarks {
  #last: (Contents & { readonly mark: ContentMark }) | undefined;

  of({ subject, html, text }: Contents): ContentMark {
    const last = this.#last;
    const isSame = last?.subject === subject && last?.html === html && last?.text === text;
    if (last !== undefined && isSame) return last.mark;
    const mark = {
      key: batchKey([subject, html, text]),
      clashes: [subject, html, text].some((each) => readsAsVariable(each ?? '')),
    };
    this.#last = {
      mark,
      ...(subject !== undefined && { subject }),
      ...(html !== undefined && { html }),
      ...(text !== undefined && { text }),
    };
    return mark;
  }
}
