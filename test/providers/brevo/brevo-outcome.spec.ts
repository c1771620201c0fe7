import { brevoOutcomes } from '../../../lib/providers/brevo/brevo-outcome.js';
import type { HttpAnswer } from '../../../lib/transport/http/http-result.js';

function answer(status: number, parts: Partial<HttpAnswer> = {}): HttpAnswer {
  return { kind: 'answer', status, headers: {}, body: '', isComplete: true, ...parts };
}

function json(status: number, body: object, parts: Partial<HttpAnswer> = {}): HttpAnswer {
  return answer(status, { body: JSON.stringify(body), ...parts });
}

const ONE = { count: 1, hasOneTemplate: true, key: undefined };
const TWO = { ...ONE, count: 2 };
const cut = { isComplete: false };

const SINGLE: [what: string, answer: HttpAnswer, means: object][] = [
  [
    '201 with an id',
    json(201, { messageId: '<1@b>' }),
    { outcome: 'accepted', messageId: '<1@b>' },
  ],
  [
    '202 of a scheduled message',
    json(202, { messageId: '<1@b>', batchId: 'x' }),
    { outcome: 'accepted', messageId: '<1@b>' },
  ],
  ['201 cut off', answer(201, { body: '{"mess', ...cut }), { outcome: 'accepted' }],
  ['201 without an id', json(201, {}), { outcome: 'unknown' }],
  ['201 without a body', answer(201), { outcome: 'unknown' }],
  ['201 as a web page', answer(201, { body: '<html>' }), { outcome: 'unknown' }],
  ['201 as a web page cut off', answer(201, { body: '<html', ...cut }), { outcome: 'unknown' }],
  ['200', json(200, { messageId: '<1@b>' }), { outcome: 'unknown' }],
  ['204', answer(204), { outcome: 'unknown' }],
  [
    'invalid_parameter',
    json(400, { code: 'invalid_parameter', message: 'email is not valid in to' }),
    { outcome: 'rejected', failure: { code: 'invalid_parameter', scope: 'message' } },
  ],
  [
    'the same in capitals',
    json(400, { code: 'INVALID_PARAMETER', message: 'no' }),
    { outcome: 'rejected' },
  ],
  [
    'a template that is not there',
    json(404, { code: 'document_not_found', message: 'Template ID does not exist' }),
    { outcome: 'rejected', failure: { scope: 'message' } },
  ],
  ['422', json(422, { code: 'unprocessable_entity', message: 'no' }), { outcome: 'rejected' }],
  [
    'a sender that is not known',
    json(400, { code: 'invalid_parameter', message: 'Sender is invalid' }),
    { outcome: 'unsent', failure: { scope: 'sender', retryable: false } },
  ],
  [
    'unauthorized',
    json(401, { code: 'unauthorized', message: 'Key not found' }),
    { outcome: 'unsent', failure: { category: 'auth', scope: 'provider', retryable: false } },
  ],
  [
    'account_under_validation',
    json(403, { code: 'account_under_validation', message: 'no' }),
    { outcome: 'unsent', failure: { category: 'auth' } },
  ],
  [
    'not_enough_credits',
    json(402, { code: 'not_enough_credits', message: 'no' }),
    { outcome: 'unsent', failure: { category: 'quota', retryable: false } },
  ],
  [
    '405',
    json(405, { code: 'method_not_allowed', message: 'no' }),
    { outcome: 'unsent', failure: { category: 'configuration' } },
  ],
  [
    '404 of somebody else',
    answer(404, { body: '<html>' }),
    { outcome: 'unsent', failure: { category: 'configuration' } },
  ],
  [
    'duplicate_parameter, where no key was sent',
    json(400, { code: 'duplicate_parameter', message: 'no' }),
    { outcome: 'rejected' },
  ],
  [
    '429',
    json(429, { message: 'no' }),
    { outcome: 'unsent', failure: { category: 'rate-limit', retryable: true } },
  ],
  [
    '429 with the seconds left',
    answer(429, { headers: { 'x-sib-ratelimit-reset': '12' } }),
    { outcome: 'unsent', failure: { retryAfterMs: 12_000 } },
  ],
  [
    '429 with Retry-After besides',
    answer(429, { headers: { 'x-sib-ratelimit-reset': '12', 'retry-after': '3' } }),
    { outcome: 'unsent', failure: { retryAfterMs: 3000 } },
  ],
  [
    '429 with the seconds left, and a Retry-After that nobody can read',
    answer(429, { headers: { 'x-sib-ratelimit-reset': '12', 'retry-after': 'later' } }),
    { outcome: 'unsent', failure: { retryAfterMs: 12_000 } },
  ],
  [
    '429 with more than an hour left',
    answer(429, { headers: { 'x-sib-ratelimit-reset': '99999' } }),
    { outcome: 'unsent', failure: { retryAfterMs: 3_600_000 } },
  ],
  ['503 with Retry-After', answer(503, { headers: { 'retry-after': '1' } }), { outcome: 'unsent' }],
  [
    '503 with a Retry-After that is none',
    answer(503, { headers: { 'retry-after': '-1' } }),
    { outcome: 'unknown' },
  ],
  [
    '503 with the seconds of a rate limit',
    answer(503, { headers: { 'x-sib-ratelimit-reset': '12' } }),
    { outcome: 'unknown' },
  ],
  [
    '500 that names a code',
    json(500, { code: 'invalid_parameter', message: 'no' }),
    { outcome: 'unknown' },
  ],
  ['302', answer(302), { outcome: 'unsent', failure: { category: 'configuration' } }],
];

