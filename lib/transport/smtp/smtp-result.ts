import type { Readable } from 'node:stream';

/**
 * How far a message had come when something happened. Up to `body` the server cannot have taken it: the
 * final dot was not written yet. From `answer` on it may have.
 */
export type SmtpStage =
  'connect' | 'greeting' | 'tls' | 'auth' | 'mail' | 'rcpt' | 'data' | 'body' | 'answer';

/**
 * Why an attempt ended without acceptance:
 *
 * - `reply`: the server said no, see `replyCode`.
 * - `lost`: the connection could not be made or broke off.
 * - `timeout`, `aborted`, `closed`: the phase was over, the caller's signal fired, the pool was closed.
 * - `out-of-step`: replies that make no sense where they stand.
 * - `not-offered`: TLS, plain text or AUTH is needed and the server does not offer it; nothing was sent.
 * - `token-refused`, `no-token`: there is no OAuth2 token to log in with, for good or for now.
 * - `smtputf8`, `dsn`, `size`: the message needs what the server does not offer; nothing was sent.
 * - `envelope`, `content`: the message itself: an impossible address, a body that cannot be read.
 */
export type SmtpFaultReason =
  | 'reply'
  | 'lost'
  | 'timeout'
  | 'aborted'
  | 'closed'
  | 'out-of-step'
  | 'not-offered'
  | 'token-refused'
  | 'no-token'
  | 'smtputf8'
  | 'dsn'
  | 'size'
  | 'envelope'
  | 'content';

/** One recipient that the server refused. `text` is raw: clean it before it is shown. */
export interface SmtpRefusal {
  readonly recipient: string;
  readonly code: number;
  readonly text: string;
  /** For now only, whatever the code: there were too many recipients for one transaction. */
  readonly isForNow?: true;
}

/** What ended an attempt. `text` is raw, it may hold addresses and secrets: clean it before it is shown. */
export interface SmtpFault {
  readonly stage: SmtpStage;
  readonly reason: SmtpFaultReason;
  readonly text: string;
  /** The SMTP reply code, when there was a reply. */
  readonly replyCode?: number;
  /** The code of the network error, such as `ECONNREFUSED`. */
  readonly nodeCode?: string;
  /** The recipients one by one, when all of them were refused. */
  readonly refused?: readonly SmtpRefusal[];
  /** Those who were refused before, when something else then ended it for the others. */
  readonly refusedBefore?: readonly SmtpRefusal[];
  /** The others then. */
  readonly left?: readonly string[];
}

/** The server took the message for at least one recipient. */
export interface SmtpAcceptance {
  readonly accepted: readonly string[];
  readonly refused: readonly SmtpRefusal[];
  /** The last final reply that said so. */
  readonly response: string;
  readonly stage: 'answer';
  /** Those who were left for a further transaction, where that came to another end. */
  readonly failed?: { readonly recipients: readonly string[]; readonly error: SmtpFault };
}

/** What became of one submission, always a value. */
export type SmtpResult = SmtpAcceptance | { readonly error: SmtpFault };

/** True when the server did not take the message, or may not have. */
export function isFault(result: SmtpResult): result is { readonly error: SmtpFault } {
  return 'error' in result;
}

/** Delivery status notifications, RFC 3461. */
export interface SmtpDsn {
  readonly notify?: readonly ('NEVER' | 'SUCCESS' | 'FAILURE' | 'DELAY')[];
  readonly ret?: 'FULL' | 'HDRS';
  readonly envid?: string;
}

/** Who sends to whom, as the server is told. */
export interface SmtpEnvelope {
  /** The bare address; empty for the null sender. */
  readonly from: string;
  /** Bare addresses, at least one. */
  readonly to: readonly string[];
  /** Bytes of the message, so that one too large is refused before it is sent. */
  readonly size?: number;
  /** The message cannot go without SMTPUTF8 (RFC 6531). */
  readonly smtpUtf8?: boolean;
  readonly dsn?: SmtpDsn;
}

/**
 * What is sent: chunks in memory, which must never change, since they may be shared with other messages;
 * or a stream, opened when the server is ready for it, so never for a message refused before. Of both
 * lone CR and LF become CRLF on the wire.
 */
export type SmtpContent =
  { readonly chunks: readonly Buffer[] } | { readonly open: () => Readable };

/** One message. */
export type SmtpMessage = SmtpContent & { readonly envelope: SmtpEnvelope };
