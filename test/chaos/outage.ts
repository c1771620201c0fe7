import { setTimeout as delay } from 'node:timers/promises';
import { callsOf, withFailingRoute, type FailingRoute, type Sent } from './failing-route.js';

/** What an outage is to be like. */
export interface OutagePlan {
  /** The one that fails. */
  readonly provider: string;
  /** How long it is down: a third of it refusing connections, then silent. */
  readonly ms: number;
}

/** What became of it; times in milliseconds. */
export interface OutageReport {
  readonly messages: number;
  readonly accepted: number;
  readonly unknown: number;
  /** Calls that the first provider got before it was left alone, and afterwards until it recovered. */
  readonly callsUntilOpen: number;
  readonly probes: number;
  /** What a message takes during the outage, at the 99th percentile, along the route and by the second alone. */
  readonly p99Route: number;
  readonly p99Alone: number;
  readonly slowest: number;
  /** From the recovery to the first message that the first provider took, in multiples of `halfOpenAfterMs`. */
  readonly backAfter: number;
  readonly violations: readonly string[];
}

const EVERY_MS = 10;
const TIMEOUT_MS = 1_000;
const FAILURES = 5;
const MOST_ADDED_MS = 5;
const MOST_BACK_AFTER = 2;
/** Nobody waits longer, in multiples of `halfOpenAfterMs`. */
const LONGEST_RETURN = 8;

/** Sends a hundred messages a second along a route whose first provider fails and recovers. */
export async function runOutage({ provider, ms }: OutagePlan): Promise<OutageReport> {
  const halfOpenAfterMs = Math.ceil(ms / 6);
  const plan = {
    first: provider,
    timeoutMs: TIMEOUT_MS,
    // Two at a time, before, during and afterwards, and room to spare.
    capacity: (6 * ms) / EVERY_MS,
    options: { circuitBreaker: { failures: FAILURES, halfOpenAfterMs } },
  };
  let alone: readonly Sent[] = [];
  let down: readonly Sent[] = [];
  let after: readonly Sent[] = [];
  let recoveredAt = 0;
  const isTaken = ({ response }: Sent) => response.success && response.provider === provider;
  const { ledger, violations } = await withFailingRoute(plan, async (route) => {
    // What is loaded at first use is no matter of the outage.
    for (const each of [provider, route.second]) await route.send(each);
    const well = await steadily(route, ms / 6);
    await route.front.turn('refusing');
    const refusing = await steadily(route, ms / 3);
    await route.front.turn('silent');
    const silent = await steadily(route, (2 * ms) / 3);
    await route.front.turn('well');
    recoveredAt = performance.now();
    for (let i = 0; i < LONGEST_RETURN && !after.some(isTaken); i += 1) {
      const slice = await steadily(route, halfOpenAfterMs);
      after = await Promise.all(slice.sent);
      await Promise.all(slice.alone);
    }
    await Promise.all([...well.sent, ...well.alone]);
    down = await Promise.all([...refusing.sent, ...silent.sent]);
    alone = await Promise.all([...refusing.alone, ...silent.alone]);
  });
  const { accepted, unknown } = ledger.balance().outcomes;
  const backAt = after.find(isTaken)?.at ?? Infinity;
  const figures = {
    messages: ledger.submitted,
    accepted,
    unknown,
    ...callsWhile(down, provider),
    p99Route: p99(down),
    p99Alone: p99(alone),
    slowest: Math.max(...down.map(({ ms: took }) => took)),
    backAfter: (backAt - recoveredAt) / halfOpenAfterMs,
  };
  const notTaken = down.filter((each) => callsOf(provider, each) === 0 && !each.response.success);
  if (notTaken.length > 0) violations.push(`${notTaken.length} that nobody took`);
  return { ...figures, violations: [...violations, ...missed(figures, ms / halfOpenAfterMs)] };
}

/**
 * Begins to send a message every so often, whether those before have come back or not, and beside each one by the
 * second provider alone: what is slow for the machine's sake is slow for both.
 */
async function steadily(route: FailingRoute, ms: number) {
  const startedAt = performance.now();
  const sending: Promise<Sent>[] = [];
  const alone: Promise<Sent>[] = [];
  while (sending.length * EVERY_MS < ms) {
    await delay(startedAt + sending.length * EVERY_MS - performance.now());
    sending.push(route.send());
    alone.push(route.send(route.second));
  }
  return { sent: sending, alone };
}

function callsWhile(down: readonly Sent[], provider: string) {
  const called = down.filter((each) => callsOf(provider, each) > 0);
  const probes = called.filter(({ wasLeftAlone }) => wasLeftAlone).length;
  return { callsUntilOpen: called.length - probes, probes };
}

function missed(
  figures: Omit<OutageReport, 'violations'>,
  halfOpenings: number,
): readonly string[] {
  const { messages, accepted, unknown, probes } = figures;
  const added = figures.p99Route - figures.p99Alone;
  const held: readonly [boolean, string][] = [
    // What was under way when the connections broke, and the probes, may be in doubt.
    [accepted + unknown === messages, 'some messages were not sent'],
    [probes >= 1 && probes <= halfOpenings, `${probes} probes`],
    // On a busy machine both are slow, and differ by chance.
    [
      added < Math.max(MOST_ADDED_MS, figures.p99Alone),
      `${added.toFixed(1)} ms added at the 99th percentile`,
    ],
    [figures.backAfter <= MOST_BACK_AFTER, 'the provider came back too late'],
  ];
  return held.filter(([holds]) => !holds).map(([, what]) => what);
}

function p99(sent: readonly Sent[]): number {
  const sorted = sent.map(({ ms }) => ms).toSorted((a, b) => a - b);
  return sorted[Math.floor(0.99 * sorted.length)] ?? 0;
}