describe('An answer of Brevo means', () => {
  it.each(SINGLE)('%s', (_, given, means) => {
    expect(brevoOutcomes(given, ONE)).toMatchObject([means]);
  });

  it('the ids of a batch stand in the order of its messages', () => {
    const given = json(201, { messageIds: ['<1@b>', '<2@b>'] });
    expect(brevoOutcomes(given, TWO)).toEqual([
      { outcome: 'accepted', messageId: '<1@b>' },
      { outcome: 'accepted', messageId: '<2@b>' },
    ]);
  });

  it.each([
    ['another number of ids', json(201, { messageIds: ['<1@b>'] })],
    ['the id of a single message', json(201, { messageId: '<1@b>' })],
    ['something that is no id', json(201, { messageIds: ['<1@b>', null] })],
  ])('with %s nobody knows', (_, given) => {
    expect(brevoOutcomes(given, TWO)).toMatchObject([
      { outcome: 'unknown' },
      { outcome: 'unknown' },
    ]);
  });

  it('duplicate_parameter for a key whose answer was lost: the earlier call was taken', () => {
    const given = json(400, { code: 'duplicate_parameter', message: 'no' });
    const key = { isRepeated: true };
    expect(brevoOutcomes(given, { ...TWO, key })).toEqual([
      { outcome: 'accepted' },
      { outcome: 'accepted' },
    ]);
  });

  it('duplicate_request for a key that nobody had before: nobody knows', () => {
    const given = json(400, { code: 'duplicate_request', message: 'no' });
    const key = { isRepeated: false };
    expect(brevoOutcomes(given, { ...ONE, key })).toMatchObject([{ outcome: 'unknown' }]);
  });
});

