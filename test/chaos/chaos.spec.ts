import { runChaos } from './chaos-run.js';
import { Ledger } from './ledger.js';

const PLAN = { provider: 'smtp', seed: 7, messages: 100 } as const;

describe('A network that breaks two connections of three', () => {
  it('neither loses a message nor sends one twice, and leaves nothing open', async () => {
    const report = await runChaos({ ...PLAN, onUnknown: 'report' });
    expect(report).toMatchObject({ violations: [], resent: 0, extraCopies: 0 });
    expect(Object.values(report.suffered).reduce((sum, count) => sum + count)).toBeGreaterThan(5);
    expect(report.outcomes.accepted).toBeGreaterThan(50);
  }, 30_000);

  it("with onUnknown: 'resend' has no more extra copies than unknown outcomes", async () => {
    const report = await runChaos({ ...PLAN, onUnknown: 'resend' });
    expect(report.violations).toEqual([]);
    expect(report.extraCopies).toBeLessThanOrEqual(report.resent);
  }, 30_000);
});

describe('The ledger finds', () => {
  const attempt = (outcome: string) => ({ provider: 'smtp', outcome, durationMs: 1 });
  const settled = (ledger: Ledger, outcome: string, ...history: string[]) =>
    ledger.settled({ id: 'm0', outcome, history: history.map(attempt) } as never);
  const violations = (happens: (ledger: Ledger) => void) => {
    const ledger = new Ledger(1);
    ledger.submit();
    happens(ledger);
    return ledger.balance().violations;
  };
  const arrives = (ledger: Ledger) => ledger.arrived('m0@example.org');

  it('nothing wrong with a message that was accepted and arrived', () => {
    const fine = (ledger: Ledger) => [arrives(ledger), settled(ledger, 'accepted', 'accepted')];
    expect(violations(fine)).toEqual([]);
  });

  it.each<[string, RegExp, (ledger: Ledger) => void]>([
    ['one without an outcome', /^1 without/, arrives],
    [
      'one with two',
      /^1 with more/,
      (ledger) => [settled(ledger, 'cancelled'), settled(ledger, 'cancelled')],
    ],
    ['one that was lost', /^1 accepted/, (ledger) => settled(ledger, 'accepted', 'accepted')],
    [
      'one that arrived although it was not taken',
      /^1 surely/,
      (ledger) => [settled(ledger, 'unsent', 'unsent'), arrives(ledger)],
    ],
    [
      'a doubt that was forgotten',
      /^1 surely not taken although/,
      (ledger) => settled(ledger, 'unsent', 'unknown', 'unsent'),
    ],
    [
      'a copy too many',
      /^1 that arrived more often/,
      (ledger) => [settled(ledger, 'accepted', 'accepted'), arrives(ledger), arrives(ledger)],
    ],
  ])('%s', (_, what, happens) => {
    expect(violations(happens)).toEqual([expect.stringMatching(what)]);
  });

  it('no fault with an extra copy that an unknown outcome explains', () => {
    const resent = (ledger: Ledger) => [
      arrives(ledger),
      arrives(ledger),
      settled(ledger, 'accepted', 'unknown', 'accepted'),
    ];
    expect(violations(resent)).toEqual([]);
  });
});
