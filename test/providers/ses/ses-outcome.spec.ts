import {
  bulkOutcomes as outcomesOf,
  messageOutcome,
} from '../../../lib/providers/ses/ses-outcome.js';
import type { HttpAnswer } from '../../../lib/transport/http/http-result.js';
import type { SesResult } from '../../../lib/transport/ses/ses-call.js';
import { outgoingEmail } from '../../fixtures/outgoing-email.js';

function bulkOutcomes(result: SesResult, count: number) {
  return outcomesOf(
    result,
    Array.from({ length: count }, () => outgoingEmail()),
  );
}

function answer(status: number, body: unknown, more: Partial<HttpAnswer> = {}): HttpAnswer {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return { kind: 'answer', status, headers: {}, body: text, isComplete: true, ...more };
}

function error(status: number, type: string, headers: Record<string, string> = {}): HttpAnswer {
  return answer(
    status,
    { message: 'in words' },
    { headers: { 'x-amzn-errortype': type, ...headers } },
  );
}

const MESSAGES: [string, HttpAnswer, object][] = [
  ['200 with an id', answer(200, { MessageId: 'm-1' }), { outcome: 'accepted', messageId: 'm-1' }],
  ['200 cut off', answer(200, '{"Mess', { isComplete: false }), { outcome: 'accepted' }],
  [
    '200 cut off, of somebody else',
    answer(200, '<html', { isComplete: false }),
    { outcome: 'unknown' },
  ],
  ['200 without an id', answer(200, {}), { outcome: 'unknown' }],
  ['200 with an empty id', answer(200, { MessageId: '' }), { outcome: 'unknown' }],
  ['200 with nothing', answer(200, ''), { outcome: 'unknown' }],
  ['200 with HTML', answer(200, '<html></html>'), { outcome: 'unknown' }],
  ['200 with JSON that ends early', answer(200, '{"MessageId":"m'), { outcome: 'unknown' }],
  ['204', answer(204, ''), { outcome: 'unknown' }],
  [
    'a redirect',
    answer(302, ''),
    { outcome: 'unsent', failure: { category: 'configuration', retryable: false } },
  ],
  [
    'a message refused',
    error(400, 'MessageRejected'),
    { outcome: 'rejected', failure: { scope: 'message', code: 'MessageRejected' } },
  ],
  [
    'a bad request',
    error(400, 'BadRequestException:http://internal/'),
    { outcome: 'rejected', failure: { code: 'BadRequestException' } },
  ],
  [
    'throttling as 400',
    error(400, 'ThrottlingException'),
    { outcome: 'unsent', failure: { category: 'rate-limit', retryable: true } },
  ],
  [
    'throttling as 429',
    error(429, 'TooManyRequestsException'),
    { outcome: 'unsent', failure: { category: 'rate-limit', retryable: true } },
  ],
  [
    'throttling that says for how long',
    error(429, 'TooManyRequestsException', { 'retry-after': '3' }),
    { outcome: 'unsent', failure: { retryAfterMs: 3_000 } },
  ],
  [
    'the quota',
    error(429, 'LimitExceededException'),
    { outcome: 'unsent', failure: { category: 'quota', retryable: false } },
  ],
  [
    'the account suspended',
    error(400, 'AccountSuspendedException'),
    { outcome: 'unsent', failure: { scope: 'provider', retryable: false } },
  ],
  [
    'sending paused',
    error(400, 'SendingPausedException'),
    { outcome: 'unsent', failure: { scope: 'provider', retryable: false } },
  ],
  [
    'the sender’s domain',
    error(400, 'MailFromDomainNotVerifiedException'),
    { outcome: 'unsent', failure: { scope: 'sender' } },
  ],
  [
    'something not there',
    error(404, 'NotFoundException'),
    { outcome: 'unsent', failure: { category: 'configuration' } },
  ],
  [
    'a wrong signature',
    error(403, 'InvalidSignatureException'),
    { outcome: 'unsent', failure: { category: 'auth', retryable: false } },
  ],
  [
    'an expired token as 400',
    error(400, 'ExpiredTokenException'),
    { outcome: 'unsent', failure: { category: 'auth' } },
  ],
  [
    '403 of nobody known',
    answer(403, '<html>'),
    { outcome: 'unsent', failure: { category: 'auth', code: 'HTTP_403' } },
  ],
  [
    'a type in the body',
    answer(400, { __type: 'com.amazonaws.ses#ThrottlingException' }),
    { outcome: 'unsent', failure: { code: 'ThrottlingException' } },
  ],
  ['413', answer(413, ''), { outcome: 'rejected' }],
  [
    '429 with Retry-After',
    answer(429, '', { headers: { 'retry-after': '7' } }),
    { outcome: 'unsent', failure: { retryAfterMs: 7_000 } },
  ],
  ['500', error(500, 'InternalServiceErrorException'), { outcome: 'unknown' }],
  ['500 with the type of a refusal', error(500, 'MessageRejected'), { outcome: 'unknown' }],
  ['502 with HTML', answer(502, '<html>'), { outcome: 'unknown' }],
  [
    '503 with Retry-After',
    error(503, 'ServiceUnavailable', { 'retry-after': '2' }),
    { outcome: 'unsent', failure: { retryAfterMs: 2_000, retryable: true } },
  ],
  ['503 without', error(503, 'ServiceUnavailable'), { outcome: 'unknown' }],
  ['504', answer(504, ''), { outcome: 'unknown' }],
];

