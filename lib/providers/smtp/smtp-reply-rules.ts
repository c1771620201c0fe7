import type { DeliveryFailure } from '../../contract/outcome.js';
import type { SmtpStage } from '../../transport/smtp/smtp-result.js';
import { readReplyText, type ReplyText } from './smtp-reply-text.js';

/** What a fault or a refusal means for the message. */
export type SmtpMeaning = Pick<DeliveryFailure, 'category' | 'scope' | 'retryable'> & {
  readonly outcome: 'rejected' | 'unsent' | 'unknown';
};

/** Whom or what a refusal is about. */
type Subject = keyof typeof SUBJECTS;

/** What a refusal of each subject means: for now (4xx), and for good (5xx). A 4xx is always `unsent`. */
const SUBJECTS = {
  login: { scope: 'provider', passing: 'unavailable', lasting: 'auth', outcome: 'unsent' },
  server: { scope: 'provider', passing: 'unavailable', lasting: 'unavailable', outcome: 'unsent' },
  quota: { scope: 'sender', passing: 'quota', lasting: 'quota', outcome: 'unsent' },
  rate: { scope: 'sender', passing: 'rate-limit', lasting: 'rate-limit', outcome: 'unsent' },
  sender: { scope: 'sender', passing: 'unavailable', lasting: 'validation', outcome: 'unsent' },
  recipient: {
    scope: 'recipient',
    passing: 'unavailable',
    lasting: 'validation',
    outcome: 'rejected',
  },
  message: { scope: 'message', passing: 'unavailable', lasting: 'validation', outcome: 'rejected' },
  // Another server may carry it: larger messages, SMTPUTF8 and the like.
  unsupported: {
    scope: 'message',
    passing: 'unavailable',
    lasting: 'unsupported',
    outcome: 'unsent',
  },
} as const;

/** A rule holds at its stages, where the reply has one of its codes, enhanced codes or words. */
interface Rule {
  readonly subject: Subject;
  readonly at: readonly SmtpStage[];
  readonly codes?: readonly number[];
  /** Enhanced codes without their class. */
  readonly status?: RegExp;
  readonly words?: RegExp;
  /** Only of refusals for good. */
  readonly lasting?: true;
}

const BEFORE_MAIL: readonly SmtpStage[] = ['connect', 'greeting', 'tls', 'auth'];
const FROM_RCPT: readonly SmtpStage[] = ['rcpt', 'data', 'body', 'answer'];
const FROM_MAIL: readonly SmtpStage[] = ['mail', ...FROM_RCPT];
const EVERYWHERE: readonly SmtpStage[] = [...BEFORE_MAIL, ...FROM_MAIL];
const NOT_RCPT: readonly SmtpStage[] = ['mail', 'data', 'body', 'answer'];

/** Google, SES ("Daily message quota exceeded"), Exchange ("Submission quota exceeded"); no full mailbox. */
const QUOTA_USED_UP =
  /\b(?:sending|submission|daily|hourly|monthly|relay|outgoing|outbound)\b[^.;:]*\b(?:quota|limit)\b/;

/** Postfix ("Message size exceeds fixed limit"), Exim ("maximum allowed size"), sendmail, Exchange. */
const TOO_LARGE =
  /\bmessage (?:is )?too (?:large|big)\b|\bsize\b.*\bexceed|\bexceed.*\bsize\b|\bmaximum (?:allowed )?size\b/;

/** Postfix, Exim, sendmail, Exchange ("Client was not authenticated"), Yandex ("send AUTH command first"). */
const LOGIN_MISSING =
  /\bauthentication (?:is )?(?:required|needed)\b|\bauth(?:entication)?(?: command)? first\b|\bissue a starttls\b|\bclient (?:was |is )?not authenticated\b|\blog ?in first\b/;

/** Postfix and Exim; SES and SendGrid of a sender that is not verified; Exchange of one that it may not use. */
const CLIENT_OR_SENDER =
  /\bclient host\b|\bhelo command rejected\b|\bsender (?:address )?(?:is )?(?:rejected|denied|not allowed|verify failed)\b|\bblocked using\b|\bin a black list at\b|\b(?:email address|domain|sender) is not verified\b|\bverified sender identity\b|\bsend ?as ?denied\b|\bpermissions? to send (?:as|on behalf)\b/;

