import type { Rule } from './rule.js';
import { singleLine } from './text-rules.js';

/** For a name of which nothing is left. */
const DEFAULT_NAME = 'attachment';

const fileNameText = singleLine(1, 255);
/**
 * What nobody sees: marks of direction, with which `exe.fdp` reads `pdf.exe`, joiners and spaces of no
 * width. Not the selectors that choose between a picture and a letter.
 */
const INVISIBLE = /(?![\ufe00-\ufe0f\u{e0100}-\u{e01ef}])\p{Default_Ignorable_Code_Point}/gu;
/** A drive or a backslash first, a segment of dots, or two backslashes. */
const WINDOWS_PATH =
  /(?:^|\/)(?:[A-Za-z]:[\\/]|\\)|(?:^|[\\/])\.{1,2}\\|\\\.{1,2}(?:[\\/]|$)|\\[^]*\\/;
/** Dots, blanks, or a drive. */
const NOTHING = /^(?:[.\s]*|[A-Za-z]:)$/;

/**
 * The name of an attachment: of a path its last part, without what is invisible. One backslash alone may
 * belong to a name, as on Linux and macOS, where it separates nothing.
 */
export const fileName: Rule<string> = (value, path, report) => {
  const text = fileNameText(value, path, report);
  return text === undefined ? undefined : baseName(text.replace(INVISIBLE, ''));
};

function baseName(text: string): string {
  const segments = text.split(WINDOWS_PATH.test(text) ? /[\\/]/ : '/');
  const name = segments.findLast((segment) => segment !== '') ?? '';
  return NOTHING.test(name) ? DEFAULT_NAME : name;
}
