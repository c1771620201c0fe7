import type { Row } from './dimensions.js';
import { expectationOf } from './expectation.js';
import { CROSSINGS } from './rows.js';

const CALM: Row = {
  provider: 'sendgrid',
  way: 'bulk',
  connection: 'plain',
  attachment: 'buffer',
  recipients: 'one recipient',
  answer: 'at once',
  fault: 'no fault',
  route: 'alone',
  retry: 'no retry',
  onUnknown: 'report',
  idempotency: 'no key',
  breaker: 'no breaker',
  rateLimit: 'unlimited',
  interceptor: 'not intercepted',
  signal: 'no signal',
};

/** What a row expects, as far as anything may happen: `8-20 accepted`. */
function expected(row: Partial<Row>): string {
  const { outcomes, copies } = expectationOf({ ...CALM, ...row });
  const some = Object.entries(outcomes)
    .filter(([, { most }]) => most > 0)
    .map(([outcome, { least, most }]) => `${least}-${most} ${outcome}`);
  return [...some, `${copies} each`].join(', ');
}

describe('What must come out of a row', () => {
  it.each<[string, Partial<Row>]>([
    ['20-20 accepted, 1 each', {}],
    ['19-19 accepted, 1-1 rejected, 1 each', { fault: 'bad message', route: 'route' }],
    ['12-19 accepted, 1-8 unsent, 1 each', { fault: '429' }],
    ['20-20 accepted, 1 each', { fault: '429', retry: 'retry' }],
    ['20-20 accepted, 1 each', { fault: '429', route: 'route' }],
    ['12-19 accepted, 1-8 unknown, 1 each', { fault: 'cut', route: 'route', retry: 'retry' }],
    ['12-19 accepted, 1-8 unknown, 1 each', { fault: '5xx', onUnknown: 'resend' }],
    ['20-20 accepted, 2 each', { fault: 'cut', onUnknown: 'resend', route: 'route' }],
    ['20-20 accepted, 1 each', { fault: 'cut', idempotency: 'key', retry: 'retry' }],
    ['20-20 unsent, 1 each', { fault: 'refused', retry: 'retry' }],
    ['20-20 accepted, 1 each', { fault: 'refused', route: 'route' }],
    ['19-19 accepted, 1-1 rejected, 1 each', { provider: 'smtp', fault: '5xx', route: 'route' }],
    ['1-8 accepted, 12-19 cancelled, 1 each', { signal: 'aborted' }],
    ['1-1 unknown, 2-2 cancelled, 1 each', { signal: 'aborted', fault: 'cut', way: 'one' }],
  ])('%s', (words, row) => {
    expect(expected(row)).toBe(words);
  });

  it.each(['accepted', 'rejected', 'unsent', 'unknown', 'cancelled'] as const)(
    'is at least one %s message in some row',
    (outcome) => {
      const some = CROSSINGS.rows.filter((row) => expectationOf(row).outcomes[outcome].least > 0);
      expect(some).not.toEqual([]);
    },
  );

  it('leaves room for as many messages as there are', () => {
    const wrong = CROSSINGS.rows.filter((row) => {
      const { messages, outcomes } = expectationOf(row);
      const ranges = Object.values(outcomes);
      const least = ranges.reduce((sum, range) => sum + range.least, 0);
      const most = ranges.reduce((sum, range) => sum + range.most, 0);
      return least > messages || most < messages;
    });
    expect(wrong).toEqual([]);
  });
});