describe('An answer means what SES says, by type and not by status', () => {
  it.each(MESSAGES)('%s', (_, given, expected) => {
    expect(messageOutcome(given)).toMatchObject(expected);
  });

  it('without credentials nothing was sent', () => {
    expect(messageOutcome({ kind: 'unmade', code: 'CredentialsProviderError' })).toMatchObject({
      outcome: 'unsent',
      failure: { category: 'auth', retryable: false, code: 'CredentialsProviderError' },
    });
  });
});

const ENTRIES: [string, unknown, object][] = [
  ['SUCCESS', { Status: 'SUCCESS', MessageId: 'm' }, { outcome: 'accepted', messageId: 'm' }],
  ['SUCCESS without an id', { Status: 'SUCCESS' }, { outcome: 'accepted' }],
  [
    'MESSAGE_REJECTED',
    { Status: 'MESSAGE_REJECTED', Error: 'why' },
    { outcome: 'rejected', failure: { message: 'why' } },
  ],
  ['INVALID_PARAMETER', { Status: 'INVALID_PARAMETER' }, { outcome: 'rejected' }],
  [
    'TRANSIENT_FAILURE',
    { Status: 'TRANSIENT_FAILURE' },
    { outcome: 'unsent', failure: { retryable: true } },
  ],
  [
    'ACCOUNT_THROTTLED',
    { Status: 'ACCOUNT_THROTTLED' },
    { outcome: 'unsent', failure: { retryable: true, category: 'rate-limit' } },
  ],
  [
    'ACCOUNT_DAILY_QUOTA_EXCEEDED',
    { Status: 'ACCOUNT_DAILY_QUOTA_EXCEEDED' },
    { outcome: 'unsent', failure: { retryable: false } },
  ],
  [
    'ACCOUNT_SUSPENDED',
    { Status: 'ACCOUNT_SUSPENDED' },
    { outcome: 'unsent', failure: { scope: 'provider' } },
  ],
  [
    'MAIL_FROM_DOMAIN_NOT_VERIFIED',
    { Status: 'MAIL_FROM_DOMAIN_NOT_VERIFIED' },
    { outcome: 'unsent', failure: { scope: 'sender' } },
  ],
  ['FAILED', { Status: 'FAILED' }, { outcome: 'unsent', failure: { retryable: false } }],
  [
    'a status of next year',
    { Status: 'CONFIGURATION_SET_DOES_NOT_EXIST' },
    { outcome: 'unsent', failure: { code: 'CONFIGURATION_SET_DOES_NOT_EXIST' } },
  ],
  ['no status', {}, { outcome: 'unknown' }],
  ['no entry', null, { outcome: 'unknown' }],
];

