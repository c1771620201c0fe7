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
    { outcome: 'unsent', failure: { category: 'rate-limit', retryable: false } },
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
    const key = { value: 'k', isReused: true, since: 0 };
    expect(brevoOutcomes(given, { ...TWO, key })).toEqual([
      { outcome: 'accepted' },
      { outcome: 'accepted' },
    ]);
  });

  it('duplicate_request for a key that nobody had before: nobody knows', () => {
    const given = json(400, { code: 'duplicate_request', message: 'no' });
    const key = { value: 'k', isReused: false, since: 0 };
    expect(brevoOutcomes(given, { ...ONE, key })).toMatchObject([{ outcome: 'unknown' }]);
  });
});
