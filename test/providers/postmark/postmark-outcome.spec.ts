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
