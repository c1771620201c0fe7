import type { OutgoingEmail } from '../../message/outgoing-email.js';
import type {
  SesBulk,
  SesBulkEntry,
  SesMessage,
  SesTemplate,
} from '../../transport/ses/ses-call.js';
import { inlineTemplate, templateValues, type InlineTemplate } from './inline-template.js';
import { sesDestination } from './ses-addresses.js';
import { attachmentsOf, sesContent, templateData, templateName } from './ses-content.js';
import { sesEnvelope } from './ses-envelope.js';
import { sesHeaders } from './ses-headers.js';
import { labelsOf } from './ses-labels.js';
import type { ResolvedSesOptions } from './ses.options.js';

type RequestOptions = Pick<ResolvedSesOptions, 'configurationSet' | 'sandbox'>;

/** The `SendEmail` request of one message; its attachments are in memory. */
export function messageRequest(email: OutgoingEmail, options: RequestOptions): SesMessage {
  const labels = labelsOf(email);
  return {
    ...sesEnvelope(email, options),
    Destination: sesDestination(email, options.sandbox),
    Content: sesContent(email, sesHeaders(email, labels)),
    EmailTags: [...labels.tags],
  };
}

/** The `SendBulkEmail` request of messages that have a batch key in common. */
export function bulkRequest(emails: readonly OutgoingEmail[], options: RequestOptions): SesBulk {
  const [first] = emails;
  if (first === undefined) throw new TypeError('a bulk request needs messages');
  const inline = first.templateId === undefined ? inlineTemplate(first) : undefined;
  const template = { ...templateOf(first, inline), TemplateData: '{}', ...attachmentsOf(first) };
  return {
    ...sesEnvelope(first, options),
    DefaultContent: { Template: template },
    BulkEmailEntries: emails.map((email) => entry(email, inline, options)),
  };
}

function templateOf(
  { templateId = '' }: OutgoingEmail,
  inline: InlineTemplate | undefined,
): SesTemplate {
  if (inline === undefined) return templateName(templateId);
  const { subject, html, text } = inline;
  return {
    TemplateContent: {
      Subject: subject,
      ...(html !== undefined && { Html: html }),
      ...(text !== undefined && { Text: text }),
    },
  };
}

function entry(
  email: OutgoingEmail,
  inline: InlineTemplate | undefined,
  { sandbox }: RequestOptions,
): SesBulkEntry {
  const labels = labelsOf(email);
  const headers = sesHeaders(email, labels);
  const data =
    inline === undefined
      ? templateData(email)
      : JSON.stringify(templateValues(inline, email.substitutions) ?? {});
  return {
    Destination: sesDestination(email, sandbox),
    ReplacementEmailContent: { ReplacementTemplate: { ReplacementTemplateData: data } },
    ReplacementTags: [...labels.tags],
    ...(headers.length > 0 && { ReplacementHeaders: headers }),
  };
}
