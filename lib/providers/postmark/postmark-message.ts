import type { OutgoingAttachment, OutgoingEmail } from '../../message/outgoing-email.js';
import { renderContent } from '../../message/substitutions.js';
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

/** A message as Postmark takes it, alone and in batches alike; its attachments are in memory. */
export function postmarkMessage(email: OutgoingEmail, messageStream?: string): JsonObject {
  const message: JsonObject = {
    From: mailboxText(email.from),
    ...(email.to.length > 0 && { To: mailboxList(email.to) }),
    ...(email.cc.length > 0 && { Cc: mailboxList(email.cc) }),
    ...(email.bcc.length > 0 && { Bcc: mailboxList(email.bcc) }),
    ...(email.replyTo.length > 0 && { ReplyTo: mailboxList(email.replyTo) }),
    ...(email.templateId === undefined ? bodies(email) : template(email)),
    ...headers(email),
    ...(email.tags[0] !== undefined && { Tag: email.tags[0] }),
    ...tracking(email),
    ...stream(email.stream ?? messageStream),
    ...(email.attachments.length > 0 && { Attachments: email.attachments.map(attachment) }),
    Metadata: { ...email.metadata },
  };
  const options = permittedOptions(email.providerOptions?.['postmark'], POSTMARK_FORBIDDEN);
  return mergeOptions(mergeOptions(message, options), {
    Metadata: { [CORRELATION_KEY]: email.id },
  });
}

/** Metadata with what `providerOptions` adds to it; without our own entry. */
export function postmarkMetadata({ metadata, providerOptions }: OutgoingEmail): JsonObject {
  const more = providerOptions?.['postmark']?.['Metadata'];
  return isJsonObject(more) ? { ...metadata, ...more } : metadata;
}

/** A stored template by its number or its alias; an alias begins with a letter. */
function template({ templateId, templateData }: OutgoingEmail): JsonObject {
  const isNumber = /^\d{1,15}$/.test(String(templateId));
  return {
    ...(isNumber ? { TemplateId: Number(templateId) } : { TemplateAlias: templateId }),
    TemplateModel: templateData ?? {},
  };
}

function bodies(email: OutgoingEmail): JsonObject {
  const { subject, html, text } = renderContent(email);
  return {
    ...(subject !== undefined && { Subject: subject }),
    ...(html !== undefined && { HtmlBody: html }),
    ...(text !== undefined && { TextBody: text }),
  };
}

function headers({ headers: own, priority }: OutgoingEmail): JsonObject {
  const all = Object.entries({ ...own, ...priorityHeaders(priority) });
  return all.length === 0 ? {} : { Headers: all.map(([Name, Value]) => ({ Name, Value })) };
}

function tracking({ trackOpens, trackClicks }: OutgoingEmail): JsonObject {
  return {
    ...(trackOpens !== undefined && { TrackOpens: trackOpens }),
    ...(trackClicks !== undefined && { TrackLinks: trackClicks ? 'HtmlAndText' : 'None' }),
  };
}

function stream(name: string | undefined): JsonObject {
  return name === undefined ? {} : { MessageStream: name };
}

function attachment(each: OutgoingAttachment): JsonObject {
  return {
    Name: each.filename,
    Content: bytes(each).toString('base64'),
    ContentType: mediaType(each),
    ...(each.cid !== undefined && { ContentID: `cid:${each.cid}` }),
  };
}
