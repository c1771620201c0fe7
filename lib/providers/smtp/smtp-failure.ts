import type { DeliveryFailure, FailureCategory } from '../../contract/outcome.js';
import type { SmtpFault, SmtpFaultReason, SmtpStage } from '../../transport/smtp/smtp-result.js';

type Kind = Pick<DeliveryFailure, 'category' | 'scope' | 'retryable'>;

/** A message that no server may get, or that this server cannot carry: nothing was sent. */
const MESSAGE_FAULT: Kind = { category: 'validation', scope: 'message', retryable: false };
const NETWORK: Kind = { category: 'network', scope: 'network', retryable: true };
const TIMEOUT: Kind = { category: 'timeout', scope: 'network', retryable: true };

/** What a fault means where there was no reply. */
const KIND_OF_REASON: Readonly<Record<SmtpFaultReason, Kind>> = {
  reply: { category: 'unknown', scope: 'provider', retryable: true },
  lost: NETWORK,
  timeout: TIMEOUT,
  aborted: TIMEOUT,
  closed: { category: 'unavailable', scope: 'provider', retryable: false },
  'out-of-step': { category: 'server-error', scope: 'provider', retryable: true },
  'not-offered': { category: 'configuration', scope: 'provider', retryable: false },
  dsn: { category: 'unsupported', scope: 'provider', retryable: false },
  smtputf8: { ...MESSAGE_FAULT, category: 'unsupported' },
  size: MESSAGE_FAULT,
  envelope: MESSAGE_FAULT,
  content: MESSAGE_FAULT,
};

/** Certificates do not get better by trying again. */
const CERTIFICATE = /^(?:ERR_TLS_CERT|CERT_|UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED_)/;

const TRUST = 'a certificate of your own is trusted by naming it as providers.smtp.ca';

/** 503 says that the server lost track of the order of commands, which a new connection puts right. */
const BAD_SEQUENCE = 503;
const TOO_LARGE = 552;
const SHUTTING_DOWN = 421;
/** A temporary refusal of the sender: sending too fast, in the words of Amazon SES. */
const THROTTLED = 454;

/** Whether a reply code says no for good (RFC 5321, section 4.2.1). */
export function isPermanent(replyCode: number): boolean {
  return replyCode >= 500 && replyCode <= 599 && replyCode !== BAD_SEQUENCE;
}

/** What kind of failure a fault is. The text is still raw. */
export function failureOf(fault: SmtpFault): DeliveryFailure {
  const { stage, reason, replyCode, nodeCode, text } = fault;
  if (reason === 'reply' && replyCode !== undefined) return replyFailure(stage, replyCode, text);
  return {
    ...kindOfFault(fault),
    code: codeOf(reason, nodeCode),
    message: CERTIFICATE.test(nodeCode ?? '') ? `${text}; ${TRUST}` : text,
    ...(replyCode !== undefined && { statusCode: replyCode }),
  };
}

/** What kind of failure a refusal is: it depends on the command that was refused. */
export function replyFailure(stage: SmtpStage, replyCode: number, text: string): DeliveryFailure {
  return {
    ...kindOfReply(stage, replyCode),
    code: `SMTP_${replyCode}`,
    statusCode: replyCode,
    message: text,
  };
}

function kindOfFault({ stage, reason, nodeCode = '' }: SmtpFault): Kind {
  if (stage === 'auth' && reason === 'not-offered') {
    return { category: 'auth', scope: 'provider', retryable: false };
  }
  if (reason !== 'lost') return KIND_OF_REASON[reason];
  if (nodeCode === 'EOAUTH2' || nodeCode === 'EAUTH') {
    return { category: 'auth', scope: 'provider', retryable: false };
  }
  if (CERTIFICATE.test(nodeCode)) {
    return { category: 'configuration', scope: 'provider', retryable: false };
  }
  return NETWORK;
}

function kindOfReply(stage: SmtpStage, replyCode: number): Kind {
  const retryable = !isPermanent(replyCode);
  if (replyCode === SHUTTING_DOWN) return { category: 'unavailable', scope: 'provider', retryable };
  const passing: FailureCategory = 'unavailable';
  switch (stage) {
    case 'auth':
      return { category: retryable ? passing : 'auth', scope: 'provider', retryable };
    case 'mail':
      return kindOfMailReply(replyCode, retryable);
    case 'rcpt':
      return { category: retryable ? passing : 'validation', scope: 'recipient', retryable };
    case 'data':
    case 'body':
    case 'answer':
      return { category: retryable ? passing : 'validation', scope: 'message', retryable };
    default:
      return { category: passing, scope: 'provider', retryable };
  }
}

function kindOfMailReply(replyCode: number, retryable: boolean): Kind {
  // We name the size with MAIL, so this is the answer to it (RFC 1870, section 6.1).
  if (replyCode === TOO_LARGE) return MESSAGE_FAULT;
  const category = replyCode === THROTTLED ? 'rate-limit' : 'unavailable';
  return { category: retryable ? category : 'validation', scope: 'sender', retryable };
}

const CODE_OF_REASON: Partial<Readonly<Record<SmtpFaultReason, string>>> = {
  timeout: 'TIMEOUT',
  aborted: 'TIMEOUT',
  closed: 'CLOSED',
  'out-of-step': 'SMTP_OUT_OF_STEP',
  'not-offered': 'SMTP_NOT_OFFERED',
  dsn: 'SMTP_DSN_NOT_OFFERED',
  smtputf8: 'SMTPUTF8_NOT_OFFERED',
  size: 'MESSAGE_TOO_LARGE',
  envelope: 'INVALID_ENVELOPE',
  content: 'CONTENT_UNREADABLE',
};

function codeOf(reason: SmtpFaultReason, nodeCode: string | undefined): string {
  return CODE_OF_REASON[reason] ?? nodeCode ?? 'SMTP';
}
