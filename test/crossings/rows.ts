import { coveringRows } from './covering-rows.js';
import { DIMENSIONS, type Row } from './dimensions.js';
import { exclusionOf } from './exclusions.js';

/** What the rows are drawn from; another one gives other rows, as in `CROSSINGS_SEED=2 npm test -- test/crossings`. */
export const SEED = Number(process.env['CROSSINGS_SEED'] ?? 1);

const FINISHED: Partial<Row> = { retry: 'retry', breaker: 'breaker', signal: 'no signal' };
const BATCH: Partial<Row> = { way: 'bulk', attachment: 'buffer', recipients: 'one recipient' };
const REPORTED: Partial<Row> = { route: 'route', onUnknown: 'report' };

const BATCHING: readonly Row['provider'][] = [
  'sendgrid',
  'postmark',
  'mailgun',
  'brevo',
  'ses',
  'acme',
];
const KEYED: readonly Row['provider'][] = ['brevo', 'acme'];

/** Crossings of more than three values, where faults have been found. */
const REQUIRED: readonly Partial<Row>[] = [
  // One bad message in a native batch, which is divided while the breaker looks on.
  ...BATCHING.map((provider): Partial<Row> => ({
    ...FINISHED,
    ...BATCH,
    provider,
    fault: 'bad message',
  })),
  // A doubt that a key can settle, and a next provider that must not be asked.
  ...(['cut', '5xx'] as const).flatMap((fault) =>
    KEYED.map((provider): Partial<Row> => ({
      ...FINISHED,
      ...BATCH,
      ...REPORTED,
      provider,
      fault,
      idempotency: 'key',
    })),
  ),
  // A doubt that nothing settles.
  ...(['smtp', ...BATCHING] as const).map((provider): Partial<Row> => ({
    ...FINISHED,
    ...REPORTED,
    provider,
    fault: 'cut',
    idempotency: 'no key',
  })),
];

/** Rows with every combination of three values that is not excluded, and those that are required. */
export const CROSSINGS = coveringRows({
  dimensions: DIMENSIONS,
  isExcluded: (row: Partial<Row>) => exclusionOf(row) !== undefined,
  required: REQUIRED,
  seed: SEED,
});

/** Whether a row needs a process that trusts the test's certificate: API providers have no option for it. */
export function needsTrust({ connection, provider }: Row): boolean {
  return connection === 'tls' && provider !== 'smtp';
}
