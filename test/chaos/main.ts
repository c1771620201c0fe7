import 'reflect-metadata';
import { parseArgs } from 'node:util';
import { runBackPressure } from './back-pressure.js';
import { runBrownOut } from './brown-out.js';
import { CASES } from './cases.js';
import { runChaos, type ChaosPlan, type ChaosReport } from './chaos-run.js';
import { runOutage } from './outage.js';
import { PEERS } from './peers.js';
import { runSoak } from './soak.js';

const { values } = parseArgs({
  options: {
    /** What the faults are drawn from; without it one is made up, and printed. */
    seed: { type: 'string' },
    /** So many seeds, one after the other. */
    seeds: { type: 'string', default: '1' },
    messages: { type: 'string', default: '600' },
    /** A provider, or for the chaos itself a case of `cases.ts`. */
    provider: { type: 'string', default: 'all' },
    /** Only with `onUnknown: 'report'`, or only with `'resend'`; without either both. */
    report: { type: 'boolean', default: false },
    resend: { type: 'boolean', default: false },
    /** Instead: send as fast as possible for so long, and watch memory and handles. */
    soak: { type: 'string' },
    /** Instead: send to a slow server for so long, and watch how far ahead the source is taken. */
    'back-pressure': { type: 'string' },
    /** Instead: take the first provider of a route down for so long, and watch the next one take over. */
    outage: { type: 'string' },
    /** Instead: send for so long to a provider that fails with four calls of ten, and count attempts. */
    'brown-out': { type: 'string' },
  },
});

const seed = Number(values.seed ?? Math.floor(Math.random() * 1e6));
const isAll = values.provider === 'all';
const providers = isAll ? Object.keys(PEERS) : [values.provider];
const cases = isAll ? Object.keys(CASES) : [values.provider];
if (!Number.isInteger(seed)) throw new Error('--seed must be a whole number');

if (values['back-pressure'] !== undefined) await backPressure(values['back-pressure']);
else if (values.soak !== undefined) await soak(values.soak);
else if (values['brown-out'] !== undefined) await brownOut(values['brown-out']);
else if (values.outage !== undefined) await outage(values.outage);
else await chaos();

async function chaos(): Promise<void> {
  const policies = (['report', 'resend'] as const).filter(
    (each) => values[each] || values.report === values.resend,
  );
  const rows = [];
  for (const name of cases) {
    for (const onUnknown of policies) {
      for (let next = seed; next < seed + Number(values.seeds); next += 1) {
        const plan = {
          name,
          onUnknown,
          seed: next,
          messages: Number(values.messages),
        };
        const report = await runChaos(plan);
        rows.push(rowOf(plan, report));
        judge(`${name}, ${onUnknown}, seed ${next}`, report.violations);
      }
    }
  }
  console.table(rows);
}

function rowOf({ name, onUnknown, seed: of }: ChaosPlan, report: ChaosReport): object {
  const { outcomes } = report;
  return {
    name,
    onUnknown,
    seed: of,
    ...outcomes,
    'unknown, arrived': report.unknownArrived,
    resent: report.resent,
    'doubt, then unsent': report.doubtsBeforeUnsent,
    'extra copies': report.extraCopies,
    connections: report.connections,
    faults: report.faults,
    refused: report.refused,
    seconds: Number(report.seconds.toFixed(1)),
    violations: report.violations.length,
  };
}

async function soak(time: string): Promise<void> {
  const rows = [];
  for (const provider of providers) {
    const { violations, ...figures } = await runSoak({
      provider,
      seed,
      ms: milliseconds(time),
    });
    rows.push({ provider, seed, ...figures, violations: violations.length });
    judge(`soak of ${provider}, seed ${seed}`, violations);
  }
  console.table(rows);
}

async function outage(time: string): Promise<void> {
  const rows = [];
  for (const provider of providers) {
    const { violations, ...figures } = await runOutage({ provider, ms: milliseconds(time) });
    rows.push({ provider, ...inTenths(figures), violations: violations.length });
    judge(`outage of ${provider}`, violations);
  }
  console.table(rows);
}

async function brownOut(time: string): Promise<void> {
  const rows = [];
  for (const provider of providers) {
    const plan = { provider, seed, ms: milliseconds(time), messages: 1_000_000, timeoutMs: 1_000 };
    const { violations, outcomes, ...figures } = await runBrownOut(plan);
    rows.push({ provider, seed, ...outcomes, ...figures, violations: violations.length });
    judge(`brown-out of ${provider}, seed ${seed}`, violations);
  }
  console.table(rows);
}

function inTenths(figures: Readonly<Record<string, number>>): object {
  const rounded = Object.entries(figures).map(([name, figure]) => [name, figure.toFixed(1)]);
  return Object.fromEntries(rounded);
}

async function backPressure(time: string): Promise<void> {
  const { violations, ...figures } = await runBackPressure(milliseconds(time));
  judge('back-pressure', violations);
  console.table([figures]);
}

function judge(what: string, violations: readonly string[]): void {
  if (violations.length === 0) return;
  process.exitCode = 1;
  console.error(`violated: ${what}: ${violations.join('; ')}`);
}

/** `90s`, `2m` and the like. */
function milliseconds(time: string): number {
  const [, number, unit] = /^(\d+)(s|m)$/.exec(time) ?? [];
  if (number === undefined) throw new Error(`'${time}' is no time: write 90s or 2m`);
  return Number(number) * (unit === 'm' ? 60_000 : 1_000);
}