/** Postfix and Exchange ("Relay access denied"), Exim ("relay not permitted"), sendmail, qmail. */
const RELAY_DENIED =
  /\brelay(?:ing)?\b(?: \S+){0,4} (?:denied|prohibited|not (?:permitted|allowed))\b|\b(?:unable|not permitted|not allowed) to relay\b|\ballowed rcpthosts\b/;

/** Postfix, Exim, sendmail, and what RFC 5321 puts beside 550, 552 and 553. */
const RECIPIENT_UNKNOWN =
  /\brecipient address rejected\b|\b(?:user|recipient|account) unknown\b|\bunknown (?:user|recipient)\b|\bno such (?:user|recipient|person)\b|\bmailbox\b|\bunroute?able address\b/;

/**
 * The rules in the order in which they are asked; the first that holds decides, and `LEFT` where none
 * does. Reply codes are ambiguous: 550 and 5.7.1 stand for an unknown mailbox, a client on a blocklist
 * and a refused relay alike. So enhanced codes tell the subject, and where they say nothing definite the
 * usual words of the servers do. Words never tell whether a refusal is for good.
 */
const RULES: readonly Rule[] = [
  // SendGrid says so to a login; Google, Exchange and SES say the rest at any time (see below).
  { subject: 'quota', at: ['auth', ...FROM_MAIL], words: /\bmaximum credits exceeded\b/ },
  // RFC 4954, section 6 and RFC 3207, section 4: these may answer any command. 525: RFC 5248.
  { subject: 'login', at: EVERYWHERE, codes: [525, 530, 534, 535, 538] },
  // RFC 4954, 4468, 5248: credentials, mechanism, encryption, account. 7.57 and 7.139: Exchange.
  { subject: 'login', at: EVERYWHERE, status: /^7\.(?:8|9|1[0-4]|57|139)$/ },
  { subject: 'login', at: ['auth'] },
  // Nobody was named yet: whatever is wrong, it is between this server and us.
  { subject: 'server', at: ['connect', 'greeting', 'tls'] },

  // The message is more than this server can carry: RFC 3463, X.3.3 and X.3.4; Google has X.2.3 for it.
  { subject: 'unsupported', at: FROM_MAIL, status: /^3\.[34]$/, lasting: true },
  { subject: 'unsupported', at: NOT_RCPT, status: /^2\.3$/, words: TOO_LARGE, lasting: true },
  // Parameters that it does not know (RFC 5321, 555), addresses outside ASCII (RFC 6531, X.6.7).
  { subject: 'unsupported', at: ['mail', 'rcpt'], codes: [555], status: /^6\.7$/, lasting: true },

  // Google: "550 5.4.5 Daily user sending quota exceeded". Exchange Online: 5.1.90, 5.7.705.
  { subject: 'quota', at: FROM_MAIL, status: /^(?:4\.5|1\.90|7\.705)$/, lasting: true },
  { subject: 'quota', at: FROM_MAIL, words: QUOTA_USED_UP },
  // Amazon SES: "454 Throttling failure: Maximum sending rate exceeded". Google: 4.7.28.
  { subject: 'rate', at: FROM_MAIL, status: /^7\.28$/, words: /\bthrottl|\bsending rate\b/ },
  { subject: 'rate', at: ['mail'], codes: [454] },
  // The answer to the size that MAIL names (RFC 1870, section 6.1).
  { subject: 'unsupported', at: ['mail'], codes: [552] },

  // RFC 3463: the sender's address. Exchange: what it may send as (2.252, 7.60), and relay (7.54, 7.64).
  { subject: 'sender', at: FROM_MAIL, status: /^(?:1\.[78]|2\.252|7\.(?:54|60|64))$/ },
  // IANA X.7.20 to X.7.29, Google X.7.30, X.7.32, X.7.40: SPF, DKIM, DMARC, reverse DNS of the sender.
  { subject: 'sender', at: FROM_MAIL, status: /^7\.(?:2\d|3[0-2]|40)$/ },
  // Exchange Online: senders, addresses and tenants that are banned or not authenticated.
  { subject: 'sender', at: FROM_MAIL, status: /^7\.(?:50[1-3689]|51[0-5]|6[0-4]\d|7[0-5]\d)$/ },

  // "Must issue a STARTTLS command first", "send AUTH command first" and the like, under any code.
  { subject: 'login', at: FROM_MAIL, words: LOGIN_MISSING },
  // RFC 3463, X.3.x: the mail system, such as 4.3.1 (disk full), 4.3.2 and 4.3.5 of Postfix.
  { subject: 'server', at: FROM_MAIL, codes: [421], status: /^3\.\d+$/ },
  // RFC 5321, 452, of servers without enhanced codes.
  {
    subject: 'server',
    at: FROM_MAIL,
    words: /\binsufficient (?:system |disk )?(?:storage|space)\b/,
  },
  { subject: 'sender', at: ['mail'] },

  // Said at RCPT, but not of the recipient: Postfix (`smtpd_delay_reject`), Exim, sendmail, Exchange, qmail.
  { subject: 'sender', at: FROM_RCPT, words: CLIENT_OR_SENDER },
  { subject: 'sender', at: FROM_RCPT, words: RELAY_DENIED },
  // RFC 3463, X.1.x and X.2.x: the recipient's address and mailbox. RFC 7293: X.7.17, X.7.18.
  { subject: 'recipient', at: FROM_RCPT, status: /^(?:1\.\d+|2\.[1-9]\d*|7\.(?:17|18|505))$/ },
  { subject: 'recipient', at: FROM_RCPT, words: RECIPIENT_UNKNOWN },
  // What is left of X.7.x is a policy, as likely against us as against the address; Exim gives no code.
  { subject: 'sender', at: ['rcpt'], status: /^7\.\d+$/, words: /\badministrative prohibition\b/ },
];

