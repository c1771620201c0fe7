import { mapInTurns } from '../../contract/event-loop-turn.js';
import type { OutgoingAttachment, OutgoingEmail } from '../../message/outgoing-email.js';
import { lastResult } from '../../message/remembered.js';
import type { JsonObject } from '../api/answer-json.js';
import { bytes } from '../api/attachment-bytes.js';
import { attachmentsKey, batchKey } from '../api/batch-key.js';
import { bareMediaType } from '../api/media-type.js';
import { mergeOptions } from '../api/merge-options.js';
import { sendGridContent } from './sendgrid-content.js';
import {
  mailbox,
  personalization,
  withSharedApart,
  type Personalization,
} from './sendgrid-personalization.js';
import { allowedOptions } from './sendgrid-provider-options.js';

/**
 * The body of `POST /v3/mail/send` for messages of one batch key: what they share stands once, what is
 * each one's own in its personalization.
 */
export function sendGridBody(
  emails: readonly OutgoingEmail[],
  isSandbox: boolean,
): JsonObject | Promise<JsonObject> {
  const [first] = emails;
  if (first === undefined) throw new TypeError('a call needs a message');
  const body = (own: readonly Personalization[]) =>
    mergeOptions(
      Object.assign(sharedBody(first), withSharedApart(own), isSandbox && SANDBOX),
      allowedOptions(first),
    );
  return emails.length === 1
    ? body([personalization(first)])
    : mapInTurns(emails, personalization).then(body);
}

const lastKey = lastResult<string>();

/** What only messages able to share a call have in common. */
export function sendGridKey(email: OutgoingEmail): string {
  const { html, text } = sendGridContent(email);
  const { from, replyTo, tags, trackOpens, trackClicks, stream, templateId, attachments } = email;
  const options = allowedOptions(email);
  const shared = [from, replyTo, tags, trackOpens, trackClicks, stream, templateId];
  const key = () => batchKey([shared, attachmentsKey(email), options], [html, text]);
  return attachments.length > 0 ? key() : lastKey([...shared, options, html, text], key);
}

const SANDBOX = { mail_settings: { sandbox_mode: { enable: true } } };

function sharedBody(email: OutgoingEmail): JsonObject {
  const { from, replyTo, tags, stream, templateId, attachments } = email;
  const content = contentParts(email);
  return {
    from: mailbox(from),
    ...(replyTo.length === 1 && { reply_to: mailbox(replyTo[0]!) }),
    ...(replyTo.length > 1 && { reply_to_list: replyTo.map(mailbox) }),
    ...(content.length > 0 && { content }),
    ...(attachments.length > 0 && { attachments: attachments.map(attachmentPart) }),
    ...(templateId !== undefined && { template_id: String(templateId) }),
    ...(tags.length > 0 && { categories: tags }),
    ...(stream !== undefined && { ip_pool_name: stream }),
    ...trackingSettings(email),
  };
}

/** Plain text stands before html; an empty part is refused, so it is left out. */
function contentParts(email: OutgoingEmail): readonly JsonObject[] {
  const { html, text } = sendGridContent(email);
  return [
    { type: 'text/plain', value: text },
    { type: 'text/html', value: html },
  ].filter(({ value }) => value !== undefined && value !== '');
}

function trackingSettings({ trackOpens, trackClicks }: OutgoingEmail): JsonObject {
  if (trackOpens === undefined && trackClicks === undefined) return {};
  return {
    tracking_settings: {
      ...(trackOpens !== undefined && { open_tracking: { enable: trackOpens } }),
      ...(trackClicks !== undefined && {
        click_tracking: { enable: trackClicks, enable_text: trackClicks },
      }),
    },
  };
}

function attachmentPart(attachment: OutgoingAttachment): JsonObject {
  const { filename, cid } = attachment;
  return {
    content: bytes(attachment).toString('base64'),
    filename,
    type: bareMediaType(attachment),
    disposition: cid === undefined ? 'attachment' : 'inline',
    ...(cid !== undefined && { content_id: cid }),
  };
}
