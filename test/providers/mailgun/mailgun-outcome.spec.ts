import { mailgunOutcome } from '../../../lib/providers/mailgun/mailgun-outcome.js';
import { waitMs } from '../../../lib/providers/mailgun/mailgun-refusals.js';
import type { HttpAnswer } from '../../../lib/transport/http/http-result.js';

const answer = (
  status: number,
  body: unknown,
  more: { headers?: Record<string, string>; isComplete?: boolean } = {},
): HttpAnswer => ({
  kind: 'answer',
  status,
  headers: { 'content-type': 'application/json', ...more.headers },
  body: typeof body === 'string' ? body : JSON.stringify(body),
  isComplete: more.isComplete ?? true,
});
const OK = { id: '<m@mg.example.com>', message: 'Queued. Thank you.' };
const says = (status: number, message: string) => answer(status, { message });
const LIMIT = 'Domain example.com is not allowed to send: request limit exceeded';
const SENDER = { outcome: 'unsent', failure: { scope: 'sender', retryable: false } };
const INVALID = { outcome: 'rejected', failure: { scope: 'message', category: 'validation' } };

const CASES: readonly [string, HttpAnswer, object][] = [
  ['queued', answer(200, OK), { outcome: 'accepted', messageId: '<m@mg.example.com>' }],
  ['200, cut', answer(200, '{"id":"<m', { isComplete: false }), { outcome: 'accepted' }],
  ['200, cut at once', answer(200, '', { isComplete: false }), { outcome: 'accepted' }],
  [
    '200, cut, of something else',
    answer(200, 'Mail', { isComplete: false }),
    { outcome: 'unknown' },
  ],
  [
    '200 of the wrong path',
    answer(200, 'Mailgun Magnificent API'),
    { outcome: 'unsent', failure: { category: 'configuration' } },
  ],
  ['200 with html', answer(200, '<html></html>'), { outcome: 'unknown' }],
  ['200 without an id', answer(200, { message: 'Queued. Thank you.' }), { outcome: 'unknown' }],
  ['200 with other words', answer(200, { id: 'x', message: 'Hello' }), { outcome: 'unknown' }],
  ['202', answer(202, OK), { outcome: 'unknown' }],
  ['204', answer(204, ''), { outcome: 'unknown' }],
  ['301', answer(301, ''), { outcome: 'unsent', failure: { category: 'configuration' } }],
  [
    'an invalid recipient',
    says(400, "'to' parameter is not a valid address. please check documentation"),
    { outcome: 'rejected', failure: { scope: 'recipient' } },
  ],
  [
    'no recipient',
    says(400, 'to parameter is missing'),
    { outcome: 'rejected', failure: { scope: 'recipient' } },
  ],
  ['an invalid sender', says(400, "'from' parameter is not a valid address"), SENDER],
  [
    'an unverified domain',
    says(400, 'Domain x.example is not allowed to send: The domain is unverified'),
    SENDER,
  ],
  ['an account that is not activated', says(400, 'Please activate your Mailgun account'), SENDER],
  [
    'a free account',
    says(400, 'Domain x.example is not allowed to send: Free accounts are for test purposes only.'),
    SENDER,
  ],
  [
    'probation',
    says(400, 'Only 10 recipients per request is allowed on probation.'),
    { outcome: 'unsent', failure: { scope: 'provider' } },
  ],
  [
    'too much',
    says(400, 'Send options (parameters starting with o:, h:, or v:) are limited to 16 kB total'),
    INVALID,
  ],
  ['a wrong date', says(400, 'x is not an RFC-2822 compliant date'), INVALID],
  ['another 400', answer(400, 'no'), INVALID],
  [
    '401',
    answer(401, 'Forbidden'),
    { outcome: 'unsent', failure: { category: 'auth', retryable: false } },
  ],
  ['402', says(402, 'Payment required'), { outcome: 'unsent', failure: { retryable: false } }],
  [
    '403',
    says(403, "Rejected: IP 192.0.2.1 can't be used to send the message"),
    { outcome: 'unsent' },
  ],
  [
    '404',
    says(404, 'Domain not found: x.example'),
    { outcome: 'unsent', failure: { category: 'configuration' } },
  ],
  ['413', answer(413, 'request size exceeds 52.4MiB limit'), INVALID],
  [
    '420',
    says(420, `${LIMIT}, try again after 60 seconds`),
    {
      outcome: 'unsent',
      failure: { category: 'rate-limit', retryable: true, retryAfterMs: 60_000, statusCode: 420 },
    },
  ],
  [
    '420 without words',
    answer(420, ''),
    { outcome: 'unsent', failure: { category: 'rate-limit', retryable: true } },
  ],
  [
    '420 by the header',
    answer(420, '', { headers: { 'retry-after': '3' } }),
    { outcome: 'unsent', failure: { retryAfterMs: 3000 } },
  ],
  [
    '429',
    answer(429, ''),
    { outcome: 'unsent', failure: { category: 'rate-limit', retryable: true } },
  ],
  [
    '429 in seconds',
    says(429, `${LIMIT}, try again after 120 seconds`),
    { outcome: 'unsent', failure: { retryAfterMs: 120_000, retryable: true } },
  ],
  [
    '429 by a date',
    says(429, `${LIMIT}, try again after Mon, 20 Dec 2021 20:33:21 UTC`),
    { outcome: 'unsent', failure: { retryAfterMs: 0 } },
  ],
  [
    '429 by the header',
    answer(429, '', { headers: { 'retry-after': '3' } }),
    { outcome: 'unsent', failure: { retryAfterMs: 3000 } },
  ],
  ['500', says(500, 'Internal error'), { outcome: 'unknown' }],
  [
    '500 that speaks of a limit',
    says(500, `${LIMIT}, try again after 120 seconds`),
    { outcome: 'unknown' },
  ],
  ['502', answer(502, ''), { outcome: 'unknown' }],
  ['503', answer(503, ''), { outcome: 'unknown' }],
  [
    '503 with Retry-After',
    answer(503, '', { headers: { 'retry-after': '1' } }),
    { outcome: 'unsent' },
  ],
  ['504', answer(504, ''), { outcome: 'unknown' }],
];

