import fc from 'fast-check';
import { isPermanent, meaningOfReply } from '../../../lib/providers/smtp/smtp-reply-rules.js';
import type { SmtpStage } from '../../../lib/transport/smtp/smtp-result.js';

const BEFORE_MAIL: readonly SmtpStage[] = ['connect', 'greeting', 'tls', 'auth'];
const FROM_RCPT: readonly SmtpStage[] = ['rcpt', 'data', 'body', 'answer'];
const FROM_MAIL: readonly SmtpStage[] = ['mail', ...FROM_RCPT];
const EVERYWHERE: readonly SmtpStage[] = [...BEFORE_MAIL, ...FROM_MAIL];

/** The meaning of a whole reply, its code at the start. */
const meaning = (stage: SmtpStage, reply: string) =>
  meaningOfReply(stage, Number(reply.slice(0, 3)), reply);

const unsent = (scope: string, category: string, retryable = false) => ({
  outcome: 'unsent',
  scope,
  category,
  retryable,
});
const LOGIN = unsent('provider', 'auth');
const SERVER = unsent('provider', 'unavailable');
const SERVER_FOR_NOW = unsent('provider', 'unavailable', true);
const QUOTA = unsent('sender', 'quota');
const SENDER = unsent('sender', 'validation');
const SENDER_FOR_NOW = unsent('sender', 'unavailable', true);
const UNSUPPORTED = unsent('message', 'unsupported');
const RECIPIENT = {
  outcome: 'rejected',
  scope: 'recipient',
  category: 'validation',
  retryable: false,
};
const RECIPIENT_FOR_NOW = unsent('recipient', 'unavailable', true);
const MESSAGE = { ...RECIPIENT, scope: 'message' };

type Row = readonly [reply: string, stages: readonly SmtpStage[]];

function means(expected: object, rows: readonly Row[]): void {
  it.each(rows.flatMap(([reply, stages]) => stages.map((stage) => [reply, stage] as const)))(
    '%s (%s)',
    (reply, stage) => {
      expect(meaning(stage, reply)).toEqual(expected);
    },
  );
}

describe('S3: a login that is missing or refused is about us, at every stage', () => {
  means(LOGIN, [
    ['530 5.7.0 Authentication required', EVERYWHERE],
    ['530 5.7.0 Must issue a STARTTLS command first', EVERYWHERE],
    ['530 5.7.57 SMTP; Client was not authenticated to send anonymous mail', EVERYWHERE],
    ['534 5.7.9 Please log in with your web browser', EVERYWHERE],
    ['535 no', EVERYWHERE],
    ['538 5.7.11 Encryption required', EVERYWHERE],
    ['525 5.7.13 User account disabled', EVERYWHERE],
    ['550 5.7.8 Credentials invalid', EVERYWHERE],
    ['554 5.7.11 Encryption required', EVERYWHERE],
    ['550 5.7.1 Authentication required', FROM_MAIL],
    ['550-5.7.1 Authentication is\r\n550 5.7.1 required for <ada@example.org>', FROM_MAIL],
    ['550 relay not permitted, authentication required', FROM_MAIL],
    ['554 5.7.1 <ada@example.org>: Recipient address rejected: Authentication needed', FROM_RCPT],
    ['503 5.5.4 Error: send AUTH command first.', FROM_MAIL],
  ]);
});

describe('S20: X.3.x is the mail system, at every stage', () => {
  means(SERVER_FOR_NOW, [
    ['452 4.3.1 Insufficient system storage', FROM_MAIL],
    ['451 4.3.0 queue file write error', FROM_MAIL],
    [
      '451 4.3.5 <ada@example.org>: Recipient address rejected: Server configuration error',
      FROM_MAIL,
    ],
    ['450 4.3.2 Service currently unavailable', FROM_MAIL],
    ['452 Insufficient system storage', FROM_MAIL],
    ['421 4.7.0 mx.example.net Error: too many errors', FROM_MAIL],
  ]);
  means(SERVER, [
    ['554 5.3.0 no', FROM_MAIL],
    ['550 5.3.2 System not accepting network messages', FROM_MAIL],
    ['554 5.3.5 System incorrectly configured', FROM_MAIL],
  ]);
});