describe('Each entry of a bulk answer means what SES says of it', () => {
  it.each(ENTRIES)('%s', (_, entry, expected) => {
    const good = { Status: 'SUCCESS', MessageId: 'good' };
    const given = answer(200, { BulkEmailEntryResults: [good, entry] });
    expect(bulkOutcomes(given, 2)).toMatchObject([{ outcome: 'accepted' }, expected]);
  });

  it.each([
    ['of another number of entries', answer(200, { BulkEmailEntryResults: [] })],
    [
      'cut off',
      answer(200, '{"BulkEmailEntryResults":[{"Status":"SUCCESS"', { isComplete: false }),
    ],
    ['without entries', answer(200, {})],
  ])('an answer %s leaves all of them unknown', (_, given) => {
    expect(bulkOutcomes(given, 2)).toMatchObject([{ outcome: 'unknown' }, { outcome: 'unknown' }]);
  });
});

describe('What SES says of an error', () => {
  it.each<[string, HttpAnswer, object]>([
    [
      'its type and words',
      error(400, 'MessageRejected'),
      { code: 'MessageRejected', message: 'in words' },
    ],
    [
      'in capitals',
      answer(400, { Message: 'In words' }),
      { message: 'In words', code: 'HTTP_400' },
    ],
    ['no words', answer(400, {}), { message: 'SES answered with status 400' }],
    ['empty words', answer(400, { message: '' }), { message: 'SES answered with status 400' }],
    [
      'words that are none',
      answer(400, { message: 5 }),
      { message: 'SES answered with status 400' },
    ],
    ['a list', answer(400, ['x']), { message: 'SES answered with status 400', code: 'HTTP_400' }],
    ['a code in the body', answer(400, { code: 'SlowDown' }), { code: 'SlowDown' }],
    ['a type that is no text', answer(400, { __type: 5 }), { code: 'HTTP_400' }],
    ['a type that is a sentence', answer(400, { __type: 'no type' }), { code: 'HTTP_400' }],
    ['an endless type', answer(400, { __type: 'x'.repeat(81) }), { code: 'HTTP_400' }],
    [
      'the header before the body',
      answer(400, { __type: 'SlowDown' }, { headers: { 'x-amzn-errortype': 'MessageRejected' } }),
      { code: 'MessageRejected' },
    ],
    ['a type that nobody knows', error(418, 'TeaException'), { code: 'TeaException' }],
    ['a type of 500', error(500, 'SlowDown'), { code: 'SlowDown', category: 'server-error' }],
  ])('%s', (_, given, failure) => {
    expect(messageOutcome(given)).toMatchObject({
      failure: { ...failure, statusCode: given.status },
    });
  });

  it('asks for no wait where it names none', () => {
    expect(messageOutcome(error(429, 'SlowDown'))).not.toHaveProperty('failure.retryAfterMs');
  });

  it.each(['Credentials', 'TokenProvider', 'SSO', 'STSError', 'AssumeRole', 'ProfileMissing'])(
    'without credentials (%s): says where they are set',
    (code) => {
      expect(messageOutcome({ kind: 'unmade', code })).toEqual({
        outcome: 'unsent',
        failure: {
          code,
          category: 'auth',
          scope: 'provider',
          retryable: false,
          message: expect.stringContaining('providers.ses.credentials') as string,
        },
      });
    },
  );

  it.each([
    ['CREDENTIALS_FUNCTION_FAILED', 'unavailable', true],
    ['CREDENTIALS_FUNCTION_GAVE_NONE', 'auth', false],
  ])('where the function for credentials is at fault: %s', (code, category, retryable) => {
    expect(messageOutcome({ kind: 'unmade', code })).toEqual({
      outcome: 'unsent',
      failure: {
        code,
        category,
        scope: 'provider',
        retryable,
        message: expect.stringContaining('the function providers.ses.credentials') as string,
      },
    });
  });

  it('a request that the SDK refused is one of the configuration', () => {
    expect(bulkOutcomes({ kind: 'unmade', code: 'TypeError' }, 1)).toEqual([
      {
        outcome: 'unsent',
        failure: {
          code: 'TypeError',
          category: 'configuration',
          scope: 'provider',
          retryable: false,
          message: 'the AWS SDK could not make the request',
        },
      },
    ]);
  });

  it.each([true, false])('a fault is one for all messages (may have arrived: %s)', (arrived) => {
    const fault = { kind: 'fault', code: 'X', isAborted: false, mayHaveArrived: arrived } as const;
    const outcome = arrived ? 'unknown' : 'unsent';
    expect(bulkOutcomes(fault, 2)).toMatchObject([{ outcome }, { outcome }]);
    expect(messageOutcome(fault)).toMatchObject({ outcome });
  });

  it.each([201, 299])('%i is no success of SES', (status) => {
    expect(messageOutcome(answer(status, { MessageId: 'm' }))).toMatchObject({
      outcome: 'unknown',
      failure: { code: 'UNEXPECTED_ANSWER' },
    });
  });

  it('a redirect is none either', () => {
    expect(messageOutcome(answer(300, { MessageId: 'm' }))).toMatchObject({ outcome: 'unsent' });
  });

  it('an id that is no text is none', () => {
    expect(messageOutcome(answer(200, { MessageId: 5 }))).toMatchObject({ outcome: 'unknown' });
    expect(messageOutcome(answer(200, ['m']))).toMatchObject({ outcome: 'unknown' });
  });

  it.each<[string, unknown, object]>([
    ['an empty id: none', { Status: 'SUCCESS', MessageId: '' }, { outcome: 'accepted' }],
    ['an id that is no text: none', { Status: 'SUCCESS', MessageId: 5 }, { outcome: 'accepted' }],
  ])('of an entry %s', (_, entry, means) => {
    expect(bulkOutcomes(answer(200, { BulkEmailEntryResults: [entry] }), 1)).toEqual([means]);
  });

  it.each<[string, unknown, object]>([
    ['no words', { Status: 'FAILED' }, { message: 'SES did not take the message', code: 'FAILED' }],
    [
      'words that are none',
      { Status: 'FAILED', Error: 5 },
      { message: 'SES did not take the message' },
    ],
    ['an empty status', { Status: '' }, { code: 'UNEXPECTED_ANSWER' }],
    ['a status that is no text', { Status: 5 }, { code: 'UNEXPECTED_ANSWER' }],
  ])('of an entry with %s', (_, entry, failure) => {
    const given = answer(200, { BulkEmailEntryResults: [entry] });
    expect(bulkOutcomes(given, 1)).toMatchObject([{ failure }]);
  });

  it('a list of entries that is none leaves all open', () => {
    expect(bulkOutcomes(answer(200, { BulkEmailEntryResults: 'ab' }), 2)).toMatchObject([
      { outcome: 'unknown' },
      { outcome: 'unknown' },
    ]);
    expect(bulkOutcomes(answer(200, ['a']), 1)).toMatchObject([{ outcome: 'unknown' }]);
  });
});