describe('A refusal of Brevo', () => {
  const ACCOUNT = { scope: 'provider', retryable: false };

  it.each([
    ['unauthorized', 'auth'],
    ['permission_denied', 'auth'],
    ['reseller_permission_denied', 'auth'],
    ['account_under_validation', 'auth'],
    ['not_enough_credits', 'quota'],
    ['method_not_allowed', 'configuration'],
    ['not_acceptable', 'configuration'],
  ])('%s is about the account, whatever the status', (code, category) => {
    for (const status of [400, 418, 499]) {
      const given = json(status, { code, message: 'no' });
      const failure = { ...ACCOUNT, code, message: 'no', category, statusCode: status };
      expect(brevoOutcomes(given, TWO)).toEqual([
        { outcome: 'unsent', failure },
        { outcome: 'unsent', failure },
      ]);
    }
  });

  it.each([
    'invalid_parameter',
    'missing_parameter',
    'out_of_range',
    'document_not_found',
    'unprocessable_entity',
  ])('%s is about the message, whatever the status', (code) => {
    const given = json(404, { code, message: 'no' });
    expect(brevoOutcomes(given, ONE)).toEqual([
      {
        outcome: 'rejected',
        failure: {
          code,
          message: 'no',
          category: 'validation',
          scope: 'message',
          retryable: false,
          statusCode: 404,
        },
      },
    ]);
  });

  it.each([
    ['constructor', json(400, { code: 'constructor', message: 'no' }), 'rejected'],
    ['a longer word', json(409, { code: 'my_duplicate_parameter', message: 'no' }), 'unknown'],
    ['another longer one', json(401, { code: 'duplicate_parameters', message: 'no' }), 'unsent'],
  ])('whose code is %s is known by its status only', (_, given, outcome) => {
    const key = { isRepeated: true };
    expect(brevoOutcomes(given, { ...ONE, key })).toMatchObject([{ outcome }]);
  });

  it.each<[string, HttpAnswer]>([
    ['no body', answer(404)],
    ['another body', answer(404, { body: '[]' })],
    ['empty words', json(404, { code: '', message: '' })],
    ['numbers for words', json(404, { code: 1, message: 2 })],
  ])('with %s speaks by its status', (_, given) => {
    expect(brevoOutcomes(given, ONE)).toMatchObject([
      { failure: { code: 'HTTP_404', message: 'Brevo answered with status 404', statusCode: 404 } },
    ]);
  });

  it('that names a sender only as part of a word is not about one', () => {
    const given = json(400, { code: 'invalid_parameter', message: 'senders2 is no field' });
    expect(brevoOutcomes(given, ONE)).toMatchObject([{ outcome: 'rejected' }]);
  });

  it('of the sender is about all messages of a call', () => {
    const given = json(400, { code: 'invalid_parameter', message: 'valid SENDER email required' });
    const means = {
      outcome: 'unsent',
      failure: { scope: 'sender', category: 'validation', retryable: false },
    };
    expect(brevoOutcomes(given, TWO)).toMatchObject([means, means]);
  });

  it('of a key that was never used before says so', () => {
    const key = { isRepeated: false };
    const given = json(400, { code: 'duplicate_parameter', message: 'seen' });
    expect(brevoOutcomes(given, { ...ONE, key })).toMatchObject([
      { outcome: 'unknown', failure: { code: 'duplicate_parameter', category: 'validation' } },
    ]);
  });

  const HELD = 'REFUSED_TOGETHER';
  const missing = json(404, { code: 'document_not_found', message: 'no' });

  it.each<[string, HttpAnswer, object, string]>([
    ['for its size', answer(413), TWO, HELD],
    ['in words that were cut', answer(400, { body: '{"code', ...cut }), TWO, HELD],
    ['for one of its fields', json(400, { code: 'Out_Of_Range', message: 'no' }), TWO, HELD],
    ['for one of its templates', missing, { ...TWO, hasOneTemplate: false }, HELD],
    ['for its only template', missing, TWO, 'document_not_found'],
    ['with 404, cut', answer(404, cut), TWO, 'HTTP_404'],
    ['with 400 alone', answer(400), TWO, 'HTTP_400'],
  ])('of a whole call %s', (_, given, call, code) => {
    const submissions = brevoOutcomes(given, call as typeof TWO);
    expect(submissions).toMatchObject([{ failure: { code } }, { failure: { code } }]);
  });

  it('of a single message is about that message', () => {
    for (const given of [answer(413), answer(400, cut), missing]) {
      expect(brevoOutcomes(given, ONE)).toMatchObject([{ outcome: 'rejected' }]);
    }
  });
});

describe('An acceptance of Brevo', () => {
  it.each<[string, object, number, (string | undefined)[]]>([
    ['a list of one id', { messageIds: ['<1@b>'] }, 1, ['<1@b>']],
    ['an id and a list', { messageId: '<1@b>', messageIds: ['<2@b>'] }, 1, ['<1@b>']],
    [
      'for two, the list',
      { messageId: '<0@b>', messageIds: ['<1@b>', '<2@b>'] },
      2,
      ['<1@b>', '<2@b>'],
    ],
  ])('%s', (_, body, count, ids) => {
    expect(brevoOutcomes(json(201, body), { ...ONE, count })).toEqual(
      ids.map((messageId) => ({ outcome: 'accepted', messageId })),
    );
  });

  it.each<[string, HttpAnswer]>([
    ['an empty id', json(201, { messageId: '' })],
    ['a list that is none', json(201, { messageIds: '<' })],
    ['too many ids', json(201, { messageIds: ['<1@b>', '<2@b>'] })],
    ['the status of none', json(299, { messageId: '<1@b>' })],
  ])('is none with %s', (_, given) => {
    expect(brevoOutcomes(given, ONE)).toMatchObject([
      { outcome: 'unknown', failure: { code: 'UNEXPECTED_ANSWER' } },
    ]);
  });

  it('may be cut before its first byte, where it says that JSON was to come', () => {
    const headers = { 'content-type': 'application/json' };
    expect(brevoOutcomes(answer(201, { headers, ...cut }), TWO)).toEqual([
      { outcome: 'accepted' },
      { outcome: 'accepted' },
    ]);
  });
});

describe('Outside of successes and refusals Brevo’s words change nothing', () => {
  const body = { code: 'unauthorized', message: 'no' };

  it.each([
    [300, 'unsent', 'configuration'],
    [399, 'unsent', 'configuration'],
    [429, 'unsent', 'rate-limit'],
    [500, 'unknown', 'server-error'],
  ])('%i: %s, %s', (status, outcome, category) => {
    expect(brevoOutcomes(json(status, body), ONE)).toMatchObject([
      { outcome, failure: { category, code: 'unauthorized' } },
    ]);
  });
});
