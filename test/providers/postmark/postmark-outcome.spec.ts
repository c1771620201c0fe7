import { postmarkOutcomes } from '../../../lib/providers/postmark/postmark-outcome.js';
import type { HttpAnswer } from '../../../lib/transport/http/http-result.js';
import { outgoingEmail } from '../../fixtures/outgoing-email.js';

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
const refused = (ErrorCode: number, Message = 'No.') => ({ ErrorCode, Message });
const ONE = [outgoingEmail()];
const THREE = [outgoingEmail({ id: 'a' }), outgoingEmail({ id: 'b' }), outgoingEmail({ id: 'c' })];
const outcomes = (given: HttpAnswer, emails = ONE) => postmarkOutcomes(given, emails);
const INACTIVE =
  'Message OK, but will not deliver to these inactive addresses: ada@example.org. Inactive recipients are ones that';

const SINGLE: readonly [string, HttpAnswer, object][] = [
  [
    '200 with a code of 0',
    answer(200, { ErrorCode: 0, MessageID: 'm', Message: 'OK' }),
    { outcome: 'accepted', messageId: 'm' },
  ],
  [
    '200 without a code',
    answer(200, { MessageID: 'm', Message: 'Message accepted, but delivery may be delayed.' }),
    { outcome: 'accepted', messageId: 'm' },
  ],
  ['200, cut', answer(200, '{"To":"a', { isComplete: false }), { outcome: 'accepted' }],
  ['200, cut at once', answer(200, '', { isComplete: false }), { outcome: 'accepted' }],
  [
    '200, cut, of something else',
    answer(200, '<html>', { isComplete: false }),
    { outcome: 'unknown' },
  ],
  [
    '200, cut, of a refusal',
    answer(200, '{"ErrorCode":406,"Mess', { isComplete: false }),
    { outcome: 'unknown' },
  ],
  ['500 for maintenance', answer(500, refused(100)), { outcome: 'unknown' }],
  ['200 without an id', answer(200, { ErrorCode: 0, Message: 'OK' }), { outcome: 'unknown' }],
  ['200 with html', answer(200, '<html></html>'), { outcome: 'unknown' }],
  ['200 with half a JSON', answer(200, '{"MessageID":'), { outcome: 'unknown' }],
  ['200 with a list', answer(200, [{ ErrorCode: 0, MessageID: 'm' }]), { outcome: 'unknown' }],
  [
    '200 with an unreadable code',
    answer(200, { ErrorCode: 'x', MessageID: 'm' }),
    { outcome: 'unknown' },
  ],
  ['204', answer(204, ''), { outcome: 'unknown' }],
  ['202', answer(202, { ErrorCode: 0, MessageID: 'm' }), { outcome: 'unknown' }],
  [
    'only inactive recipients',
    answer(200, { MessageID: 'm', Message: INACTIVE }),
    { outcome: 'rejected' },
  ],
  [
    '302',
    answer(302, ''),
    { outcome: 'unsent', failure: { category: 'configuration', retryable: false } },
  ],
  [
    '401',
    answer(401, refused(10)),
    { outcome: 'unsent', failure: { code: 'POSTMARK_10', category: 'auth', retryable: false } },
  ],
  ['404', answer(404, ''), { outcome: 'unsent' }],
  ['413', answer(413, ''), { outcome: 'rejected' }],
  ['415', answer(415, refused(409)), { outcome: 'unsent' }],
  [
    '429',
    answer(429, refused(429)),
    { outcome: 'unsent', failure: { category: 'rate-limit', retryable: true } },
  ],
  [
    '429 with Retry-After',
    answer(429, '', { headers: { 'retry-after': '7' } }),
    { outcome: 'unsent', failure: { retryAfterMs: 7000 } },
  ],
  ['500', answer(500, refused(500)), { outcome: 'unknown' }],
  ['502', answer(502, ''), { outcome: 'unknown' }],
  ['503', answer(503, ''), { outcome: 'unknown' }],
  [
    '503 with Retry-After',
    answer(503, '', { headers: { 'retry-after': '2' } }),
    { outcome: 'unsent', failure: { retryAfterMs: 2000 } },
  ],
  [
    '503 for maintenance',
    answer(503, refused(100)),
    { outcome: 'unsent', failure: { category: 'unavailable', retryable: true } },
  ],
  ['422 without a code', answer(422, 'no'), { outcome: 'rejected' }],
];