describe('S16: the sender’s standing is not the message’s', () => {
  means(QUOTA, [
    ['550 5.4.5 Daily user sending quota exceeded', FROM_MAIL],
    ['550 5.4.5 Daily SMTP relay limit exceeded', FROM_MAIL],
    ['550 5.7.1 Daily SMTP relay sending limit exceeded for customer', FROM_MAIL],
    ['550 5.4.5 no', FROM_MAIL],
    ['554 5.2.2 Submission quota exceeded', FROM_MAIL],
    ['550 5.7.705 Access denied, tenant has exceeded threshold', FROM_MAIL],
    ['535 Authentication failed: Maximum credits exceeded', ['auth']],
  ]);
  means(unsent('sender', 'quota', true), [
    ['454 Throttling failure: Daily message quota exceeded', FROM_MAIL],
    ['450 4.2.1 Peak SMTP relay limit exceeded for customer', FROM_MAIL],
  ]);
  means(unsent('sender', 'rate-limit', true), [
    ['454 Throttling failure: Maximum sending rate exceeded', FROM_MAIL],
    ['421-4.7.28 Our system has detected an unusual rate\r\n421 4.7.28 of mail', FROM_MAIL],
  ]);
  means(SENDER, [
    ['550 5.7.60 SMTP; Client does not have permissions to send as this sender', FROM_MAIL],
    [
      '554 5.2.252 SendAsDenied; ada@example.org not allowed to send as shop@example.com',
      FROM_MAIL,
    ],
    ['550 5.7.515 Access denied, sending domain does not meet the required level', FROM_MAIL],
    ['550 5.7.32 no', FROM_MAIL],
    [
      '550-5.7.26 This mail has been blocked\r\n550 5.7.26 because it is unauthenticated',
      FROM_MAIL,
    ],
    ['550 5.7.606 Access denied, banned sending IP [192.0.2.1]', FROM_MAIL],
    ['550 5.7.64 TenantAttribution; Relay Access Denied', FROM_MAIL],
    ['554 5.1.8 no', FROM_MAIL],
    ['553 5.1.7 no', FROM_MAIL],
    ['554 Message rejected: Email address is not verified. shop@example.com', FROM_MAIL],
    ['550 The from address does not match a verified Sender Identity', FROM_MAIL],
  ]);
  means(SENDER_FOR_NOW, [
    ['421 4.7.40 The DMARC record is missing', FROM_MAIL],
    ['450 4.7.40 The DMARC record is missing', FROM_MAIL],
  ]);
});

