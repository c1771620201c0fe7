import type { OutgoingEmail } from '../../message/outgoing-email.js';
import type { HttpRequest } from '../../transport/http/http-result.js';
import { jsonHeaders, type JsonHeaders } from '../api/json-headers.js';
import { jsonList, type JsonFrame } from '../api/json-list.js';
import { postmarkMessage } from './postmark-message.js';
import type { ResolvedPostmarkOptions } from './postmark.options.js';

const ENDPOINTS = {
  email: { one: '/email', many: '/email/batch' },
  template: { one: '/email/withTemplate', many: '/email/batchWithTemplates' },
} as const;

/** How the messages of a call of each kind are listed. */
const LISTS: Partial<Record<keyof typeof ENDPOINTS, JsonFrame>> = {
  template: { before: '{"Messages":[', after: ']}' },
};

/** Which of the two kinds of call a message goes in: only messages of one kind share a batch. */
export function postmarkKind({ templateId }: OutgoingEmail): 'email' | 'template' {
  return templateId === undefined ? 'email' : 'template';
}

/** The request that submits these messages, all of one kind. Each one stands by itself. */
export function postmarkRequest(
  emails: readonly OutgoingEmail[],
  options: ResolvedPostmarkOptions,
): HttpRequest | Promise<HttpRequest> {
  const [first] = emails;
  const kind = first === undefined ? 'email' : postmarkKind(first);
  const message = (email: OutgoingEmail) => postmarkMessage(email, options.messageStream);
  return first !== undefined && emails.length === 1
    ? post(ENDPOINTS[kind].one, JSON.stringify(message(first)), options)
    : jsonList(emails, message, LISTS[kind]).then((body) =>
        post(ENDPOINTS[kind].many, body, options),
      );
}

/** Asks for the server that the token belongs to: harmless, and refused without a valid token. */
export function postmarkVerification(options: ResolvedPostmarkOptions): HttpRequest {
  return { method: 'GET', url: `${options.baseUrl}/server`, headers: headers(options).get };
}

function post(path: string, body: string | Buffer, options: ResolvedPostmarkOptions): HttpRequest {
  return { method: 'POST', url: options.baseUrl + path, headers: headers(options).post, body };
}

const known = new WeakMap<ResolvedPostmarkOptions, JsonHeaders>();

/** Written once for each set of options. */
function headers(options: ResolvedPostmarkOptions): JsonHeaders {
  let written = known.get(options);
  if (written === undefined) {
    written = jsonHeaders({ 'x-postmark-server-token': options.token });
    known.set(options, written);
  }
  return written;
}
