import {
  attachmentRules,
  readContent,
  type AttachmentContent,
  type AttachmentFields,
} from './attachment-rules.js';
import type { ContentEncoding } from './content-encoding.js';
import { PropertyCheckedBy } from './property-check.decorator.js';
import { attempt, ProblemList, readFields } from './rule.js';

/**
 * A file that goes with a message: its content, never a path or an URL. In a request body the content is
 * text, base64 for anything but text (`"encoding": "base64"`).
 */
export class AttachmentDto {
  /** The name that the recipient sees; 1 to 255 bytes. Of a path its last part. */
  @AttachmentField('filename')
  filename!: string;

  /**
   * The bytes, text, a stream, or a function that opens one. Bytes are not copied: leave them alone until
   * the message is sent. A stream is read once and kept; a function is called for each attempt, for
   * contents too large to keep.
   */
  @AttachmentField('content')
  content!: AttachmentContent;

  /** How `content` stands for bytes when it is text; base64 may come in lines. @default 'utf8' */
  @AttachmentField('encoding')
  encoding?: ContentEncoding | undefined;

  /**
   * A media type such as `application/pdf`. `message/rfc822` and its like are sent as they are, which over
   * SMTP takes ASCII in lines of at most 998. @default by the file name
   */
  @AttachmentField('contentType')
  contentType?: string | undefined;

  /** The id by which html shows it: `<img src="cid:logo">`. @default none, a plain attachment */
  @AttachmentField('cid')
  cid?: string | undefined;
}

/** Holds a property of `AttachmentDto` to the rule of that field; content also to its encoding. */
function AttachmentField(field: keyof AttachmentFields): PropertyDecorator {
  return PropertyCheckedBy('attachmentField', (value, _property, object) => {
    const { encoding } = object as { encoding?: unknown };
    const problems = new ProblemList();
    attempt(field, problems.report, () => {
      const read = readFields({ [field]: value }, attachmentRules, '', problems.report);
      if (field !== 'content' && field !== 'filename') return;
      if (value === undefined) problems.report(field, 'is missing');
      if (read.content === undefined) return;
      const known = readFields({ encoding }, attachmentRules, '', () => undefined);
      readContent({ ...known, content: read.content }, '', problems.report);
    });
    return problems.toArray();
  });
}
