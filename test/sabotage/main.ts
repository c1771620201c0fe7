import { parseArgs } from 'node:util';
import { PATCHES, type Patch } from './patches.js';
import { Workshop, type ChaosResult } from './workshop.js';

const { values } = parseArgs({
  options: {
    /** What the faults of the chaos runs are drawn from. */
    seed: { type: 'string', default: '1' },
    /** The name of one patch. */
    only: { type: 'string' },
  },
});

const patches = PATCHES.filter(({ name }) => values.only === undefined || name === values.only);
if (patches.length === 0) {
  throw new Error(`no such patch: there are ${PATCHES.map(({ name }) => `'${name}'`).join(', ')}`);
}
const workshop = await Workshop.open();
const rows: Row[] = [];
try {
  for (const name of new Set(patches.map((patch) => patch.case))) rows.push(await honest(name));
  for (const patch of patches) rows.push(await sabotaged(patch));
} finally {
  workshop.close();
}
console.table(rows);
if (rows.some(({ verdict }) => verdict !== 'as it should be')) process.exitCode = 1;

interface Row {
  readonly patch: string;
  readonly case: string;
  readonly verdict: 'as it should be' | 'not caught' | 'failed';
  readonly says: string;
  readonly seconds: number;
}

/** Runs the code as it is, which must pass. */
async function honest(name: string): Promise<Row> {
  const result = await workshop.runChaos(name, values.seed);
  const isFine = result.exitCode === 0 && result.violations.length === 0;
  return rowOf('none', name, isFine ? 'as it should be' : 'failed', result);
}

/** Runs the code with a lie in it, which must be found out, not merely break. */
async function sabotaged(patch: Patch): Promise<Row> {
  const restore = await workshop.apply(patch);
  const result = await workshop.runChaos(patch.case, values.seed);
  await restore();
  const isCaught = result.violations.some((violation) => patch.caughtBy.test(violation));
  const verdict = isCaught ? 'as it should be' : result.exitCode === 0 ? 'not caught' : 'failed';
  return rowOf(patch.name, patch.case, verdict, result);
}

function rowOf(patch: string, name: string, verdict: Row['verdict'], result: ChaosResult): Row {
  const says = result.violations.join('; ') || (verdict === 'failed' ? result.output : '');
  return { patch, case: name, verdict, says, seconds: Number(result.seconds.toFixed(1)) };
}