describe('H2: an identity that SES has not verified', () => {
  const words = (...named: string[]) =>
    `Email address is not verified. The following identities failed the check in region EU-WEST-1: ${named.join(', ')}`;
  const email = outgoingEmail({
    from: { name: 'The Shop', address: 'shop@example.com' },
    to: [{ address: 'ada@example.org' }, { name: 'Eve', address: 'eve@example.org' }],
    cc: [{ address: 'cc@example.org' }],
    bcc: [{ address: 'bcc@example.org' }],
  });
  const SENDER = {
    outcome: 'unsent',
    failure: { category: 'configuration', scope: 'sender', retryable: false },
  };
  const RECIPIENT = {
    outcome: 'rejected',
    failure: { category: 'validation', scope: 'recipient', retryable: false },
  };
  const CASES: [string, string, object][] = [
    ['the sender', words('shop@example.com'), SENDER],
    ['the sender with a name', words('The Shop <shop@example.com>', 'shop@example.com'), SENDER],
    ['the sender in capitals', words('Shop@EXAMPLE.com'), SENDER],
    ['sender and recipient', words('ada@example.org', 'shop@example.com'), SENDER],
    ['somebody else, as of the return path', words('bounces@example.com'), SENDER],
    ['nobody', 'Email address is not verified.', SENDER],
    ['a domain', 'Domain is not verified: example.com', SENDER],
    ['a recipient', words('ada@example.org'), RECIPIENT],
    ['a recipient with a name', words('Eve <EVE@example.org>'), RECIPIENT],
    ['one in cc', words('cc@example.org'), RECIPIENT],
    ['one in bcc, in a list that is cut', words('x@example.net', 'bcc@example.org...'), RECIPIENT],
  ];

  it.each(CASES)('of one message: %s', (_, message, means) => {
    const given = answer(400, { message }, { headers: { 'x-amzn-errortype': 'MessageRejected' } });
    expect(messageOutcome(given, email)).toMatchObject(means);
  });

  it.each(CASES)('of an entry: %s', (_, message, means) => {
    const entry = { Status: 'MESSAGE_REJECTED', Error: message };
    const good = { Status: 'SUCCESS', MessageId: 'm' };
    const given = answer(200, { BulkEmailEntryResults: [good, entry] });
    expect(outcomesOf(given, [outgoingEmail(), email])).toMatchObject([
      { outcome: 'accepted' },
      means,
    ]);
  });

  it('of a call: the sender speaks for all, a recipient for those who have it', () => {
    const others = [outgoingEmail({ to: [{ address: 'x@example.net' }] }), email];
    const refused = (message: string) =>
      answer(400, { message }, { headers: { 'x-amzn-errortype': 'MessageRejected' } });
    expect(outcomesOf(refused(words('shop@example.com')), others)).toMatchObject([SENDER, SENDER]);
    expect(outcomesOf(refused(words('eve@example.org')), others)).toMatchObject([
      { outcome: 'unsent', failure: { code: 'REFUSED_TOGETHER' } },
      RECIPIENT,
    ]);
  });

  it('is the sender where the call had no message', () => {
    const given = answer(400, { __type: 'MessageRejected', message: words('ada@example.org') });
    expect(messageOutcome(given)).toMatchObject(SENDER);
  });
});

