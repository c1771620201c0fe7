import { coveringRows } from './covering-rows.js';
import { DIMENSIONS, type Row } from './dimensions.js';
import { exclusionOf } from './exclusions.js';

/** What the rows are drawn from; another one gives other rows, as in `CROSSINGS_SEED=2 npm test -- test/crossings`. */
export const SEED = Number(process.env['CROSSINGS_SEED'] ?? 1);

/** Every combination of three values, but those that are excluded. */
export const CROSSINGS = coveringRows({
  dimensions: DIMENSIONS,
  isExcluded: (row: Partial<Row>) => exclusionOf(row) !== undefined,
  seed: SEED,
});

/** Whether a row needs a process that trusts the test's certificate: API providers have no option for it. */
export function needsTrust({ connection, provider }: Row): boolean {
  return connection === 'tls' && provider !== 'smtp';
}
