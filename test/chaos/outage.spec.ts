import { callsOf, withFailingRoute, type FailingRoute, type Sent } from './failing-route.js';

const FAILURES = 3;
const HALF_OPEN_AFTER_MS = 50;

const send = async (route: FailingRoute, count: number): Promise<Sent[]> => {
  const sent: Sent[] = [];
  while (sent.length < count) sent.push(await route.send());
  return sent;
};

/** Sends until the first provider has been probed: all that was sent meanwhile. */
async function untilProbed(route: FailingRoute): Promise<Sent[]> {
  const sent: Sent[] = [];
  do sent.push(await route.send());
  while (!isProbe(route, sent.at(-1)!));
  return sent;
}

const isProbe = ({ first }: FailingRoute, sent: Sent) =>
  sent.wasLeftAlone && callsOf(first, sent) > 0;

/** The wait doubles after each probe that fails: no more probes than that leaves time for. */
const mostProbes = (ms: number) => Math.floor(Math.log2(ms / HALF_OPEN_AFTER_MS + 1));

describe.each([
  // No greeting came: surely not taken.
  ['smtp', 'accepted'],
  // The request was out: nobody knows.
  ['sendgrid', 'unknown'],
])('An outage of %s', (first, probedInSilence) => {
  it('is got over by the next provider, with a few probes, and nothing lost or sent twice', async () => {
    const plan = {
      first,
      capacity: 100_000,
      timeoutMs: 250,
      options: {
        retry: { attempts: 2, baseDelayMs: 1, maxDelayMs: 1 },
        circuitBreaker: { failures: FAILURES, halfOpenAfterMs: HALF_OPEN_AFTER_MS },
      },
    };
    const { violations, ledger } = await withFailingRoute(plan, async (route) => {
      const { front, second } = route;
      const before = await send(route, 10);
      expect(before.map(({ response }) => response.provider)).toEqual(before.map(() => first));

      const startedAt = performance.now();
      await front.turn('refusing');
      const refused = [...(await send(route, 20)), ...(await untilProbed(route))];
      await front.turn('silent');
      const silent = await untilProbed(route);
      const downMs = performance.now() - startedAt;

      const taken = [...refused, ...silent].filter(({ response }) => response.success);
      expect(new Set(taken.map(({ response }) => response.provider))).toEqual(new Set([second]));
      const probes = [...refused, ...silent].filter((each) => isProbe(route, each));
      expect(probes.length).toBeLessThanOrEqual(mostProbes(downMs));
      const calls = [...refused, ...silent].reduce((sum, each) => sum + callsOf(first, each), 0);
      expect(calls).toBe(FAILURES + probes.length);
      expect(probes.at(-1)?.response.outcome).toBe(probedInSilence);

      await front.turn('well');
      await untilProbed(route);
      const after = await send(route, 10);
      expect(after.map(({ response }) => response.provider)).toEqual(after.map(() => first));
    });
    expect(violations).toEqual([]);
    const { outcomes, extraCopies } = ledger.balance();
    expect(extraCopies).toBe(0);
    expect(outcomes.accepted + outcomes.unknown).toBe(ledger.submitted);
    // The probe, and what went out on a connection that was just breaking off.
    expect(outcomes.unknown).toBeLessThanOrEqual(2);
  });
});
