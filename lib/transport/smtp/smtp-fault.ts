import { LONGEST_TEXT, type SmtpReply } from './smtp-reply.js';
import type { SmtpFault, SmtpFaultReason, SmtpStage } from './smtp-result.js';
import type { Expiry } from './phase-clock.js';

/** What we read of the errors of nodemailer's connection. */
export interface SmtpClientError {
  readonly message: string;
  readonly code?: string | undefined;
  readonly originalCode?: string | undefined;
  readonly command?: string | undefined;
  readonly response?: unknown;
  readonly responseCode?: number | undefined;
}

/** What is told where a connection is gone and nobody said why. */
export const ENDED: SmtpClientError = { message: 'The connection ended', code: 'ECONNECTION' };

const EXPIRED: Readonly<Record<Expiry, string>> = {
  timeout: 'Time was up',
  aborted: 'The attempt was aborted',
  closed: 'The connection pool was closed',
};

/** What was going on, for people. */
const DOING: Readonly<Record<SmtpStage, string>> = {
  connect: 'connecting',
  greeting: 'waiting for the greeting',
  tls: 'securing the connection',
  auth: 'logging in',
  mail: 'naming sender and recipients',
  rcpt: 'naming the recipients',
  data: 'asking to send the message',
  body: 'handing over the message',
  answer: 'waiting for the final answer',
};

const STAGE_OF_COMMAND: Readonly<Record<string, SmtpStage>> = {
  EHLO: 'greeting',
  HELO: 'greeting',
  STARTTLS: 'tls',
};

/** A fault of ours, without the words of a server. */
export function localFault(stage: SmtpStage, reason: SmtpFaultReason, text: string): SmtpFault {
  return { stage, reason, text };
}

/** The attempt ran out of time, or was ended from our side, at that stage. */
export function expiredFault(stage: SmtpStage, expiry: Expiry): SmtpFault {
  return localFault(stage, expiry, `${EXPIRED[expiry]} while ${DOING[stage]}`);
}

/** What a reply that is not a yes says, at that stage. */
export function replyFault(stage: SmtpStage, { code, text }: SmtpReply): SmtpFault {
  return {
    stage,
    reason: reasonOfReply(code),
    text,
    ...(code !== undefined && { replyCode: code }),
  };
}

/** What an error of nodemailer's connection says, given the stage that the attempt had reached. */
export function faultOf(error: SmtpClientError, stage: SmtpStage): SmtpFault {
  const nodeCode = error.originalCode ?? error.code;
  return {
    stage,
    reason: reasonOf(error),
    text: hasReply(error) ? replyText(error) : `${replyText(error)} while ${DOING[stage]}`,
    ...(error.responseCode !== undefined && { replyCode: error.responseCode }),
    ...(nodeCode !== undefined && { nodeCode }),
  };
}

/** The stage that the command in an error speaks of, or `otherwise`. */
export function stageOfCommand(error: SmtpClientError, otherwise: SmtpStage): SmtpStage {
  return STAGE_OF_COMMAND[error.command ?? ''] ?? otherwise;
}

function reasonOf({ code, responseCode }: SmtpClientError): SmtpFaultReason {
  if (responseCode !== undefined) return reasonOfReply(responseCode);
  if (code === 'ETIMEDOUT') return 'timeout';
  return code === 'EPROTOCOL' ? 'out-of-step' : 'lost';
}

function reasonOfReply(code = 0): SmtpFaultReason {
  return code >= 400 && code <= 599 ? 'reply' : 'out-of-step';
}

function hasReply({ response }: SmtpClientError): boolean {
  return typeof response === 'string';
}

// The client's message holds both its own words and the reply; where there is a reply, it is enough.
function replyText({ response, message }: SmtpClientError): string {
  return (typeof response === 'string' ? response : message).slice(0, LONGEST_TEXT);
}
