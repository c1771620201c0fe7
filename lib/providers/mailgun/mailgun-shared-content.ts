import { rememberedContents } from '../../message/remembered.js';
import { batchKey } from '../api/batch-key.js';

/** What Mailgun reads as a variable, or might with the value of the placeholder behind it. */
const CLASH = /%recipient|%(?:r|re|rec|reci|recip|recipi|recipie|recipien)?\{\{/i;

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

/** Says what the contents of a message come to. */
export const contentMark = rememberedContents(({ subject, html, text }): ContentMark => ({
  key: batchKey([], [subject, html, text]),
  clashes: [subject, html, text].some((each) => readsAsVariable(each ?? '')),
}));
