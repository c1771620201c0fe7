import { recipientsOnce } from '../../message/envelope.js';
import type { OutgoingEmail } from '../../message/outgoing-email.js';
import type { JsonObject } from '../api/answer-json.js';
import { bytes } from '../api/attachment-bytes.js';
import { attachmentsKey, batchKey } from '../api/batch-key.js';
import { mergeOptions, permittedOptions } from '../api/merge-options.js';
import { brevoContent, type BrevoContent } from './brevo-content.js';
import { brevoHeaders, brevoMailbox } from './brevo-headers.js';
import { FORBIDDEN_OPTIONS } from './brevo-limits.js';

/**
 * The body of `POST /v3/smtp/email`: one message as it is, several of one batch key as versions of the
 * first, each with whatever it says differently.
 */
export function brevoBody(emails: readonly OutgoingEmail[], isSandbox: boolean): JsonObject {
  const [first, ...others] = emails;
  if (first === undefined) throw new TypeError('a call needs a message');
  const isAlone = others.length === 0;
  const headers = brevoHeaders(first, isAlone ? first.id : undefined, isSandbox);
  const body = {
    ...(isAlone ? message(first) : versions(emails, first)),
    ...sharedBody(first),
    ...(Object.keys(headers).length > 0 && { headers }),
  };
  return mergeOptions(body, permittedOptions(first.providerOptions?.['brevo'], FORBIDDEN_OPTIONS));
}

/**
 * What only messages able to share a call have in common. What a version does not say it takes from the
 * call, so all of them have the same kinds of body; and params switch the template language on for all.
 */
export function brevoKey(email: OutgoingEmail): string {
  const { text, params } = brevoContent(email);
  const { from, tags, headers, priority, metadata, stream, sendAt, templateId } = email;
  const own = { from, tags, headers, priority, metadata, stream, sendAt: sendAt?.getTime() };
  const kind = templateId !== undefined ? 'template' : params !== undefined ? 'params' : 'plain';
  const options = permittedOptions(email.providerOptions?.['brevo'], FORBIDDEN_OPTIONS);
  return batchKey([own, kind, text !== undefined, attachmentsKey(email), options]);
}

/** Templates have their number, also where it is written as text. */
export function templateNumber({ templateId }: OutgoingEmail): number | undefined {
  return templateId === undefined ? undefined : Number(templateId);
}

function message(email: OutgoingEmail): JsonObject {
  return { ...recipients(email), ...texts(email) };
}

function versions(emails: readonly OutgoingEmail[], first: OutgoingEmail): JsonObject {
  // A template has a subject of its own, which a version without one must keep.
  const shared = { ...texts(first) };
  delete shared['params'];
  if (first.templateId !== undefined) delete shared['subject'];
  return {
    ...shared,
    messageVersions: emails.map((email) => {
      const own = Object.entries(texts(email)).filter(([field, value]) => value !== shared[field]);
      return { ...recipients(email), ...Object.fromEntries(own) };
    }),
  };
}

function texts(email: OutgoingEmail): Record<string, unknown> {
  const { subject = '', html, text, params }: BrevoContent = brevoContent(email);
  const templateId = templateNumber(email);
  return {
    ...(subject !== '' && { subject }),
    ...(templateId !== undefined && { templateId }),
    ...(templateId === undefined && html !== undefined && { htmlContent: html }),
    ...(templateId === undefined && text !== undefined && { textContent: text }),
    ...(params !== undefined && { params }),
  };
}

function recipients(email: OutgoingEmail): JsonObject {
  const { to, cc, bcc } = recipientsOnce(email);
  const [replyTo] = email.replyTo;
  return {
    to: to.map(brevoMailbox),
    ...(cc.length > 0 && { cc: cc.map(brevoMailbox) }),
    ...(bcc.length > 0 && { bcc: bcc.map(brevoMailbox) }),
    ...(replyTo !== undefined && { replyTo: brevoMailbox(replyTo) }),
  };
}

function sharedBody({ from, tags, sendAt, attachments }: OutgoingEmail): JsonObject {
  return {
    sender: brevoMailbox(from),
    ...(tags.length > 0 && { tags }),
    // A moment that has passed means at once, which Brevo has no form for.
    ...(sendAt !== undefined &&
      sendAt.getTime() > Date.now() && { scheduledAt: sendAt.toISOString() }),
    ...(attachments.length > 0 && {
      attachment: attachments.map((each) => ({
        name: each.filename,
        content: bytes(each).toString('base64'),
      })),
    }),
  };
}
