import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { ChaosProxy, drawing, seededRandom } from '../fixtures/chaos-proxy.js';
import { Ledger } from './ledger.js';
import { leftOpen, openResources } from './open-resources.js';
import { peerOf } from './peers.js';
import { withMail } from './with-mail.js';

/** What a soak is asked to do. */
export interface SoakPlan {
  readonly provider: string;
  readonly seed: number;
  /** How long it sends. */
  readonly ms: number;
}

/** What became of it; sizes in MB, after garbage was collected. */
export interface SoakReport {
  readonly messages: number;
  readonly accepted: number;
  readonly perSecond: number;
  readonly rssAtAFifth: number;
  readonly rssAtTheEnd: number;
  /** Bytes that the heap grows by a thousand messages. */
  readonly heapSlope: number;
  /** Connections that were open at a time. */
  readonly mostOpen: number;
  readonly violations: readonly string[];
}

/** Of the memory at one moment. */
interface Sample {
  readonly messages: number;
  readonly heap: number;
  readonly rss: number;
  readonly open: number;
}

const CONNECTIONS = 10;
const MOST_MESSAGES = 5_000_000;
const FAULTS = 0.01;
const SAMPLES = 40;
const MB = 1024 * 1024;
/** What the engine compiles and caches comes and goes in this order of size. */
const NOISE = 2 * MB;
const TEXT = 'Something has happened. '.repeat(40);
const ATTACHMENT = {
  filename: 'large.bin',
  content: Buffer.alloc(50_000, 'x'),
};

/** Sends as fast as it goes, every tenth message with 50 KB attached, through a network that is nearly well. */
export async function runSoak({ provider, seed, ms }: SoakPlan): Promise<SoakReport> {
  const ledger = new Ledger(MOST_MESSAGES);
  const peer = peerOf(provider);
  const random = seededRandom(seed);
  const sink = await peer.start({
    arrived: (address) => ledger.arrived(address),
    isBusy: () => false,
  });
  const draw = drawing(random, { share: FAULTS, reach: peer.reach });
  const proxy = await ChaosProxy.start({
    target: sink.port,
    draw,
    random,
    stretch: 10_000,
  });
  const before = openResources();
  const samples: Sample[] = [];
  const watch = setInterval(() => samples.push(sample(ledger, proxy)), ms / SAMPLES);
  const own = { ...peer.options(proxy.port), maxInFlight: CONNECTIONS, maxBatchSize: 20 };
  const options = {
    provider,
    timeoutMs: 1_000,
    providers: { [provider]: own },
  };
  await withMail(options, (mail) =>
    mail
      .stream(endless(ledger, performance.now() + ms))
      .forEach((response) => ledger.settled(response)),
  );
  clearInterval(watch);
  const left = await leftOpen(before);
  await proxy.close();
  await sink.close();
  return judged(ledger, samples, left, ms);
}

function* endless(ledger: Ledger, until: number) {
  while (performance.now() < until && ledger.submitted < ledger.capacity) {
    const id = ledger.submit();
    const message = {
      id,
      to: `${id}@example.org`,
      subject: 'News',
      text: TEXT,
    };
    yield ledger.submitted % 10 === 0 ? { ...message, attachments: [ATTACHMENT] } : message;
  }
}

function judged(
  ledger: Ledger,
  samples: readonly Sample[],
  left: readonly string[],
  ms: number,
): SoakReport {
  const { outcomes, violations: found } = ledger.balance();
  const [first, last] = [samples[Math.floor(samples.length / 5)]!, samples.at(-1)!];
  const grown = growth(samples);
  const mostOpen = Math.max(...samples.map(({ open }) => open));
  const violations = [...found];
  if (last.rss > 1.1 * first.rss) violations.push('the memory grew by more than a tenth');
  if (grown.slope > 1024 && grown.bytes > NOISE) {
    violations.push('the heap grew by more than 1 KB per 1,000 messages');
  }
  if (mostOpen > CONNECTIONS) violations.push(`${mostOpen} connections at a time`);
  if (left.length > 0) violations.push(`left open: ${left.join(', ')}`);
  return {
    messages: ledger.submitted,
    accepted: outcomes.accepted,
    perSecond: Math.round((1000 * ledger.submitted) / ms),
    rssAtAFifth: Math.round(first.rss / MB),
    rssAtTheEnd: Math.round(last.rss / MB),
    heapSlope: Math.round(grown.slope),
    mostOpen,
    violations,
  };
}

/**
 * How the heap grows, in all and by a thousand messages, after what is compiled and cached in the beginning:
 * from its lowest in the second quarter to its lowest in the last, since what is in flight comes and goes.
 */
function growth(samples: readonly Sample[]): { readonly bytes: number; readonly slope: number } {
  const quarter = Math.floor(samples.length / 4);
  const lowest = (some: readonly Sample[]) =>
    some.reduce((low, each) => (each.heap < low.heap ? each : low));
  const from = lowest(samples.slice(quarter, 2 * quarter));
  const to = lowest(samples.slice(3 * quarter));
  const bytes = to.heap - from.heap;
  return { bytes, slope: (1000 * bytes) / (to.messages - from.messages) };
}

function sample({ submitted }: Ledger, { open }: ChaosProxy): Sample {
  collectGarbage();
  const { heapUsed, rss } = process.memoryUsage();
  return { messages: submitted, heap: heapUsed, rss, open };
}

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;
