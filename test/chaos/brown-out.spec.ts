import { runBrownOut } from './brown-out.js';

// The budget has a few retries that are free: of fewer messages they would be more than a tenth.
// How often the provider is left alone is a matter of minutes, and held by the tests of the circuit breaker.
const PLAN = {
  seed: 3,
  messages: 600,
  timeoutMs: 300,
  halfOpenAfterMs: 50,
  mostOpenings: Infinity,
};

describe.each(['sendgrid', 'smtp'])('A brown-out of %s', (provider) => {
  it('is met with few attempts beyond the first, and none lost', async () => {
    const report = await runBrownOut({ ...PLAN, provider });
    expect(report.violations).toEqual([]);
    expect(report.messages).toBe(PLAN.messages);
    expect(report.attemptsPerMessage).toBeGreaterThan(1);
    expect(report.attemptsPerMessage).toBeLessThanOrEqual(1.1);
    expect(report.outcomes.accepted).toBeGreaterThan(PLAN.messages / 3);
  });
});
