import type { MessageFields } from './field-rules.js';
import { isPriorityHeader } from './header-rules.js';
import { entryPath, type ProblemList } from './rule.js';
import { checkSubstitutions } from './substitutions.js';

/** What holds between several fields of a message. */
export interface MessageRule {
  /** The fields it looks at. */
  readonly reads: readonly (keyof MessageFields)[];
  /** Reports to `problems`, which already has what is wrong with the fields alone. */
  check(fields: MessageFields, problems: ProblemList): void;
}

/** The rules between fields, by the field where a request body shows them. */
export const messageRules: Readonly<
  Record<'to' | 'html' | 'templateData' | 'headers' | 'substitutions', MessageRule>
> = {
  to: {
    reads: ['to', 'cc', 'bcc'],
    check(fields, problems) {
      if (!hasAny(this.reads, fields, problems)) {
        problems.report('to', 'is missing: a message needs at least one of to, cc and bcc');
      }
    },
  },
  html: {
    reads: ['subject', 'html', 'text', 'templateId', 'attachments'],
    check(fields, problems) {
      // A body is optional (RFC 5322 section 2.1), but a message of nothing at all is a mistake.
      if (!hasAny(this.reads, fields, problems)) {
        problems.report(
          'html',
          'is missing: a message needs a subject, html, text, a templateId or an attachment',
        );
      }
    },
  },
  templateData: {
    reads: ['templateData', 'templateId'],
    check(fields, problems) {
      if (fields.templateData !== undefined && !hasAny(['templateId'], fields, problems)) {
        problems.report('templateData', 'goes with a templateId; html and text take substitutions');
      }
    },
  },
  headers: {
    reads: ['headers', 'priority'],
    check({ headers, priority }, problems) {
      if (headers === undefined || priority === undefined) return;
      Object.keys(headers).forEach((name, index) => {
        if (!isPriorityHeader(name)) return;
        problems.report(entryPath('headers', name, index), 'must not be set along with priority');
      });
    },
  },
  substitutions: {
    reads: ['substitutions', 'subject', 'html', 'text'],
    check: (fields, problems) => checkSubstitutions(fields, problems.report),
  },
};

/** A field that is wrong already has its problem: it is not missing besides. */
function hasAny(
  names: readonly (keyof MessageFields)[],
  fields: MessageFields,
  problems: ProblemList,
): boolean {
  return names.some((name) => !isEmpty(fields[name]) || problems.concerns(name));
}

/** An empty subject or list says as little as none. */
function isEmpty(value: unknown): boolean {
  return value === undefined || value === '' || (Array.isArray(value) && value.length === 0);
}
