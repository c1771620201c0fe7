import { Ledger, numbered } from './ledger.js';
import { leftOpen, openResources } from './open-resources.js';
import { peerOf } from './peers.js';
import { withMail } from './with-mail.js';

/** What became of a bulk that is larger than its server is fast. */
export interface BackPressureReport {
  readonly sent: number;
  readonly perSecond: number;
  /** Messages that were taken from the source and not yet settled, at most. */
  readonly mostAhead: number;
  /** In MB. */
  readonly mostHeap: number;
  readonly violations: readonly string[];
}

const MESSAGES = 1_000_000;
const PER_SECOND = 200;
const CONCURRENCY = 10;
const MOST_HEAP = 150;
const MB = 1024 * 1024;

/** Offers a million messages to an SMTP server that takes 200 a second, and stops after a while. */
export async function runBackPressure(ms: number): Promise<BackPressureReport> {
  const ledger = new Ledger(numbered(MESSAGES));
  const peer = peerOf('smtp');
  const sink = await peer.start({
    arrived: (copy) => ledger.arrived(copy),
    isBusy: () => false,
    answerAfterMs: spaced(1000 / PER_SECOND),
  });
  const before = openResources();
  const smtp = { ...peer.options(sink.port), timeouts: { answerMs: 10_000 } };
  let [settled, mostAhead, mostHeap] = [0, 0, 0];
  async function* source() {
    for (let i = 0; i < MESSAGES; i += 1) {
      const id = ledger.submit();
      mostAhead = Math.max(mostAhead, ledger.submitted - settled);
      mostHeap = Math.max(mostHeap, process.memoryUsage().heapUsed);
      yield {
        id,
        to: `${id}@example.org`,
        subject: 'News',
        text: 'Something has happened',
      };
    }
  }
  await withMail({ provider: 'smtp', providers: { smtp } }, async (mail) => {
    const signal = AbortSignal.timeout(ms);
    const options = { concurrency: CONCURRENCY, signal };
    await mail.stream(source(), options).forEach((response) => {
      settled += 1;
      ledger.settled(response);
    });
  });
  const left = await leftOpen(before);
  await sink.close();
  const violations = [...ledger.balance({ leastAccepted: settled / 2 }).violations];
  // Those in flight, and the one that is just being handed over.
  if (mostAhead > CONCURRENCY + 1) violations.push(`${mostAhead} taken ahead of the sender`);
  if (mostHeap > MOST_HEAP * MB) violations.push(`a heap of ${Math.round(mostHeap / MB)} MB`);
  if (left.length > 0) violations.push(`left open: ${left.join(', ')}`);
  return {
    sent: settled,
    perSecond: Math.round((1000 * settled) / ms),
    mostAhead,
    mostHeap: Math.round(mostHeap / MB),
    violations,
  };
}

/** Waits of which each ends so many milliseconds after the one before. */
function spaced(everyMs: number): () => number {
  let next = 0;
  return () => {
    next = Math.max(next + everyMs, performance.now());
    return next - performance.now();
  };
}