describe('S21: what a server says at RCPT may be about us', () => {
  means(SENDER, [
    ['554 5.7.1 <unknown[192.0.2.1]>: Client host rejected: Access denied', FROM_MAIL],
    [
      '554 5.7.1 Service unavailable; Client host [192.0.2.1] blocked using zen.example.org',
      FROM_MAIL,
    ],
    ['554 5.7.1 <shop@example.com>: Sender address rejected: Access denied', FROM_MAIL],
    ['550 5.1.0 <shop@example.com>: Sender address rejected: User unknown in table', FROM_MAIL],
    ['554 5.7.1 <helo>: Helo command rejected: no', FROM_MAIL],
    ['504 5.5.2 <foo>: Helo command rejected: need fully-qualified hostname', FROM_MAIL],
    ['554 5.7.1 <ada@example.org>: Relay access denied', FROM_MAIL],
    ['554 5.7.1 <mailbox@example.org>: RELAY ACCESS DENIED', FROM_MAIL],
    ['554-5.7.1 <ada@example.org>: Relay access\r\n554 5.7.1 denied', FROM_MAIL],
    ['550 5.7.1 <ada@example.org>... Relaying denied', FROM_MAIL],
    ['550 relay not permitted', FROM_MAIL],
    ['550 relaying to <ada@example.org> prohibited by administrator', FROM_MAIL],
    ['550 5.7.1 Unable to relay', FROM_MAIL],
    ["553 sorry, that domain isn't in my list of allowed rcpthosts (#5.7.1)", FROM_MAIL],
    ['550-Verification failed for <shop@example.com>\r\n550 Sender verify failed', FROM_MAIL],
    ['550 5.7.1 no', ['mail', 'rcpt']],
    ['550 5.7.0 no', ['mail', 'rcpt']],
    ['550 5.7.124 Sender not in allowed-senders list', ['mail', 'rcpt']],
    ['550 sorry, no (#5.7.1)', ['mail', 'rcpt']],
    ['550 Administrative prohibition', ['mail', 'rcpt']],
  ]);
  means(SENDER_FOR_NOW, [
    ['450 4.1.8 <shop@example.com>: Sender address rejected: Domain not found', FROM_MAIL],
    ['450 4.7.1 Client host rejected: cannot find your hostname, [192.0.2.1]', FROM_MAIL],
    ['451 4.7.1 Greylisting in action, please come back later', ['mail', 'rcpt']],
  ]);
  means(RECIPIENT, [
    ['550 5.1.1 <ada@example.org>: Recipient address rejected: User unknown', FROM_RCPT],
    ['554 5.7.1 <ada@example.org>: Recipient address rejected: Access denied', FROM_RCPT],
    ['550 5.4.1 Recipient address rejected: Access denied. AS(201806281)', FROM_RCPT],
    ['550 5.7.1 No such user here', FROM_RCPT],
    ['550 no such user', FROM_RCPT],
    ['550 5.7.1 Unknown user', FROM_RCPT],
    ['550 5.7.1 user unknown', FROM_RCPT],
    ['550 Requested action not taken: mailbox unavailable', FROM_RCPT],
    ['552 5.2.2 Mailbox full', FROM_RCPT],
    ['552 5.2.2 The user is over quota', FROM_RCPT],
    ['550 Unrouteable address', FROM_RCPT],
    ['550 5.7.17 Mailbox owner has changed', FROM_RCPT],
    ['556 5.1.10 no', FROM_RCPT],
    ['550 no', ['rcpt']],
    ['550 5.5.0 no', ['rcpt']],
  ]);
  means(RECIPIENT_FOR_NOW, [
    ['450 4.7.1 <ada@example.org>: Recipient address rejected: Greylisted', FROM_RCPT],
    ['452 4.2.2 The email account that you tried to reach is over quota', FROM_RCPT],
    ['450 4.2.1 The user you are trying to contact is receiving mail too quickly', FROM_RCPT],
    ['450 no', ['rcpt']],
  ]);
  means(MESSAGE, [
    ['554 5.7.1 no', ['data', 'body', 'answer']],
    ['552 5.7.0 This message was blocked because of its content', ['data', 'body', 'answer']],
    ['554 5.6.0 no', ['data', 'body', 'answer']],
  ]);
});

describe('S8: what this server cannot carry, another one may', () => {
  means(UNSUPPORTED, [
    ['552 5.3.4 Message size exceeds fixed limit', FROM_MAIL],
    ['552 5.3.3 no', FROM_MAIL],
    ['552 too large', ['mail']],
    ['552 5.2.3 no', ['mail', 'data', 'body', 'answer']],
    ['552 Message size exceeds maximum permitted', ['mail', 'data', 'body', 'answer']],
    ['550 5.6.7 no', ['mail', 'rcpt']],
    ['555 5.5.4 Unsupported option: RET=HDRS', ['mail', 'rcpt']],
  ]);
});

describe('Before anybody is named, a refusal is about this server and us', () => {
  means(SERVER, [
    ['554 5.7.1 Client host rejected', ['connect', 'greeting', 'tls']],
    ['550 5.1.1 User unknown', ['connect', 'greeting', 'tls']],
  ]);
});

