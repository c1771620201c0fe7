import { sendGridOutcomes } from '../../../lib/providers/sendgrid/sendgrid-outcome.js';
import type { HttpAnswer } from '../../../lib/transport/http/http-result.js';

function answer(status: number, parts: Partial<HttpAnswer> = {}): HttpAnswer {
  return { kind: 'answer', status, headers: {}, body: '', isComplete: true, ...parts };
}

function errors(message: string, field: string | null): Partial<HttpAnswer> {
  return { body: JSON.stringify({ errors: [{ message, field }] }) };
}

const id = { headers: { 'x-message-id': 'abc' } };
const inAMinute = String(Math.floor(Date.now() / 1000) + 60);

const TAKEN: [what: string, answer: HttpAnswer, isSandbox: boolean, means: object][] = [
  ['202 with an id', answer(202, id), false, { outcome: 'accepted', messageId: 'abc' }],
  ['202 cut off', answer(202, { isComplete: false }), false, { outcome: 'accepted' }],
  ['202 without an id', answer(202), false, { outcome: 'unknown' }],
  ['202 as a web page', answer(202, { body: '<html>' }), false, { outcome: 'unknown' }],
  [
    '202 as a web page cut off',
    answer(202, { body: '<html>', isComplete: false }),
    false,
    { outcome: 'unknown' },
  ],
  ['200 in the test mode', answer(200), true, { outcome: 'accepted' }],
  [
    '200 as a web page in the test mode',
    answer(200, { body: '<html>' }),
    true,
    { outcome: 'unknown' },
  ],
  ['200 otherwise', answer(200, id), false, { outcome: 'unknown' }],
  ['204', answer(204), false, { outcome: 'unknown' }],
];

const NOT_TAKEN: [what: string, answer: HttpAnswer, means: object][] = [
  [
    '400 of a recipient',
    answer(400, errors('bad', 'personalizations.0.to.0.email')),
    {
      outcome: 'rejected',
      failure: { scope: 'message', category: 'validation', retryable: false },
    },
  ],
  [
    '400 of the sender',
    answer(400, errors('bad', 'from.email')),
    { outcome: 'unsent', failure: { scope: 'sender', retryable: false } },
  ],
  ['400 of somebody else', answer(400, { body: '<html>' }), { outcome: 'rejected' }],
  [
    '401',
    answer(401),
    { outcome: 'unsent', failure: { category: 'auth', scope: 'provider', retryable: false } },
  ],
  ['403', answer(403), { outcome: 'unsent', failure: { category: 'auth', scope: 'provider' } }],
  [
    '403 of the sender',
    answer(403, errors('not verified', 'from')),
    { outcome: 'unsent', failure: { scope: 'sender' } },
  ],
  ['404', answer(404), { outcome: 'unsent', failure: { category: 'configuration' } }],
  ['406', answer(406), { outcome: 'unsent', failure: { category: 'configuration' } }],
  ['413', answer(413), { outcome: 'rejected' }],
  ['415', answer(415), { outcome: 'unsent' }],
  [
    '429',
    answer(429, errors('too many requests', null)),
    {
      outcome: 'unsent',
      failure: { category: 'rate-limit', retryable: true, message: 'too many requests' },
    },
  ],
  [
    '429 with Retry-After',
    answer(429, { headers: { 'retry-after': '7' } }),
    { outcome: 'unsent', failure: { retryAfterMs: 7000 } },
  ],
  [
    '451',
    answer(451),
    {
      outcome: 'unsent',
      failure: { category: 'configuration', scope: 'provider', retryable: false },
    },
  ],
  [
    '503 with Retry-After',
    answer(503, { headers: { 'retry-after': '1' } }),
    { outcome: 'unsent', failure: { retryable: true } },
  ],
  ['503', answer(503), { outcome: 'unknown' }],
  [
    '503 with a rate limit',
    answer(503, { headers: { 'x-ratelimit-reset': inAMinute } }),
    { outcome: 'unknown' },
  ],
  ['500', answer(500), { outcome: 'unknown' }],
  ['302', answer(302), { outcome: 'unsent', failure: { category: 'configuration' } }],
];

describe('An answer of SendGrid means', () => {
  it.each(TAKEN)('%s', (_, given, isSandbox, means) => {
    const submissions = sendGridOutcomes(given, { count: 2, isSandbox });
    expect(submissions).toMatchObject([means, means]);
  });

  it.each(NOT_TAKEN)('%s', (_, given, means) => {
    expect(sendGridOutcomes(given, { count: 1, isSandbox: false })).toMatchObject([means]);
  });

  it.each([
    ['names its end', {}],
    ['names it besides a Retry-After that nobody can read', { 'retry-after': 'later' }],
  ])('a rate limit that %s: wait until then', (_, headers) => {
    const given = answer(429, { headers: { ...headers, 'x-ratelimit-reset': inAMinute } });
    const [submission] = sendGridOutcomes(given, { count: 1, isSandbox: false });
    const { failure } = submission as { failure: { retryAfterMs: number } };
    expect(failure.retryAfterMs).toBeGreaterThan(50_000);
    expect(failure.retryAfterMs).toBeLessThanOrEqual(60_000);
  });
});
