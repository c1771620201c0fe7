import { writeFileSync } from 'node:fs';
import { CONTROL } from './harness/comparison.mjs';
import { verdictOf } from './targets.mjs';

const NOISY = 'too noisy';

/** Gathers what the topics find, shows it as it comes, and all of it in one table at the end. */
export class Report {
  #rows = [];
  #comparisons = [];
  #details = [];
  #voids = 0;
  #failures = [];

  get isBroken() {
    return this.#failures.length > 0;
  }

  /** One figure: `value` is a number, or its quartiles. */
  figure({ topic, what, value, unit = '', target }) {
    const { low, median, high } = typeof value === 'number' ? { median: value } : value;
    const verdict = verdictOf(median, target);
    this.#rows.push({ topic, what, median, low, high, unit, target, verdict });
  }

  /**
   * A comparison with the ratios drawn from it, which are not told when the control says that the
   * machine was too noisy.
   *
   * @param {{ topic: string, title: string, result: import('./harness/comparison.mjs').Result }} of
   * @param {readonly object[]} rows figures, whose `value` is a function of the result; those that are
   * `counted` by the sink hold on a noisy machine too
   */
  comparison({ topic, title, result }, rows) {
    const { control, isNoisy, voids } = result;
    console.log(`\n${topic}: ${title}`);
    this.#voids += voids.length;
    for (const each of voids) console.log(`  void slice: ${each}`);
    const names = [...result.slices.keys()];
    const summaries = Object.fromEntries(names.map((name) => [name, result.summary(name)]));
    console.table(Object.fromEntries(names.map((name) => [name, shown(summaries[name])])));
    const times = `${control.median.toFixed(2)} times the CPU of the baseline`;
    console.log(`  ${CONTROL}: ${times}${isNoisy ? `: ${NOISY}, no ratios` : ''}`);
    const slices = Object.fromEntries(result.slices);
    this.#comparisons.push({ topic, title, control, isNoisy, voids, summaries, slices });
    for (const { isCounted = false, value, ...row } of rows) {
      if (isNoisy && !isCounted) {
        this.#rows.push({ topic, ...row, what: `${title}: ${row.what}`, verdict: NOISY });
      } else {
        this.figure({ topic, ...row, what: `${title}: ${row.what}`, value: value(result) });
      }
    }
  }

  /** A figure that cannot be told, since the control of its topic was off. */
  tooNoisy({ topic, what, unit = '', target }) {
    this.#rows.push({ topic, what, unit, target, verdict: NOISY });
  }

  /** Whatever else a topic wants in the file. */
  detail(topic, detail) {
    this.#details.push({ topic, ...detail });
  }

  /** A topic that could not be run to its end. */
  failure(topic, error) {
    console.error(`\n${topic} broke: ${error.stack ?? error}`);
    this.#failures.push({ topic, error: String(error) });
  }

  /** The table of all figures. */
  show() {
    const cells = this.#rows.map((row) => [
      row.topic,
      row.what,
      row.median === undefined ? '-' : `${digits(row.median)}${row.unit}`,
      row.low === undefined ? '' : `${digits(row.low)} - ${digits(row.high)}`,
      targetText(row),
      row.verdict,
    ]);
    const head = ['topic', 'figure', 'median', 'quartiles', 'target', ''];
    const widths = head.map((_, at) => Math.max(...[head, ...cells].map((row) => row[at].length)));
    const line = (row) =>
      row
        .map((cell, at) => cell.padEnd(widths[at]))
        .join('  ')
        .trimEnd();
    console.log(`\n${[head, ...cells].map(line).join('\n')}\n`);
    const misses = this.#rows.filter(({ verdict }) => verdict === 'MISS').length;
    const noisy = this.#rows.filter(({ verdict }) => verdict === NOISY).length;
    console.log(`${misses} missed, ${noisy} ${NOISY}, ${this.#voids} void slices`);
    for (const { topic, error } of this.#failures) console.log(`broke: ${topic}: ${error}`);
  }

  /** Writes everything, each slice included. */
  save(path, about) {
    const all = {
      ...about,
      figures: this.#rows,
      comparisons: this.#comparisons,
      details: this.#details,
      failures: this.#failures,
    };
    writeFileSync(path, `${JSON.stringify(all, undefined, 2)}\n`);
  }
}

function shown({ cpu, wall, rssMb, counted }) {
  const perMessage = Object.entries(counted).filter(([what]) => what !== 'messages');
  return {
    'µs CPU each': Number(digits(cpu.median)),
    'messages/s': Math.round(wall.median),
    'quartiles/s': `${Math.round(wall.low)} - ${Math.round(wall.high)}`,
    'peak RSS MB': Math.round(rssMb),
    ...Object.fromEntries(
      perMessage.map(([what, each]) => [`${what} each`, Number(each.toFixed(4))]),
    ),
  };
}

/** As many digits as a figure of its size deserves. */
function digits(value) {
  return value.toFixed(Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2);
}

function targetText({ target, unit = '' }) {
  if (target === undefined) return '';
  const { atLeast, atMost } = target;
  return atLeast === undefined ? `<= ${atMost}${unit}` : `>= ${atLeast}${unit}`;
}
