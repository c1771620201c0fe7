import fc from 'fast-check';
import { OUTCOMES } from '../../lib/contract/outcome.js';
import { normalizeSubmission } from '../../lib/delivery/normalize-submission.js';

const why = { code: 'BUSY', message: 'come back later' };
const normalized = (given: unknown, secrets: readonly string[] = []) =>
  normalizeSubmission(given, secrets);
const recipient = (outcome: string, address = 'a@example.com') => ({ address, outcome });

describe('What a provider returned is taken as it was meant', () => {
  it.each<[string, object, object]>([
    ['an acceptance', { outcome: 'accepted' }, { outcome: 'accepted' }],
    [
      'its id',
      { outcome: 'accepted', messageId: 'm-1' },
      { outcome: 'accepted', messageId: 'm-1' },
    ],
    [
      "the server's last words, without addresses",
      { outcome: 'accepted', response: 'queued as 4F2 for <a@example.com>' },
      { outcome: 'accepted', response: 'queued as 4F2 for <[address]>' },
    ],
    [
      'words that are no text: none',
      { outcome: 'accepted', response: 250 },
      { outcome: 'accepted' },
    ],
    ['an id that is no text: none', { outcome: 'accepted', messageId: 5 }, { outcome: 'accepted' }],
    [
      'its recipients',
      {
        outcome: 'accepted',
        recipients: [recipient('accepted'), recipient('rejected', 'b@x.org')],
      },
      {
        outcome: 'accepted',
        recipients: [recipient('accepted'), recipient('rejected', 'b@x.org')],
      },
    ],
    [
      'recipients that are no list: none',
      { outcome: 'accepted', recipients: 'all' },
      { outcome: 'accepted' },
    ],
    [
      'a refusal',
      { outcome: 'rejected', failure: why },
      {
        outcome: 'rejected',
        failure: { ...why, category: 'unknown', scope: 'message', retryable: false },
      },
    ],
    [
      'a failure to reach anyone',
      { outcome: 'unsent', failure: why },
      {
        outcome: 'unsent',
        failure: { ...why, category: 'unknown', scope: 'provider', retryable: true },
      },
    ],
    [
      'a lost answer',
      { outcome: 'unknown', failure: why },
      {
        outcome: 'unknown',
        failure: { ...why, category: 'unknown', scope: 'provider', retryable: false },
      },
    ],
  ])('%s', (_, given, means) => {
    expect(normalized(given)).toEqual(means);
  });

  it('every field of a failure that makes sense', () => {
    const failure = {
      ...why,
      category: 'rate-limit',
      scope: 'sender',
      retryable: false,
      statusCode: 429,
      retryAfterMs: 0,
    };
    expect(normalized({ outcome: 'unsent', failure })).toEqual({ outcome: 'unsent', failure });
  });

  it.each([
    ['auth', 'provider'],
    ['rate-limit', 'provider'],
    ['network', 'network'],
    ['timeout', 'network'],
    ['validation', 'message'],
    ['suppressed', 'recipient'],
    ['server-error', 'provider'],
    ['unavailable', 'provider'],
    ['unsupported', 'message'],
    ['configuration', 'sender'],
    ['unknown', 'message'],
  ])('every category and scope: %s, %s', (category, scope) => {
    for (const outcome of ['unsent', 'rejected']) {
      const given = { outcome, failure: { ...why, category, scope } };
      expect(normalized(given)).toMatchObject(given);
    }
  });

  it.each<[string, object]>([
    ['a category that there is not', { category: 'bad luck' }],
    ['a scope that there is not', { scope: 'galaxy' }],
    ['yes for true', { retryable: 'yes' }],
    ['a status that is no number', { statusCode: '429' }],
    ['a wait that is no number', { retryAfterMs: Number.NaN }],
    ['a wait in words', { retryAfterMs: '5' }],
    ['a wait into the past', { retryAfterMs: -1 }],
    ['undefined for what has a default', { category: undefined, retryable: undefined }],
    ['anything else, such as the request', { request: { authorization: 'Bearer k' } }],
  ])('but of a failure not %s', (_, more) => {
    const failure = { ...why, ...more };
    expect(normalized({ outcome: 'unsent', failure })).toEqual({
      outcome: 'unsent',
      failure: { ...why, category: 'unknown', scope: 'provider', retryable: true },
    });
  });

  it('each recipient with a failure of its own', () => {
    const failure = { ...why, body: 'Dear Ada' };
    const rows = ['unsent', 'rejected', 'unknown', 'cancelled'].map((outcome) => ({
      ...recipient(outcome),
      failure,
    }));
    const [accepted, ...others] =
      normalized({
        outcome: 'accepted',
        recipients: [{ ...recipient('accepted'), failure }, ...rows],
      }).recipients ?? [];
    expect(accepted).toEqual(recipient('accepted'));
    expect(others).toEqual(
      rows.map(({ address, outcome }) => ({
        address,
        outcome,
        failure: {
          ...why,
          category: 'unknown',
          scope: 'recipient',
          retryable: outcome === 'unsent',
        },
      })),
    );
  });

  it('without an address or a secret in its words', () => {
    const failure = { code: 'NO k-123', message: 'k-123 may not write to ada@example.org' };
    const clean = { code: 'NO [secret]', message: '[secret] may not write to [address]' };
    const given = {
      outcome: 'unsent',
      failure,
      recipients: [{ ...recipient('unsent'), failure }],
    };
    expect(normalized(given, ['k-123'])).toMatchObject({
      outcome: 'unsent',
      failure: clean,
      recipients: [{ failure: clean }],
    });
  });
});