describe('Whatever a server says', () => {
  const WORDS = [
    'Client host',
    'Sender address rejected',
    'Recipient address rejected',
    'mailbox',
    'relay access denied',
    'authentication required',
    'daily sending quota',
    'user unknown',
    'message size exceeds',
    'throttling',
    '<mailbox@example.org>',
    '(#5.1.1)',
    '\r\n550 ',
    '',
  ];
  const words = fc
    .array(fc.oneof(fc.constantFrom(...WORDS), fc.string({ maxLength: 20 })), { maxLength: 4 })
    .map((list) => list.join(' '));
  const status = fc.oneof(
    fc.constant(''),
    fc
      .record({
        class: fc.constantFrom(2, 4, 5),
        subject: fc.nat(8),
        detail: fc.oneof(fc.nat(40), fc.nat(999)),
      })
      .map((each) => `${each.class}.${each.subject}.${each.detail} `),
  );
  const stage = fc.constantFrom(...EVERYWHERE);
  const refusal = fc.record({ stage, status, words, code: fc.integer({ min: 400, max: 599 }) });
  const meaningOf = (given: { stage: SmtpStage; status: string; words: string }, code: number) =>
    meaningOfReply(given.stage, code, `${code} ${given.status}${given.words}`);

  it('a refusal is surely not taken; only one for good, of recipient or message, is their own', () => {
    fc.assert(
      fc.property(refusal, (given) => {
        const { outcome, scope, retryable } = meaningOf(given, given.code);
        expect(['rejected', 'unsent']).toContain(outcome);
        if (given.code < 500) expect([outcome, retryable]).toEqual(['unsent', true]);
        if (isPermanent(given.code)) expect(retryable).toBe(false);
        if (outcome === 'rejected') expect(['recipient', 'message']).toContain(scope);
      }),
      { numRuns: 3000 },
    );
  });

  it('is not about somebody that was not named yet', () => {
    fc.assert(
      fc.property(refusal, (given) => {
        const { scope, category } = meaningOf(given, given.code);
        if (BEFORE_MAIL.includes(given.stage) && category !== 'quota') {
          expect(scope).toBe('provider');
        }
        if (!FROM_RCPT.includes(given.stage)) expect(scope).not.toBe('recipient');
      }),
      { numRuns: 2000 },
    );
  });

  it('the same words for good are not milder than for now', () => {
    fc.assert(
      fc.property(refusal, fc.constantFrom(450, 451, 452), (given, passing) => {
        fc.pre(isPermanent(given.code));
        const now = meaningOf(given, passing);
        const forGood = meaningOf(given, given.code);
        expect(now.outcome).toBe('unsent');
        expect(Number(forGood.retryable)).toBeLessThan(Number(now.retryable));
      }),
    );
  });

  it('a reply that is no refusal never says that the message was not taken', () => {
    const code = fc.oneof(fc.integer({ min: 0, max: 399 }), fc.integer({ min: 600, max: 999 }));
    fc.assert(
      fc.property(refusal, code, (given, other) => {
        expect(meaningOf(given, other)).toMatchObject({ outcome: 'unknown', retryable: false });
      }),
    );
    expect(meaningOfReply('answer', Number.NaN, '')).toMatchObject({ outcome: 'unknown' });
  });

  it('addresses and the class of an enhanced code decide nothing', () => {
    const quoted = '550 <"relay access denied user unknown"@example.org>: no';
    expect(meaning('answer', quoted)).toEqual(MESSAGE);
    expect(meaning('answer', '550 relay-access-denied@mailbox.example: no')).toEqual(MESSAGE);
    expect(meaning('rcpt', '450 5.1.1 no')).toEqual(RECIPIENT_FOR_NOW);
    expect(meaning('answer', '554 2.1.1 no')).toEqual(MESSAGE);
    expect(meaning('answer', '554 no, see 5.1.1')).toEqual(MESSAGE);
  });
});