const BY_CODE: readonly [number, string, object][] = [
  [10, 'No.', { outcome: 'unsent', failure: { category: 'auth', scope: 'provider' } }],
  [11, 'No.', { outcome: 'rejected' }],
  [100, 'No.', { outcome: 'unsent', failure: { retryable: true } }],
  [300, "Invalid 'From' address: 'x@y'.", { outcome: 'unsent', failure: { scope: 'sender' } }],
  [
    300,
    "Error parsing 'Cc': Illegal email domain",
    { outcome: 'rejected', failure: { scope: 'recipient' } },
  ],
  [300, 'Invalid metadata content.', { outcome: 'rejected', failure: { scope: 'message' } }],
  [400, 'No.', { outcome: 'unsent', failure: { scope: 'sender' } }],
  [401, 'No.', { outcome: 'unsent', failure: { scope: 'sender' } }],
  [402, 'No.', { outcome: 'rejected' }],
  [405, 'No.', { outcome: 'unsent', failure: { scope: 'provider' } }],
  [406, 'No.', { outcome: 'rejected', failure: { category: 'suppressed', scope: 'recipient' } }],
  [411, 'No.', { outcome: 'rejected', failure: { scope: 'message' } }],
  [412, 'No.', { outcome: 'unsent' }],
  [413, 'No.', { outcome: 'unsent' }],
  [429, 'No.', { outcome: 'unsent', failure: { category: 'rate-limit', retryable: true } }],
  [1101, 'No.', { outcome: 'rejected' }],
  [1235, 'No.', { outcome: 'rejected' }],
];

describe('What an answer of Postmark means', () => {
  it.each(SINGLE)('to one message: %s', (_, given, expected) => {
    expect(outcomes(given)).toMatchObject([expected]);
  });

  it.each(BY_CODE)('code %i (%s), alone and in a batch', (code, words, expected) => {
    const entry = refused(code, words);
    expect(outcomes(answer(422, entry))).toMatchObject([expected]);
    const ok = { ErrorCode: 0, MessageID: 'm', Message: 'OK' };
    expect(outcomes(answer(200, [ok, entry, ok]), THREE)).toMatchObject([
      { outcome: 'accepted' },
      expected,
      { outcome: 'accepted' },
    ]);
  });

  it.each([
    ['a shorter list', answer(200, [{ ErrorCode: 0, MessageID: 'm' }])],
    ['an object', answer(200, { ErrorCode: 0, MessageID: 'm' })],
    ['a cut list', answer(200, '[{"ErrorCode":0,"MessageID":"m"},', { isComplete: false })],
    ['500', answer(500, '')],
  ])('to a batch: %s is unknown for all', (_, given) => {
    expect(outcomes(given, THREE).map(({ outcome }) => outcome)).toEqual(Array(3).fill('unknown'));
  });

  it('to a batch: a refusal as a whole is for none of them in particular', () => {
    expect(outcomes(answer(422, refused(402)), THREE)).toMatchObject(
      THREE.map(() => ({ outcome: 'unsent', failure: { code: 'REFUSED_TOGETHER' } })),
    );
  });
});

