import { getHeapCodeStatistics, setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** The memory of the process at one moment, in bytes, after garbage was collected. */
export interface MemorySample {
  /** Messages that there were until then. */
  readonly messages: number;
  /** What is alive, without what the engine has compiled. */
  readonly heap: number;
  readonly rss: number;
}

const ENOUGH_SAMPLES = 10;
/** Until then the engine still learns what it meets: what it notes of that is heap, and stays. */
const LEARNING = 20_000;

/**
 * The engine compiles, drops and compiles anew all the time, half a megabyte up and down, and counts that
 * as heap: what is left without it is what somebody holds.
 */
export function memory(messages: number): MemorySample {
  collectGarbage();
  const { heapUsed, rss } = process.memoryUsage();
  const { code_and_metadata_size: code } = getHeapCodeStatistics();
  return { messages, heap: heapUsed - code, rss };
}

/** What is resident in the middle of all these moments. */
export function medianRss(samples: readonly MemorySample[]): number {
  const sorted = samples.map(({ rss }) => rss).toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? NaN;
}

/**
 * How the heap grows by a thousand messages after what is made once in the beginning: the line through
 * the samples from a fifth on (least squares), since what is in flight comes and goes.
 */
export function growth(samples: readonly MemorySample[]): {
  readonly slope: number;
  readonly error: number;
} {
  const points = samples
    .slice(Math.floor(samples.length / 5))
    .filter(({ messages }) => messages >= LEARNING)
    .map(({ messages, heap }) => ({ x: messages / 1000, y: heap }));
  if (points.length < ENOUGH_SAMPLES) return { slope: NaN, error: NaN };
  const mean = (of: (point: (typeof points)[number]) => number) =>
    points.reduce((sum, point) => sum + of(point), 0) / points.length;
  const [meanX, meanY] = [mean(({ x }) => x), mean(({ y }) => y)];
  const spread = points.length * mean(({ x }) => (x - meanX) ** 2);
  const slope = (points.length * mean(({ x, y }) => (x - meanX) * (y - meanY))) / spread;
  const missed = mean(({ x, y }) => (y - meanY - slope * (x - meanX)) ** 2);
  const error = Math.sqrt((points.length * missed) / (points.length - 2) / spread);
  return { slope, error };
}

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;