describe('Where nobody can tell what was meant, the message may have left', () => {
  it.each<[string, unknown, RegExp]>([
    ['nothing', undefined, /an outcome/],
    ['null', null, /an outcome/],
    ['a word', 'accepted', /an outcome/],
    ['no outcome', {}, /an outcome/],
    ['an outcome that there is not', { outcome: 'ok', failure: why }, /an outcome/],
    ['one that no provider can tell', { outcome: 'cancelled', failure: why }, /an outcome/],
    ['a failure without a reason', { outcome: 'unsent' }, /why/],
    ['a reason that is nothing', { outcome: 'unsent', failure: null }, /why/],
    ['a reason in words only', { outcome: 'unsent', failure: 'busy' }, /why/],
    ['a reason without a code', { outcome: 'unsent', failure: { message: 'no' } }, /why/],
    ['a reason without words', { outcome: 'unsent', failure: { code: 'NO' } }, /why/],
    ['nobody accepted', { outcome: 'accepted', recipients: [] }, /an accepted recipient/],
    [
      'only refused recipients of an accepted message',
      { outcome: 'accepted', recipients: [recipient('rejected')] },
      /an accepted recipient/,
    ],
    ...[null, 'a@example.com', {}, { outcome: 'accepted' }, recipient('ok')].map(
      (row): [string, unknown, RegExp] => [
        `a recipient like ${JSON.stringify(row)}`,
        { outcome: 'accepted', recipients: [recipient('accepted'), row] },
        /for each recipient/,
      ],
    ),
    ...(['rejected', 'unsent'] as const).flatMap((outcome) =>
      ['accepted', 'unknown'].map((ofOne): [string, unknown, RegExp] => [
        `a message ${outcome} with a recipient ${ofOne}`,
        { outcome, failure: why, recipients: [recipient('rejected'), recipient(ofOne)] },
        /the same outcome/,
      ]),
    ),
  ])('%s', (_, given, says) => {
    expect(normalized(given)).toEqual({
      outcome: 'unknown',
      failure: {
        code: 'INVALID_SUBMISSION',
        category: 'unknown',
        scope: 'provider',
        retryable: false,
        message: expect.stringMatching(says) as string,
      },
    });
  });

  it('but what is open anyway may have recipients of every kind', () => {
    const recipients = OUTCOMES.map((outcome) => recipient(outcome));
    expect(normalized({ outcome: 'unknown', failure: why, recipients })).toMatchObject({
      outcome: 'unknown',
      failure: { code: 'BUSY' },
      recipients,
    });
  });

  it('whatever it is, nothing is called surely not taken that was not said to be', () => {
    const outcome = fc.oneof(fc.constantFrom<unknown>(...OUTCOMES), fc.anything());
    const failure = fc.oneof(
      fc.record({ code: fc.string(), message: fc.string(), retryAfterMs: fc.anything() }),
      fc.anything(),
    );
    const row = fc.oneof(fc.record({ address: fc.string(), outcome, failure }), fc.anything());
    const given = fc.oneof(
      fc.record(
        { outcome, failure, messageId: fc.anything(), recipients: fc.array(row) },
        { requiredKeys: ['outcome'] },
      ),
      fc.anything(),
    );
    fc.assert(
      fc.property(given, (anything) => {
        const submission = normalized(anything);
        if (submission.outcome !== 'unknown') {
          expect(submission.outcome).toBe((anything as { outcome: string }).outcome);
        }
        const mayBeTaken = submission.recipients?.some(
          (each) => each.outcome === 'accepted' || each.outcome === 'unknown',
        );
        if (mayBeTaken) expect(['accepted', 'unknown']).toContain(submission.outcome);
        if (submission.outcome === 'accepted') return;
        expect(submission.failure.retryAfterMs ?? 0).toBeGreaterThanOrEqual(0);
      }),
      { numRuns: 1000 },
    );
  });
});
