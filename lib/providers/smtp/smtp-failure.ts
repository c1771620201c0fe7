import type { DeliveryFailure } from '../../contract/outcome.js';
import type { SmtpFault, SmtpFaultReason, SmtpStage } from '../../transport/smtp/smtp-result.js';
import { meaningOfReply, type SmtpMeaning } from './smtp-reply-rules.js';
import { settingsAdvice } from './smtp-tls-advice.js';

/** A failure, and the outcome of the message that it stands for. */
export interface SmtpFailure {
  readonly outcome: SmtpMeaning['outcome'];
  readonly failure: DeliveryFailure;
}

/** A message that no server may get: nothing was sent. */
const MESSAGE_FAULT: SmtpMeaning = {
  outcome: 'rejected',
  category: 'validation',
  scope: 'message',
  retryable: false,
};
/** A message that this server cannot carry, but another one may: nothing was sent. */
const UNSUPPORTED: SmtpMeaning = { ...MESSAGE_FAULT, outcome: 'unsent', category: 'unsupported' };
const NETWORK = notTaken('network', 'network', true);
const TIMEOUT = notTaken('timeout', 'network', true);
const CREDENTIALS = notTaken('auth', 'provider', false);
const CONFIGURATION = notTaken('configuration', 'provider', false);

/** What a fault means where there was no reply, before the final dot. */
const MEANING_OF_REASON: Readonly<Record<SmtpFaultReason, SmtpMeaning>> = {
  reply: notTaken('unknown', 'provider', true),
  lost: NETWORK,
  timeout: TIMEOUT,
  aborted: TIMEOUT,
  closed: notTaken('unavailable', 'provider', false),
  'out-of-step': notTaken('server-error', 'provider', true),
  'not-offered': CONFIGURATION,
  'token-refused': CREDENTIALS,
  'no-token': notTaken('unavailable', 'provider', true),
  dsn: UNSUPPORTED,
  smtputf8: UNSUPPORTED,
  size: UNSUPPORTED,
  envelope: MESSAGE_FAULT,
  content: MESSAGE_FAULT,
};

/** What kind of failure a fault is, up to the final dot. The text is still raw. */
export function failureOf(fault: SmtpFault): SmtpFailure {
  const { stage, reason, replyCode, nodeCode, text } = fault;
  if (reason === 'reply' && replyCode !== undefined) return replyFailure(stage, replyCode, text);
  const { outcome, ...kind } = meaningOfFault(fault);
  const failure = {
    ...kind,
    code: codeOf(reason, nodeCode),
    message: settingsAdvice(fault) ?? text,
    ...(replyCode !== undefined && { statusCode: replyCode }),
  };
  return { outcome, failure };
}

/** What kind of failure a refusal is. The text is still raw. */
export function replyFailure(stage: SmtpStage, replyCode: number, text: string): SmtpFailure {
  const { outcome, ...kind } = meaningOfReply(stage, replyCode, text);
  const code = `SMTP_${replyCode}`;
  return { outcome, failure: { ...kind, code, statusCode: replyCode, message: text } };
}

function meaningOfFault(fault: SmtpFault): SmtpMeaning {
  const { stage, reason, nodeCode } = fault;
  if (stage === 'auth' && reason === 'not-offered') return CREDENTIALS;
  if (reason === 'no-token' && nodeCode !== undefined) return NETWORK;
  if (reason !== 'lost') return MEANING_OF_REASON[reason];
  if (nodeCode === 'EAUTH') return CREDENTIALS;
  return settingsAdvice(fault) === undefined ? NETWORK : CONFIGURATION;
}

function notTaken(
  category: SmtpMeaning['category'],
  scope: SmtpMeaning['scope'],
  retryable: boolean,
): SmtpMeaning {
  return { outcome: 'unsent', category, scope, retryable };
}

const CODE_OF_REASON: Partial<Readonly<Record<SmtpFaultReason, string>>> = {
  timeout: 'TIMEOUT',
  aborted: 'TIMEOUT',
  closed: 'CLOSED',
  'out-of-step': 'SMTP_OUT_OF_STEP',
  'not-offered': 'SMTP_NOT_OFFERED',
  'token-refused': 'EOAUTH2',
  dsn: 'SMTP_DSN_NOT_OFFERED',
  smtputf8: 'SMTPUTF8_NOT_OFFERED',
  size: 'MESSAGE_TOO_LARGE',
  envelope: 'INVALID_ENVELOPE',
  content: 'CONTENT_UNREADABLE',
};

function codeOf(reason: SmtpFaultReason, nodeCode: string | undefined): string {
  return CODE_OF_REASON[reason] ?? nodeCode ?? (reason === 'no-token' ? 'EOAUTH2' : 'SMTP');
}