describe('What one type of error says in words', () => {
  const QUOTA = { outcome: 'unsent', failure: { category: 'quota', scope: 'provider' } };
  const BUSY = { outcome: 'unsent', failure: { category: 'rate-limit', retryable: true } };

  it.each<[string, string, object]>([
    ['ThrottlingException', 'Daily message quota exceeded.', QUOTA],
    ['Throttling', 'Daily message quota exceeded', QUOTA],
    ['TooManyRequestsException', 'Sending quota exceeded', QUOTA],
    ['LimitExceededException', 'You have exceeded your daily sending quota', QUOTA],
    ['MessageRejected', 'Daily message quota exceeded.', QUOTA],
    ['ThrottlingException', 'Maximum sending rate exceeded.', BUSY],
    ['LimitExceededException', 'Maximum sending rate exceeded.', BUSY],
    [
      'MessageRejected',
      'Sending suspended for this account. For more information, please check the inbox.',
      { outcome: 'unsent', failure: { category: 'auth', scope: 'provider' } },
    ],
    [
      'MessageRejected',
      'Sending paused for this account.',
      { outcome: 'unsent', failure: { category: 'unavailable', scope: 'provider' } },
    ],
    [
      'MessageRejected',
      'Address blacklisted.',
      { outcome: 'rejected', failure: { category: 'suppressed', scope: 'recipient' } },
    ],
    [
      'BadRequestException',
      "Missing final '@domain'",
      { outcome: 'rejected', failure: { category: 'validation', scope: 'message' } },
    ],
    [
      'AccessDeniedException',
      'Not authorized; quota exceeded',
      { outcome: 'unsent', failure: { category: 'auth' } },
    ],
  ])('H14: %s: %s', (type, message, means) => {
    const given = answer(400, { message }, { headers: { 'x-amzn-errortype': type } });
    expect(messageOutcome(given, outgoingEmail())).toMatchObject(means);
  });

  it('H14: a throttled entry whose words say that the quota is used up', () => {
    const entry = { Status: 'ACCOUNT_THROTTLED', Error: 'Daily message quota exceeded' };
    const given = answer(200, { BulkEmailEntryResults: [entry] });
    expect(bulkOutcomes(given, 1)).toMatchObject([QUOTA]);
  });
});
