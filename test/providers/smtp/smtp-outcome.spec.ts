import type { SmtpFault } from '../../../lib/transport/smtp/smtp-result.js';
import { isPermanent } from '../../../lib/providers/smtp/smtp-reply-rules.js';
import { submissionOf } from '../../../lib/providers/smtp/smtp-outcome.js';

const context = { messageId: '<m-1@shop.example.com>', secrets: ['s3cret'] };
const outcome = (error: SmtpFault) => submissionOf({ error }, context);
const reply = (stage: SmtpFault['stage'], replyCode: number): SmtpFault => ({
  stage,
  reason: 'reply',
  text: 'no',
  replyCode,
});
const fault = (
  stage: SmtpFault['stage'],
  reason: SmtpFault['reason'],
  nodeCode?: string,
): SmtpFault => ({ stage, reason, text: 'no', ...(nodeCode !== undefined && { nodeCode }) });

const later = (scope: string, category = 'unavailable') => ({
  outcome: 'unsent',
  failure: { scope, category, retryable: true },
});
const never = (scope: string, category: string) => ({
  outcome: 'unsent',
  failure: { scope, category, retryable: false },
});
const refused = (scope: string) => ({
  outcome: 'rejected',
  failure: { scope, category: 'validation', retryable: false },
});

describe('A reply speaks of whoever the command was about', () => {
  it.each<[SmtpFault['stage'], number, object]>([
    ['greeting', 421, later('provider')],
    ['greeting', 450, later('provider')],
    ['greeting', 554, never('provider', 'unavailable')],
    ['connect', 554, never('provider', 'unavailable')],
    ['tls', 454, later('provider')],
    ['tls', 501, never('provider', 'unavailable')],
    ['auth', 454, later('provider')],
    ['auth', 535, never('provider', 'auth')],
    ['auth', 503, later('provider')],
    ['mail', 421, later('provider')],
    ['mail', 451, later('sender')],
    ['mail', 454, later('sender', 'rate-limit')],
    ['mail', 503, later('sender')],
    ['mail', 550, never('sender', 'validation')],
    ['mail', 552, never('message', 'unsupported')],
    ['rcpt', 421, later('provider')],
    ['rcpt', 450, later('recipient')],
    ['rcpt', 550, refused('recipient')],
    ['rcpt', 552, refused('recipient')],
    ['data', 421, later('provider')],
    ['data', 451, later('message')],
    ['data', 554, refused('message')],
    ['body', 451, later('message')],
    ['body', 552, refused('message')],
    ['answer', 421, later('provider')],
    ['answer', 451, later('message')],
    ['answer', 503, later('message')],
    ['answer', 554, refused('message')],
  ])('%s %i', (stage, code, means) => {
    expect(outcome(reply(stage, code))).toMatchObject(means);
    expect(outcome(reply(stage, code))).toMatchObject({
      failure: { code: `SMTP_${code}`, statusCode: code, message: 'no' },
    });
  });

  it('for good from 500 to 599, but for commands out of order', () => {
    const codes = [354, 421, 499, 500, 503, 504, 599, 600];
    expect(codes.filter(isPermanent)).toEqual([500, 504, 599]);
  });

  it('a refusal whose code was lost is one of the server, for now', () => {
    expect(outcome(fault('greeting', 'reply'))).toMatchObject({
      outcome: 'unsent',
      failure: { category: 'unknown', scope: 'provider', retryable: true, code: 'SMTP' },
    });
  });
});

