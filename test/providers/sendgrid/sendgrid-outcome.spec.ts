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

describe('What SendGrid says of an error', () => {
  const listed = (status: number, list: unknown, parts: Partial<HttpAnswer> = {}) =>
    answer(status, { body: JSON.stringify({ errors: list }), ...parts });
  const one = (given: HttpAnswer) => sendGridOutcomes(given, { count: 1, isSandbox: false })[0];
  const three = (given: HttpAnswer) => sendGridOutcomes(given, { count: 3, isSandbox: false });
  const HELD = { outcome: 'unsent', failure: { code: 'REFUSED_TOGETHER' } };

  it.each<[string, HttpAnswer, string]>([
    [
      'all of it',
      listed(400, [
        { message: 'bad', field: 'subject' },
        { message: 'worse', field: null },
      ]),
      'subject: bad; worse',
    ],
    ['nothing', answer(400), 'SendGrid answered with status 400'],
    ['no list', listed(400, 'bad'), 'SendGrid answered with status 400'],
    ['another body', answer(400, { body: '[]' }), 'SendGrid answered with status 400'],
    ['only what is an error', listed(400, [null, 'x', { message: 'bad' }]), 'bad'],
    ['a place without words', listed(400, [{ message: 5, field: 'subject' }]), 'subject:'],
  ])('is told: %s', (_, given, message) => {
    expect(one(given)).toMatchObject({ failure: { code: 'HTTP_400', statusCode: 400, message } });
  });

  it.each<[string, HttpAnswer, object]>([
    ['from', listed(400, [{ message: 'bad', field: 'from' }]), { scope: 'sender' }],
    [
      'from.email among others',
      listed(403, [{ message: 'x' }, { message: 'bad', field: 'from.email' }]),
      { scope: 'sender', category: 'validation', retryable: false, code: 'HTTP_403' },
    ],
    ['a field like it', listed(400, [{ message: 'bad', field: 'fromage' }]), { scope: 'message' }],
    ['a place within', listed(400, [{ message: 'x', field: 'a.from' }]), { scope: 'message' }],
    ['another status', listed(413, [{ message: 'x', field: 'from' }]), { scope: 'message' }],
    ['401', listed(401, [{ message: 'x', field: 'from' }]), { scope: 'provider' }],
  ])('is about the sender by its field, with 400 and 403: %s', (_, given, failure) => {
    expect(one(given)).toMatchObject({ failure });
  });

  it('of the sender is about all messages of a call', () => {
    const means = { outcome: 'unsent', failure: { scope: 'sender' } };
    const given = listed(400, [{ message: 'bad', field: 'from' }]);
    expect(three(given)).toMatchObject([means, means, means]);
  });

  it('of one message leaves the others to go again', () => {
    const given = listed(400, [
      { message: 'bad', field: 'personalizations.1.to' },
      { message: 'ugly', field: 'personalizations.1.cc' },
    ]);
    const failure = {
      code: 'HTTP_400',
      category: 'validation',
      scope: 'message',
      retryable: false,
      statusCode: 400,
      message: 'personalizations.1.to: bad; personalizations.1.cc: ugly',
    };
    expect(three(given)).toMatchObject([HELD, { outcome: 'rejected', failure }, HELD]);
    expect(three(given)[1]).toEqual({ outcome: 'rejected', failure });
  });

  it('of a tenth message is not one of the first', () => {
    const given = listed(400, [{ message: 'bad', field: 'personalizations.10.to' }]);
    expect(three(given)).toMatchObject([HELD, HELD, HELD]);
  });

  it('of what they share is about all of them, in its own words', () => {
    const given = listed(400, [
      { message: 'bad', field: 'subject' },
      { message: 'ugly', field: 'personalizations.1.to' },
    ]);
    const means = { outcome: 'rejected', failure: { message: 'subject: bad' } };
    expect(three(given)).toMatchObject([means, means, means]);
  });

  it.each<[string, HttpAnswer]>([
    ['its size', answer(413)],
    ['something that was cut', answer(400, { isComplete: false })],
    ['something without a place', listed(400, [{ message: 'bad' }])],
  ])('of a whole call for %s says not of which: they go again', (_, given) => {
    expect(three(given)).toMatchObject([HELD, HELD, HELD]);
  });

  it.each<[string, HttpAnswer, string]>([
    ['400 alone', answer(400), 'rejected'],
    ['401, cut', answer(401, { isComplete: false }), 'unsent'],
    ['429', listed(429, [{ message: 'slow' }]), 'unsent'],
    ['451', answer(451), 'unsent'],
  ])('of a whole call is for all: %s', (_, given, outcome) => {
    const code = `HTTP_${given.status}`;
    const means = { outcome, failure: { code } };
    expect(three(given)).toMatchObject([means, means, means]);
  });

  it('of another region asks for another setting', () => {
    expect(one(answer(451))).toMatchObject({
      failure: { code: 'HTTP_451', category: 'configuration', retryable: false },
    });
  });

  it.each([
    ['no reset', {}],
    ['a reset of nothing', { 'x-ratelimit-reset': '' }],
    ['a reset of zero', { 'x-ratelimit-reset': '0' }],
    ['a reset in words', { 'x-ratelimit-reset': 'soon' }],
  ])('a rate limit with %s asks for no wait', (_, headers) => {
    expect(one(answer(429, { headers }))).not.toHaveProperty('failure.retryAfterMs');
  });

  it('a rate limit that is over asks for none either, and Retry-After comes first', () => {
    const over = { 'x-ratelimit-reset': '1000' };
    expect(one(answer(429, { headers: over }))).toMatchObject({ failure: { retryAfterMs: 0 } });
    const both = { 'x-ratelimit-reset': inAMinute, 'retry-after': '2' };
    expect(one(answer(429, { headers: both }))).toMatchObject({ failure: { retryAfterMs: 2_000 } });
  });
});

describe('SendGrid took a message', () => {
  const taken = (given: HttpAnswer, isSandbox = false) =>
    sendGridOutcomes(given, { count: 1, isSandbox })[0];

  it('under the id in the header', () => {
    const given = answer(202, { headers: { 'x-message-id': ' abc ' } });
    expect(taken(given)).toEqual({ outcome: 'accepted', messageId: 'abc' });
  });

  it.each<[string, HttpAnswer, boolean]>([
    ['an empty id', answer(202, { headers: { 'x-message-id': ' ' } }), false],
    ['words in the test mode', answer(200, { body: 'hello' }), true],
    ['202 without an id in the test mode', answer(202), true],
    [
      'a web page by its type, cut',
      answer(202, { headers: { 'content-type': 'text/HTML' }, isComplete: false }),
      false,
    ],
    ['a web page behind blanks, cut', answer(202, { body: '\n <html', isComplete: false }), false],
    ['another success', answer(299, id), false],
    ['201', answer(201, id), true],
  ])('but nobody knows with %s', (_, given, isSandbox) => {
    expect(taken(given, isSandbox)).toMatchObject({
      outcome: 'unknown',
      failure: { code: 'UNEXPECTED_ANSWER' },
    });
  });

  it('in the test mode with blanks only', () => {
    expect(taken(answer(200, { body: '\n' }), true)).toEqual({ outcome: 'accepted' });
  });

  it('but not with a redirect', () => {
    expect(taken(answer(300, id))).toMatchObject({ outcome: 'unsent' });
  });
});