/** The subject where no rule holds: what the command was about. */
function left(stage: SmtpStage): Subject {
  return stage === 'rcpt' ? 'recipient' : 'message';
}

/** 503 says that the server lost track of the order of commands, which a new connection puts right. */
const BAD_SEQUENCE = 503;

/** Whether a reply code says no for good (RFC 5321, section 4.2.1). */
export function isPermanent(replyCode: number): boolean {
  return replyCode >= 500 && replyCode <= 599 && replyCode !== BAD_SEQUENCE;
}

/** A reply that is no refusal says nothing about what became of the message. */
const NO_REFUSAL: SmtpMeaning = {
  outcome: 'unknown',
  category: 'server-error',
  scope: 'provider',
  retryable: false,
};

/**
 * The meaning of a refusal: a function of stage, code and text alone, without memory of other messages.
 * What is refused was surely not taken.
 *
 * @param text the reply as it came, codes included
 */
export function meaningOfReply(stage: SmtpStage, replyCode: number, text: string): SmtpMeaning {
  if (!(replyCode >= 400 && replyCode <= 599)) return NO_REFUSAL;
  const reply = readReplyText(text);
  const rule = RULES.find((each) => holds(each, stage, replyCode, reply));
  const subject = rule?.subject ?? left(stage);
  const { scope, passing, lasting, outcome } = SUBJECTS[subject];
  // "503 send AUTH command first" is no matter of order: a new connection would be told the same.
  const isLoginMissing = subject === 'login' && stage !== 'auth' && replyCode === BAD_SEQUENCE;
  return isPermanent(replyCode) || isLoginMissing
    ? { outcome, category: lasting, scope, retryable: false }
    : { outcome: 'unsent', category: passing, scope, retryable: true };
}

function holds(rule: Rule, stage: SmtpStage, code: number, { status, words }: ReplyText): boolean {
  if (!rule.at.includes(stage) || (rule.lasting === true && !isPermanent(code))) return false;
  if (rule.codes === undefined && rule.status === undefined && rule.words === undefined)
    return true;
  return (
    rule.codes?.includes(code) === true ||
    rule.status?.test(status) === true ||
    rule.words?.test(words) === true
  );
}
