import { recipientsOnce } from '../../message/envelope.js';
import type { MailAddress } from '../../message/mail-address.js';
import type { OutgoingAttachment, OutgoingEmail } from '../../message/outgoing-email.js';
import { renderContent, type RenderedContent } from '../../message/substitutions.js';
import { encodedStructured } from '../../mime/header-text.js';
import { isJsonObject, type JsonObject } from '../api/answer-json.js';
import { bytes } from '../api/attachment-bytes.js';
import { CORRELATION_KEY } from '../api/correlation.js';
import { mailboxList, mailboxText } from '../api/mailbox-text.js';
import { mediaType } from '../api/media-type.js';
import { mergeOptions, permittedOptions } from '../api/merge-options.js';
import { priorityHeaders } from '../api/priority-headers.js';

/** What a message cannot set through `providerOptions.postmark`, in lower case. */
export const POSTMARK_FORBIDDEN: ReadonlySet<string> = new Set([
  'from',
  'to',
  'cc',
  'bcc',
  'replyto',
  'subject',
  'htmlbody',
  'textbody',
  'headers',
  'attachments',
  'templateid',
  'templatealias',
  'templatemodel',
]);

const NO_CONTENT: RenderedContent = {};

/** A message as Postmark takes it, alone and in batches alike; its attachments are in memory. */
export function postmarkMessage(email: OutgoingEmail, messageStream?: string): JsonObject {
  const { replyTo, tags, stream, templateId, trackOpens, trackClicks } = email;
  const { to, cc, bcc } = recipientsOnce(email);
  const content = templateId === undefined ? renderContent(email) : NO_CONTENT;
  const correlation = { [CORRELATION_KEY]: email.id };
  // What is undefined JSON leaves out.
  const message: JsonObject = {
    From: mailboxText(email.from),
    To: mailboxes(to),
    Cc: mailboxes(cc),
    Bcc: mailboxes(bcc),
    ReplyTo: mailboxes(replyTo),
    Subject: content.subject,
    HtmlBody: content.html,
    TextBody: content.text,
    ...template(email),
    Headers: headers(email),
    Tag: tags[0],
    TrackOpens: trackOpens,
    TrackLinks: trackClicks === undefined ? undefined : trackClicks ? 'HtmlAndText' : 'None',
    MessageStream: stream ?? messageStream,
    Attachments: email.attachments.length > 0 ? email.attachments.map(attachment) : undefined,
    Metadata: { ...email.metadata, ...correlation },
  };
  const options = permittedOptions(email.providerOptions?.['postmark'], POSTMARK_FORBIDDEN);
  const merged = mergeOptions(message, options);
  return merged === message ? message : mergeOptions(merged, { Metadata: correlation });
}

function mailboxes(addresses: readonly MailAddress[]): string | undefined {
  return addresses.length > 0 ? mailboxList(addresses) : undefined;
}

/** Metadata with what `providerOptions` adds to it; without our own entry. */
export function postmarkMetadata({ metadata, providerOptions }: OutgoingEmail): JsonObject {
  const more = providerOptions?.['postmark']?.['Metadata'];
  return isJsonObject(more) ? { ...metadata, ...more } : metadata;
}

/** A stored template by its number or its alias; an alias begins with a letter. */
function template({ templateId, templateData }: OutgoingEmail): JsonObject | undefined {
  if (templateId === undefined) return undefined;
  const isNumber = /^\d{1,15}$/.test(String(templateId));
  return {
    ...(isNumber ? { TemplateId: Number(templateId) } : { TemplateAlias: templateId }),
    TemplateModel: templateData ?? {},
  };
}

function headers({ headers: own, priority }: OutgoingEmail): readonly JsonObject[] | undefined {
  const all = Object.entries({ ...own, ...priorityHeaders(priority) });
  if (all.length === 0) return undefined;
  return all.map(([Name, value]) => ({ Name, Value: encodedStructured(Name, value) }));
}

function attachment(each: OutgoingAttachment): JsonObject {
  return {
    Name: each.filename,
    Content: bytes(each).toString('base64'),
    ContentType: mediaType(each),
    ...(each.cid !== undefined && { ContentID: `cid:${each.cid}` }),
  };
}
