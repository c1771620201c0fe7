import fc from 'fast-check';
import { accepted, rejected, unsent, type Submission } from '../../lib/contract/submission.js';
import { deferredRecipients, mergeRecipients } from '../../lib/delivery/recipients.js';
import { LONGEST_WAIT_MS, RetryBudget, backOffMs } from '../../lib/delivery/retry-policy.js';

const options = { attempts: 3, baseDelayMs: 500, maxDelayMs: 30_000 };

describe('The wait before another attempt', () => {
  it('has full jitter over a ceiling that doubles, up to a limit', () => {
    const ceilings = [1, 2, 3, 7, 8, 100].map((attempt) => backOffMs(attempt, {}, options, 1));
    expect(ceilings).toEqual([500, 1000, 2000, 30_000, 30_000, 30_000]);
    expect(backOffMs(5, {}, options, 0)).toBe(0);
    expect(backOffMs(1, {}, options, 0.5)).toBe(250);
  });

  it('is what the provider asks, an hour at most', () => {
    const wait = (retryAfterMs: number) => backOffMs(1, { retryAfterMs }, options, 0.5);
    expect([wait(0), wait(249), wait(7_000), wait(3_600_000), wait(Infinity)]).toEqual([
      250, 250, 7_000, 3_600_000, 3_600_000,
    ]);
  });

  it('is never shorter than what the provider asks, and never longer than an hour', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 1000 }),
        fc.option(fc.double({ min: 0, noNaN: true }), { nil: undefined }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (attempt, retryAfterMs, random) => {
          const failure = retryAfterMs === undefined ? {} : { retryAfterMs };
          const wait = backOffMs(attempt, failure, options, random);
          expect(wait).toBeGreaterThanOrEqual(Math.min(retryAfterMs ?? 0, LONGEST_WAIT_MS));
          expect(wait).toBeLessThanOrEqual(
            Math.max(options.maxDelayMs, Math.min(retryAfterMs ?? 0, LONGEST_WAIT_MS)),
          );
        },
      ),
    );
  });
});

describe('The retry budget', () => {
  it('keeps retries under a tenth of what is sent, however bad it gets', () => {
    const budget = new RetryBudget();
    let retries = 0;
    for (let i = 0; i < 600; i += 1) {
      budget.earn(1);
      retries += budget.spend(2);
    }
    expect(retries).toBeGreaterThan(40);
    expect(retries).toBeLessThanOrEqual(60);
  });

  it('takes no more than are asked for, and grants them once', () => {
    const budget = new RetryBudget();
    expect([budget.spend(4), budget.spend(4), budget.spend(4), budget.spend(4)]).toEqual([
      4, 4, 2, 0,
    ]);
  });

  it('does not save up without end', () => {
    const budget = new RetryBudget();
    budget.earn(1_000_000);
    expect(budget.spend(1_000_000)).toBe(500);
  });

  it('has a few for a quiet application', () => {
    const budget = new RetryBudget();
    budget.earn(1);
    expect(budget.spend(2)).toBe(2);
  });
});

describe('Recipients that were refused for now', () => {
  const later = { code: '450', message: 'greylisted', scope: 'recipient' } as const;
  const deferred = unsent(later) as Submission & { outcome: 'unsent' };
  const first = accepted('m-1', [
    { address: 'a@example.com', outcome: 'accepted' },
    { address: 'b@example.com', outcome: 'unsent', failure: deferred.failure },
    { address: 'c@example.com', outcome: 'rejected' },
  ]);

  it('are those to try again', () => {
    expect(deferredRecipients(first)).toEqual(['b@example.com']);
    expect(deferredRecipients(accepted())).toEqual([]);
  });

  it('take their new outcome, and nobody else does', () => {
    const merged = mergeRecipients(first, accepted('m-2'), ['b@example.com']);
    expect(merged).toEqual({
      outcome: 'accepted',
      messageId: 'm-1',
      recipients: [
        { address: 'a@example.com', outcome: 'accepted' },
        { address: 'b@example.com', outcome: 'accepted' },
        { address: 'c@example.com', outcome: 'rejected' },
      ],
    });
  });

  it('never take back what was accepted', () => {
    const merged = mergeRecipients(first, rejected({ code: '550', message: 'no' }), [
      'b@example.com',
    ]);
    expect(merged.outcome).toBe('accepted');
    expect(merged.recipients?.map(({ outcome }) => outcome)).toEqual([
      'accepted',
      'rejected',
      'rejected',
    ]);
  });

  it('are no longer listed when all were accepted', () => {
    const before = accepted('m-1', first.recipients?.slice(0, 2));
    expect(mergeRecipients(before, accepted('m-2'), ['b@example.com'])).toEqual({
      outcome: 'accepted',
      messageId: 'm-1',
    });
  });

  it('are only those whom the provider would take later', () => {
    const row = (outcome: 'unsent' | 'unknown', retryable?: boolean) => ({
      address: `${outcome}-${retryable}@example.com`,
      outcome,
      ...(retryable !== undefined && { failure: { ...deferred.failure, retryable } }),
    });
    const rows = [
      row('unsent', true),
      row('unsent', false),
      row('unsent'),
      row('unknown', true),
      row('unknown'),
    ];
    expect(deferredRecipients(accepted('m-1', rows))).toEqual(['unsent-true@example.com']);
  });

  it('say of a message that nobody has taken what the last attempt said', () => {
    const before = { ...deferred, recipients: first.recipients?.slice(1) ?? [] };
    const after = rejected({ code: '550', message: 'no' }) as Submission & { outcome: 'rejected' };
    expect(mergeRecipients(before, after, ['b@example.com'])).toEqual({
      ...after,
      recipients: [
        { address: 'b@example.com', outcome: 'rejected', failure: after.failure },
        { address: 'c@example.com', outcome: 'rejected' },
      ],
    });
  });

  it('have each their own answer, where the last attempt gave one', () => {
    const before = { ...deferred, recipients: first.recipients?.slice(1, 2) ?? [] };
    const rows = [
      { address: 'b@example.com', outcome: 'accepted' as const },
      { address: 'd@example.com', outcome: 'rejected' as const },
    ];
    const merged = mergeRecipients(before, accepted('m-2', rows), [
      'b@example.com',
      'd@example.com',
    ]);
    expect(merged).toEqual({ outcome: 'accepted', messageId: 'm-2', recipients: rows });
  });

  it('were all of them, where the message as a whole was refused for now', () => {
    expect(mergeRecipients(deferred, accepted(), ['b@example.com'])).toEqual({
      outcome: 'accepted',
    });
  });
});
