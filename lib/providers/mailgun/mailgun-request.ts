import type { OutgoingEmail } from '../../message/outgoing-email.js';
import type { HttpRequest } from '../../transport/http/http-result.js';
import { multipart } from '../../transport/http/multipart.js';
import { batchForm, singleForm } from './mailgun-form.js';
import type { ResolvedMailgunOptions } from './mailgun.options.js';

/** The request that submits these messages: of one batch key, and each to another address. */
export function mailgunRequest(
  emails: readonly OutgoingEmail[],
  options: ResolvedMailgunOptions,
): HttpRequest {
  const [email] = emails;
  const isSingle = email !== undefined && emails.length === 1;
  const form = isSingle ? singleForm(email, options) : batchForm(emails, options);
  const { contentType, body } = multipart(form);
  return {
    method: 'POST',
    url: `${options.baseUrl}/v3/${options.domain}/messages`,
    headers: { ...headers(options), 'content-type': contentType },
    body,
  };
}

/** Asks for the domain: harmless, refused without a valid key, and also with a mere sending key. */
export function mailgunVerification(options: ResolvedMailgunOptions): HttpRequest {
  const url = `${options.baseUrl}/v4/domains/${options.domain}`;
  return { method: 'GET', url, headers: headers(options) };
}

function headers({ apiKey }: ResolvedMailgunOptions): Readonly<Record<string, string>> {
  return { authorization: `Basic ${Buffer.from(`api:${apiKey}`).toString('base64')}` };
}
