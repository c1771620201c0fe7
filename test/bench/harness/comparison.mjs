import { fileURLToPath } from 'node:url';
import { quartiles } from './statistics.mjs';
import { Child } from './child.mjs';

const WORKER = fileURLToPath(new URL('./worker.mjs', import.meta.url));

/** The baseline's second process: what differs between the two is noise. */
export const CONTROL = 'baseline again';

const WARM_UP_PASSES = 4;

/** Between these the control's CPU must lie, in times of the baseline, for a ratio to mean anything. */
export const QUIET = { atLeast: 0.85, atMost: 1.15 };

/**
 * Contenders over one sink, each a warm process of its own. The first one is the baseline, and runs
 * twice: the second time as the control.
 */
export class Comparison {
  #sink;
  #contenders;

  constructor(sink, contenders) {
    this.#sink = sink;
    this.#contenders = contenders;
  }

  /**
   * @param {readonly { name: string, module: string, settings: object, warmUp: number,
   * slice: (delayMs: number) => number }[]} contenders `module` is the file under `contenders/`; it
   * sends `warmUp` messages before anything is measured, and then so many in one slice
   */
  static async start(sink, contenders) {
    const [baseline] = contenders;
    const all = [...contenders, { ...baseline, name: CONTROL }];
    const started = all.map(({ name, module, settings, warmUp, slice }) => {
      const url = new URL(`../contenders/${module}.mjs`, import.meta.url).href;
      const child = new Child(WORKER, [JSON.stringify({ module: url, settings })], name);
      return { name, warmUp, slice, child, isReady: child.hears() };
    });
    const comparison = new Comparison(sink, started);
    try {
      await Promise.all(started.map(({ isReady }) => isReady));
      await sink.delays(0);
      // In several passes, so that none stands still for much longer than the others.
      for (let pass = 0; pass < WARM_UP_PASSES; pass += 1) {
        for (const { child, warmUp } of started) {
          await child.asks({ count: Math.ceil(warmUp / WARM_UP_PASSES) });
        }
      }
    } catch (error) {
      comparison.close();
      throw error;
    }
    return comparison;
  }

  /**
   * Slices of all contenders in turn, in another order each round; the first rounds do not count.
   * The sink waits `delayMs` before each answer.
   */
  async run({ rounds, warmUps }, delayMs = 0) {
    await this.#sink.delays(delayMs);
    const slices = new Map(this.#contenders.map(({ name }) => [name, []]));
    for (let round = 0; round < warmUps + rounds; round += 1) {
      for (const contender of rotated(this.#contenders, round)) {
        const measured = await this.#slice(contender, contender.slice(delayMs));
        if (round >= warmUps) slices.get(contender.name).push(measured);
      }
    }
    return new Result(slices, this.#contenders[0].name);
  }

  close() {
    for (const { child } of this.#contenders) child.close();
  }

  /** One slice, void when not all of it was accepted and arrived. */
  async #slice({ child }, count) {
    const before = await this.#sink.counters();
    const { accepted, ms, cpuMs, rssMb } = await child.asks({ count });
    const after = await this.#sink.counters();
    const counted = Object.fromEntries(
      Object.entries(after).map(([what, value]) => [what, value - before[what]]),
    );
    const isVoid = accepted !== count || counted.messages !== count;
    return { count, accepted, ms, cpuMs, rssMb, counted, isVoid };
  }
}

function rotated(contenders, round) {
  const first = round % contenders.length;
  return [...contenders.slice(first), ...contenders.slice(0, first)];
}

/** What the counted rounds of a comparison have shown. Ratios are taken round by round. */
export class Result {
  constructor(slices, baseline) {
    this.slices = slices;
    this.baseline = baseline;
  }

  /** One sentence for each slice that counts for nothing. */
  get voids() {
    return [...this.slices].flatMap(([name, slices]) =>
      slices.flatMap(({ isVoid, accepted, counted, count }, round) =>
        isVoid
          ? `${name}, round ${round + 1}: ${accepted} accepted and ${counted.messages} arrived of ${count}`
          : [],
      ),
    );
  }

  get control() {
    return this.ratio('cpu', CONTROL, this.baseline);
  }

  get isNoisy() {
    const { median } = this.control;
    return median < QUIET.atLeast || median > QUIET.atMost;
  }

  /** Of one contender: CPU in µs a message, messages a second, peak memory, and what the sink counted. */
  summary(name) {
    const slices = this.#valid(name);
    return {
      cpu: quartiles(slices.map(FIGURES.cpu)),
      wall: quartiles(slices.map(FIGURES.wall)),
      rssMb: Math.max(...slices.map(({ rssMb }) => rssMb)),
      counted: this.counted(name),
    };
  }

  /** How many requests, connections, round trips a message it took. */
  counted(name) {
    const slices = this.#valid(name);
    const sum = (figure) => slices.reduce((total, slice) => total + figure(slice), 0);
    const messages = sum(({ count }) => count);
    const each = Object.keys(slices[0].counted).map((what) => [
      what,
      sum(({ counted }) => counted[what]) / messages,
    ]);
    return Object.fromEntries(each);
  }

  /** `cpu` or `wall` of one contender in times of another's. */
  ratio(figure, name, of) {
    return this.#together(figure, [name, of], (one, other) => one / other);
  }

  /** By how much one contender's figure is above another's. */
  difference(figure, name, from) {
    return this.#together(figure, [name, from], (one, other) => one - other);
  }

  /** The same in times of a third one's figure. */
  relativeDifference(figure, name, from, of) {
    return this.#together(figure, [name, from, of], (one, other, unit) => (one - other) / unit);
  }

  /** What the figures of these contenders give in each round in which all of them are valid. */
  #together(figure, names, combine) {
    const slices = names.map((name) => this.slices.get(name));
    const values = slices[0].flatMap((_, round) => {
      const ofRound = slices.map((each) => each[round]);
      return ofRound.some(({ isVoid }) => isVoid) ? [] : combine(...ofRound.map(FIGURES[figure]));
    });
    if (values.length === 0) throw new Error(`no round is valid for all of ${names.join(', ')}`);
    return quartiles(values);
  }

  #valid(name) {
    const slices = this.slices.get(name).filter(({ isVoid }) => !isVoid);
    if (slices.length === 0) throw new Error(`every slice of ${name} is void`);
    return slices;
  }
}

const FIGURES = {
  cpu: ({ cpuMs, count }) => (cpuMs * 1000) / count,
  wall: ({ ms, count }) => (count / ms) * 1000,
};