describe('Without a reply it depends on how far the message came, and why it ended', () => {
  it.each<[SmtpFault, object]>([
    [fault('connect', 'lost', 'ECONNREFUSED'), later('network', 'network')],
    [fault('greeting', 'lost'), later('network', 'network')],
    [fault('connect', 'timeout'), later('network', 'timeout')],
    [fault('mail', 'aborted'), later('network', 'timeout')],
    [fault('connect', 'closed'), never('provider', 'unavailable')],
    [fault('mail', 'out-of-step'), later('provider', 'server-error')],
    [fault('tls', 'not-offered'), never('provider', 'configuration')],
    [fault('auth', 'not-offered'), never('provider', 'auth')],
    [fault('auth', 'timeout'), later('network', 'timeout')],
    [fault('auth', 'token-refused'), never('provider', 'auth')],
    [fault('auth', 'no-token'), later('provider', 'unavailable')],
    [fault('auth', 'no-token', 'ECONNREFUSED'), later('network', 'network')],
    [fault('auth', 'lost', 'EAUTH'), never('provider', 'auth')],
    [fault('mail', 'dsn'), never('message', 'unsupported')],
    [fault('tls', 'lost', 'CERT_HAS_EXPIRED'), never('provider', 'configuration')],
    [fault('tls', 'lost', 'ERR_TLS_CERT_ALTNAME_INVALID'), never('provider', 'configuration')],
    [fault('tls', 'lost', 'DEPTH_ZERO_SELF_SIGNED_CERT'), never('provider', 'configuration')],
    [fault('tls', 'lost', 'SELF_SIGNED_CERT_IN_CHAIN'), never('provider', 'configuration')],
    [fault('tls', 'lost', 'UNABLE_TO_VERIFY_LEAF_SIGNATURE'), never('provider', 'configuration')],
    [fault('tls', 'lost', 'ERR_SSL_TLSV1_ALERT_UNKNOWN_CA'), never('provider', 'configuration')],
    [
      fault('greeting', 'lost', 'ERR_SSL_SSLV3_ALERT_CERTIFICATE_EXPIRED'),
      never('provider', 'configuration'),
    ],
    [
      fault('greeting', 'lost', 'ERR_SSL_SSLV3_ALERT_BAD_CERTIFICATE'),
      never('provider', 'configuration'),
    ],
    [fault('tls', 'lost', 'NO_CERT_HERE'), later('network', 'network')],
    [fault('body', 'lost', 'ECONNRESET'), later('network', 'network')],
    [fault('mail', 'size'), never('message', 'unsupported')],
    [fault('mail', 'envelope'), refused('message')],
    [fault('body', 'content'), refused('message')],
    [fault('mail', 'smtputf8'), never('message', 'unsupported')],
  ])('%o', (given, means) => {
    expect(outcome(given)).toMatchObject(means);
  });

  it.each<SmtpFault>([
    fault('answer', 'lost', 'ECONNRESET'),
    fault('answer', 'timeout'),
    fault('answer', 'aborted'),
    fault('answer', 'closed'),
    fault('answer', 'out-of-step'),
    fault('data', 'out-of-step'),
    fault('body', 'out-of-step'),
  ])('nobody knows: %o', (given) => {
    expect(outcome(given)).toMatchObject({ outcome: 'unknown', failure: { retryable: false } });
  });

  it.each<[string, SmtpFault['reason'], string]>([
    ['TIMEOUT', 'timeout', 'ETIMEDOUT'],
    ['TIMEOUT', 'aborted', 'ABORT_ERR'],
    ['CLOSED', 'closed', ''],
    ['SMTP_OUT_OF_STEP', 'out-of-step', ''],
    ['SMTP_NOT_OFFERED', 'not-offered', ''],
    ['SMTP_DSN_NOT_OFFERED', 'dsn', ''],
    ['SMTPUTF8_NOT_OFFERED', 'smtputf8', ''],
    ['MESSAGE_TOO_LARGE', 'size', ''],
    ['INVALID_ENVELOPE', 'envelope', ''],
    ['CONTENT_UNREADABLE', 'content', ''],
    ['ECONNREFUSED', 'lost', 'ECONNREFUSED'],
  ])('has the code %s by which programs know it', (code, reason, nodeCode) => {
    expect(outcome(fault('mail', reason, nodeCode))).toMatchObject({ failure: { code } });
  });

  it('says how to trust a certificate of one’s own, where that is what is missing', () => {
    const message = (nodeCode?: string) =>
      (outcome(fault('tls', 'lost', nodeCode)) as { failure: { message: string } }).failure.message;
    expect(message('DEPTH_ZERO_SELF_SIGNED_CERT')).toMatch(/^no; .*providers\.smtp\.ca/);
    expect(message('ECONNRESET')).toBe('no');
    expect(message()).toBe('no');
  });

  it('keeps the reply that it stumbled over', () => {
    expect(outcome({ ...fault('data', 'out-of-step'), replyCode: 250 })).toMatchObject({
      failure: { statusCode: 250, code: 'SMTP_OUT_OF_STEP' },
    });
    expect(outcome(fault('data', 'out-of-step'))).not.toHaveProperty('failure.statusCode');
  });
});

describe('S18: the server’s last words', () => {
  const taken = (response: string) =>
    submissionOf({ accepted: ['ada@x.org'], refused: [], response, stage: 'answer' }, context);

  it('come with an acceptance: bounces and events know the message by them', () => {
    expect(taken('250-2.0.0 OK\r\n250 2.0.0 queued as 4bQx7s3cret')).toMatchObject({
      outcome: 'accepted',
      response: '250-2.0.0 OK 250 2.0.0 queued as 4bQx7[secret]',
    });
    expect((taken(`250 ${'x'.repeat(3000)}`) as { response: string }).response).toHaveLength(500);
  });

  it.each(['greeting', 'auth', 'mail', 'rcpt', 'data', 'answer'] as const)(
    'come with a refusal, cleaned (%s)',
    (stage) => {
      const refusal = { ...reply(stage, 550), text: '550 s3cret <ada@x.org> no' };
      expect(outcome(refusal)).toMatchObject({ response: '550 [secret] <[address]> no' });
      const each = { recipient: 'ada@x.org', code: 550, text: refusal.text };
      expect(outcome({ ...refusal, refused: [each] })).toMatchObject({
        response: '550 [secret] <[address]> no',
      });
    },
  );

  it('are not ours: where the server said nothing there are none', () => {
    expect(outcome(fault('mail', 'lost', 'ECONNRESET'))).not.toHaveProperty('response');
    expect(outcome(fault('answer', 'timeout'))).not.toHaveProperty('response');
    expect(outcome(fault('mail', 'size'))).not.toHaveProperty('response');
  });
});

