import { measurement } from '../harness/measurement.mjs';
import { quartiles } from '../harness/statistics.mjs';
import { TARGETS } from '../targets.mjs';

/** What a message costs before it goes anywhere. */
export async function cpu({ isQuick, rounds }, report) {
  const results = await measurement('normalize', [rounds, isQuick ? 20_000 : 200_000]);
  for (const [name, microseconds] of Object.entries(results)) {
    report.figure({
      topic: 'cpu',
      what: `to normalise a message, ${name}`,
      value: quartiles(microseconds),
      unit: ' µs',
      ...(name === 'plain' && { target: TARGETS.cpu.normalizePlain }),
    });
  }
}
