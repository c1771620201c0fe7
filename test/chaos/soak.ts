import { ChaosProxy, drawing, seededRandom } from '../fixtures/chaos-proxy.js';
import { Ledger, numbered } from './ledger.js';
import { growth, memory, medianRss, type MemorySample } from './memory.js';
import { leftOpen, notLeft, openResources } from './open-resources.js';
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
  /** Bytes that the heap grows by a thousand messages, and its standard error; NaN after too few messages. */
  readonly heapSlope: number;
  readonly heapSlopeError: number;
  /** Connections that were open at a time. */
  readonly mostOpen: number;
  readonly violations: readonly string[];
}

/** Of one moment. */
interface SoakSample extends MemorySample {
  readonly open: number;
}

const CONNECTIONS = 10;
const MOST_MESSAGES = 5_000_000;
const FAULTS = 0.01;
/** The share of the messages that must be accepted. */
const LEAST_ACCEPTED = 0.9;
const SAMPLES = 40;
const MB = 1024 * 1024;
/** Bytes by a thousand messages. */
const MOST_GROWTH = 1_000;
const TEXT = 'Something has happened. '.repeat(40);
const ATTACHMENT = {
  filename: 'large.bin',
  content: Buffer.alloc(50_000, 'x'),
};

/** Sends as fast as it goes, every tenth message with 50 KB attached, through a network that is nearly well. */
export async function runSoak({ provider, seed, ms }: SoakPlan): Promise<SoakReport> {
  const before = openResources();
  const ledger = new Ledger(numbered(MOST_MESSAGES));
  const peer = peerOf(provider);
  const random = seededRandom(seed);
  const sink = await peer.start({
    arrived: (copy) => ledger.arrived(copy),
    isBusy: () => false,
  });
  const draw = drawing(random, { share: FAULTS, reach: peer.reach });
  const proxy = await ChaosProxy.start({
    target: sink.port,
    draw,
    random,
    stretch: 10_000,
  });
  const samples: SoakSample[] = [];
  const watch = setInterval(
    () => samples.push({ ...memory(ledger.submitted), open: proxy.open }),
    ms / SAMPLES,
  );
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
  // Only afterwards: what is late in the proxy may take its time, but not ours.
  const kept = await notLeft(proxy);
  await proxy.close();
  await sink.close();
  const left = [...kept, ...(await leftOpen(before))];
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
  samples: readonly SoakSample[],
  left: readonly string[],
  ms: number,
): SoakReport {
  const leastAccepted = Math.floor(ledger.submitted * LEAST_ACCEPTED);
  const { outcomes, violations: found } = ledger.balance({ leastAccepted });
  const fifth = Math.floor(samples.length / 5);
  // Of a fifth of the samples each: a single one shows what happened to be in flight.
  const [rssBefore, rssAfter] = [samples.slice(fifth, 2 * fifth), samples.slice(-fifth)].map(
    medianRss,
  ) as [number, number];
  const grown = growth(samples);
  const mostOpen = Math.max(...samples.map(({ open }) => open));
  const violations = [...found];
  if (rssAfter > 1.1 * rssBefore) violations.push('the memory grew by more than a tenth');
  // Beyond doubt: by chance alone it is that steep once in forty runs.
  if (grown.slope - 2 * grown.error > MOST_GROWTH) {
    violations.push('the heap grows by more than 1 KB per 1,000 messages');
  }
  if (mostOpen > CONNECTIONS) violations.push(`${mostOpen} connections at a time`);
  if (left.length > 0) violations.push(`left open: ${left.join(', ')}`);
  return {
    messages: ledger.submitted,
    accepted: outcomes.accepted,
    perSecond: Math.round((1000 * ledger.submitted) / ms),
    rssAtAFifth: Math.round(rssBefore / MB),
    rssAtTheEnd: Math.round(rssAfter / MB),
    heapSlope: Math.round(grown.slope),
    heapSlopeError: Math.round(grown.error),
    mostOpen,
    violations,
  };
}