describe('What an answer of Mailgun means', () => {
  it.each(CASES)('%s', (_, given, expected) => {
    expect(mailgunOutcome(given)).toMatchObject(expected);
  });

  it('a date to wait for counts from now, an hour at most', () => {
    const soon = new Date(Date.now() + 60_000).toUTCString().replace('GMT', 'UTC');
    expect(waitMs(`${LIMIT}, try again after ${soon}`)).toBeGreaterThan(50_000);
    expect(waitMs(`${LIMIT}, try again after 2 minutes`)).toBe(120_000);
    expect(waitMs(`${LIMIT}, try again after 9 hours`)).toBe(3_600_000);
    expect(waitMs(`${LIMIT}, try again after a while`)).toBeUndefined();
    expect(waitMs(LIMIT)).toBeUndefined();
  });
});

describe('The words of Mailgun', () => {
  it.each<[string, HttpAnswer, string]>([
    ['in an object', says(400, 'no such thing'), 'no such thing'],
    ['alone', answer(401, '"Forbidden"'), 'Forbidden'],
    ['that are none', answer(400, { message: '' }), 'the answer has status 400'],
    ['that are no text', answer(400, { message: 5 }), 'the answer has status 400'],
    ['that are no JSON', answer(413, 'too big'), 'the answer has status 413'],
    ['of a rate limit', answer(420, ''), 'the answer has status 420'],
  ])('%s are told', (_, given, message) => {
    const { status } = given;
    expect(mailgunOutcome(given)).toMatchObject({
      failure: { code: `HTTP_${status}`, statusCode: status, message },
    });
  });

  it('of a wrong path say what is wrong', () => {
    expect(mailgunOutcome(answer(200, ' Mailgun Magnificent API\n'))).toEqual({
      outcome: 'unsent',
      failure: {
        code: 'NOT_THE_API',
        category: 'configuration',
        scope: 'provider',
        retryable: false,
        statusCode: 200,
        message: expect.stringMatching(/baseUrl or domain/) as string,
      },
    });
  });

  it('never make a rate limit of an error of the server', () => {
    const words = `${LIMIT}, try again after 5 seconds`;
    expect(mailgunOutcome(says(499, words))).toMatchObject({
      outcome: 'unsent',
      failure: { category: 'rate-limit', code: 'HTTP_499', message: words, retryAfterMs: 5_000 },
    });
    expect(mailgunOutcome(says(500, words))).toMatchObject({ outcome: 'unknown' });
  });

  it('ask for no wait where they name none', () => {
    expect(mailgunOutcome(answer(420, ''))).not.toHaveProperty('failure.retryAfterMs');
  });

  it.each<[string, HttpAnswer]>([
    ['an empty id', answer(200, { id: '', message: 'Queued. Thank you.' })],
    ['an id that is no text', answer(200, { id: 5, message: 'Queued. Thank you.' })],
    ['no words', answer(200, { id: 'm' })],
    ['words that are no text', answer(200, { id: 'm', message: 5 })],
    ['the word elsewhere', answer(200, { id: 'm', message: 'Not Queued' })],
    ['half of it, and no more to come', answer(200, '{"id":"<m')],
    ['another success', answer(299, OK)],
  ])('mean no acceptance with %s', (_, given) => {
    expect(mailgunOutcome(given)).toMatchObject({
      outcome: 'unknown',
      failure: { code: 'UNEXPECTED_ANSWER' },
    });
  });

  it('of a redirect count for nothing', () => {
    expect(mailgunOutcome(answer(300, OK))).toMatchObject({
      outcome: 'unsent',
      failure: { category: 'configuration' },
    });
  });
});