describe('Where recipients differ', () => {
  const row = (recipient: string, code: number) => ({
    recipient,
    code,
    text: `s3cret of <${recipient}>`,
  });
  const LATER = row('later@x.org', 450);
  const NEVER = row('never@x.org', 550);
  const taken = (...others: (typeof LATER)[]) =>
    submissionOf(
      { accepted: ['ok@x.org'], refused: others, response: '250 OK', stage: 'answer' },
      context,
    );
  const all = (...refusals: (typeof LATER)[]) =>
    outcome({ ...reply('rcpt', 450), refused: refusals });

  it('the message is accepted, under our own Message-ID, for those who were', () => {
    expect(taken()).toEqual({
      outcome: 'accepted',
      messageId: context.messageId,
      response: '250 OK',
    });
    expect(taken(LATER, NEVER)).toEqual({
      outcome: 'accepted',
      messageId: context.messageId,
      response: '250 OK',
      recipients: [
        { address: 'ok@x.org', outcome: 'accepted' },
        {
          address: 'later@x.org',
          outcome: 'unsent',
          failure: {
            code: 'SMTP_450',
            statusCode: 450,
            category: 'unavailable',
            scope: 'recipient',
            retryable: true,
            message: '[secret] of <[address]>',
          },
        },
        {
          address: 'never@x.org',
          outcome: 'rejected',
          failure: {
            code: 'SMTP_550',
            statusCode: 550,
            category: 'validation',
            scope: 'recipient',
            retryable: false,
            message: '[secret] of <[address]>',
          },
        },
      ],
    });
  });

  it('with all refused, some only for now, it may be tried again for those', () => {
    expect(all(NEVER, LATER)).toMatchObject({
      outcome: 'unsent',
      failure: { code: 'SMTP_450', scope: 'recipient', retryable: true },
      recipients: [
        { address: 'never@x.org', outcome: 'rejected' },
        { address: 'later@x.org', outcome: 'unsent' },
      ],
    });
  });

  it('with all refused for good it is not', () => {
    expect(all(NEVER, NEVER)).toMatchObject({
      outcome: 'rejected',
      failure: { code: 'SMTP_550', scope: 'recipient', retryable: false },
      recipients: [{ outcome: 'rejected' }, { outcome: 'rejected' }],
    });
  });

  const OURS = {
    recipient: 'ours@x.org',
    code: 554,
    text: '554 5.7.1 <ours@x.org>: Relay access denied',
  };
  const FULL = {
    recipient: 'full@x.org',
    code: 452,
    text: '452 4.3.1 Insufficient system storage',
  };
  const LOGIN = { recipient: 'login@x.org', code: 530, text: '530 5.7.0 Authentication required' };

  it('S21: with all refused because of us it is unsent, and no recipient is rejected', () => {
    expect(all(OURS, OURS)).toMatchObject({
      outcome: 'unsent',
      failure: { code: 'SMTP_554', scope: 'sender', retryable: false },
      recipients: [
        { outcome: 'unsent', failure: { scope: 'sender', retryable: false } },
        { outcome: 'unsent', failure: { scope: 'sender', retryable: false } },
      ],
    });
  });

  it('S21: one refused because of us is enough, whoever else is rejected', () => {
    expect(all(NEVER, OURS, NEVER)).toMatchObject({
      outcome: 'unsent',
      failure: { code: 'SMTP_554', scope: 'sender', retryable: false },
      recipients: [{ outcome: 'rejected' }, { outcome: 'unsent' }, { outcome: 'rejected' }],
    });
    expect(taken(OURS)).toMatchObject({
      outcome: 'accepted',
      recipients: [{ outcome: 'accepted' }, { outcome: 'unsent', failure: { scope: 'sender' } }],
    });
  });

  it.each([
    [[LATER, FULL, OURS], { scope: 'provider', retryable: true, code: 'SMTP_452' }],
    [[LATER, OURS, LOGIN], { scope: 'recipient', retryable: true, code: 'SMTP_450' }],
    [[NEVER, OURS, LOGIN], { scope: 'provider', category: 'auth', code: 'SMTP_530' }],
  ])('the weightiest refusal speaks for the message: %#', (refusals, failure) => {
    expect(all(...refusals)).toMatchObject({ outcome: 'unsent', failure });
  });

  it('no text shows a secret or an address', () => {
    const given = { ...reply('mail', 550), text: 's3cret is not ada@x.org' };
    expect(outcome(given)).toMatchObject({ failure: { message: '[secret] is not [address]' } });
  });
});
