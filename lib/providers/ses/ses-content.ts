import type { OutgoingAttachment, OutgoingEmail } from '../../message/outgoing-email.js';
import { renderContent } from '../../message/substitutions.js';
import type {
  SesAttachment,
  SesContent,
  SesHeader,
  SesTemplate,
} from '../../transport/ses/ses-call.js';
import { bytes } from '../api/attachment-bytes.js';
import { mediaType } from '../api/media-type.js';

const CHARSET = 'UTF-8';

/** What one message says, for a call of its own: rendered here, or a stored template with its data. */
export function sesContent(email: OutgoingEmail, headers: readonly SesHeader[]): SesContent {
  const extras = {
    ...(headers.length > 0 && { Headers: [...headers] }),
    ...attachmentsOf(email),
  };
  if (email.templateId !== undefined) {
    const data = { TemplateData: templateData(email) };
    return { Template: { ...templateName(email.templateId), ...data, ...extras } };
  }
  const { subject = '', html, text } = renderContent(email);
  const body = {
    ...(text !== undefined && { Text: { Data: text, Charset: CHARSET } }),
    ...(html !== undefined && { Html: { Data: html, Charset: CHARSET } }),
    // One of the two must be there.
    ...(text === undefined && html === undefined && { Text: { Data: '', Charset: CHARSET } }),
  };
  return { Simple: { Subject: { Data: subject, Charset: CHARSET }, Body: body, ...extras } };
}

/** How a stored template is named: by its ARN, or by its name. */
export function templateName(templateId: string | number): SesTemplate {
  const name = String(templateId);
  return name.startsWith('arn:') ? { TemplateArn: name } : { TemplateName: name };
}

/** The data of a stored template; SES wants JSON text, also where there is none. */
export function templateData({ templateData: data = {} }: OutgoingEmail): string {
  return JSON.stringify(data);
}

/** The attachments of a message, read before. Without an encoding SES would take them for ASCII. */
export function attachmentsOf({ attachments }: OutgoingEmail): { Attachments?: SesAttachment[] } {
  return attachments.length > 0 ? { Attachments: attachments.map(sesAttachment) } : {};
}

function sesAttachment(attachment: OutgoingAttachment): SesAttachment {
  const { filename, cid } = attachment;
  return {
    FileName: filename,
    RawContent: bytes(attachment),
    ContentType: mediaType(attachment),
    ContentTransferEncoding: 'BASE64',
    ContentDisposition: cid === undefined ? 'ATTACHMENT' : 'INLINE',
    ...(cid !== undefined && { ContentId: cid }),
  };
}