describe('The words of Postmark', () => {
  it.each<[string, HttpAnswer, object]>([
    [
      'a code and its words',
      answer(422, refused(411, 'Bad.')),
      { code: 'POSTMARK_411', message: 'Bad.' },
    ],
    ['also with 400', answer(400, refused(411, 'Bad.')), { code: 'POSTMARK_411', message: 'Bad.' }],
    ['a code alone', answer(422, { ErrorCode: 411 }), { message: 'the answer has status 422' }],
    ['empty words', answer(422, refused(411, '')), { message: 'the answer has status 422' }],
    ['no code', answer(422, { Message: 'Bad.' }), { code: 'HTTP_422', message: 'Bad.' }],
    ['a code of 0', answer(422, refused(0, 'Bad.')), { code: 'HTTP_422', message: 'Bad.' }],
    ['half a code', answer(422, refused(4.5, 'Bad.')), { code: 'HTTP_422' }],
    ['a code elsewhere', answer(404, refused(701, 'Bad.')), { code: 'POSTMARK_701' }],
    ['no JSON', answer(413, 'no'), { code: 'HTTP_413', message: 'the answer has status 413' }],
    ['a list', answer(413, [refused(411)]), { code: 'HTTP_413' }],
  ])('%s', (_, given, failure) => {
    expect(outcomes(given)).toMatchObject([{ failure: { ...failure, statusCode: given.status } }]);
  });

  it('count for nothing where the status speaks for itself', () => {
    expect(outcomes(answer(401, refused(300)))).toMatchObject([
      { outcome: 'unsent', failure: { category: 'auth' } },
    ]);
    expect(outcomes(answer(503, refused(300)))).toMatchObject([{ outcome: 'unknown' }]);
    expect(outcomes(answer(300, refused(300)))).toMatchObject([
      { outcome: 'unsent', failure: { category: 'configuration' } },
    ]);
    expect(outcomes(answer(299, refused(0)))).toMatchObject([
      { outcome: 'unknown', failure: { code: 'UNEXPECTED_ANSWER' } },
    ]);
  });

  it('a rate limit that says for how long is believed', () => {
    const limit = (headers: Record<string, string>) =>
      outcomes(answer(422, refused(429), { headers }));
    expect(limit({ 'retry-after': '5' })).toMatchObject([{ failure: { retryAfterMs: 5_000 } }]);
    expect(limit({})[0]).not.toHaveProperty('failure.retryAfterMs');
  });

  it('some inactive recipients: accepted for the others', () => {
    const email = outgoingEmail({ to: [{ address: 'Ada@example.org' }, { address: 'b@x.org' }] });
    expect(outcomes(answer(200, { MessageID: 'm', Message: INACTIVE }), [email])).toMatchObject([
      {
        outcome: 'accepted',
        messageId: 'm',
        recipients: [
          { address: 'Ada@example.org', outcome: 'rejected', failure: { category: 'suppressed' } },
          { address: 'b@x.org', outcome: 'accepted' },
        ],
      },
    ]);
  });

  it('only inactive ones: rejected for them', () => {
    expect(outcomes(answer(200, { MessageID: 'm', Message: INACTIVE }))).toMatchObject([
      {
        outcome: 'rejected',
        failure: { code: 'POSTMARK_406', category: 'suppressed', scope: 'recipient' },
        recipients: [{ address: 'ada@example.org', outcome: 'rejected' }],
      },
    ]);
  });

  it.each<[string, HttpAnswer]>([
    ['an empty id', answer(200, { ErrorCode: 0, MessageID: '', Message: 'OK' })],
    ['an id that is no text', answer(200, { ErrorCode: 0, MessageID: 5, Message: 'OK' })],
    ['a cut refusal with blanks', answer(200, '{"ErrorCode" : 406,', { isComplete: false })],
    ['a code that is half', answer(200, { ErrorCode: 0.5, MessageID: 'm' })],
  ])('%s: nobody knows', (_, given) => {
    expect(outcomes(given)).toMatchObject([
      { outcome: 'unknown', failure: { code: 'UNEXPECTED_ANSWER' } },
    ]);
  });

  it('a cut yes is one though it names a code of 0', () => {
    const given = answer(200, '{"ErrorCode":0,', { isComplete: false });
    expect(outcomes(given)).toEqual([{ outcome: 'accepted' }]);
  });

  it('in a batch an entry that is none leaves only its own message open', () => {
    const ok = { ErrorCode: 0, MessageID: 'm', Message: 'OK' };
    expect(outcomes(answer(200, [ok, null, ok]), THREE)).toMatchObject([
      { outcome: 'accepted' },
      { outcome: 'unknown' },
      { outcome: 'accepted' },
    ]);
  });

  it('a refusal as a whole that is not of a message is for all', () => {
    const means = { outcome: 'unsent', failure: { code: 'POSTMARK_10', category: 'auth' } };
    expect(outcomes(answer(422, refused(10)), THREE)).toMatchObject([means, means, means]);
  });
});
