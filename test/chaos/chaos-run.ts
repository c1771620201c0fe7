import type { MailBridgeOptions } from 'nest-mailbridge';
import { ChaosProxy, drawing, seededRandom, type FaultKind } from '../fixtures/chaos-proxy.js';
import { Ledger, type Balance } from './ledger.js';
import { leftOpen, notLeft, openResources } from './open-resources.js';
import { peerOf } from './peers.js';
import { withMail } from './with-mail.js';

/** What a run is asked to do. */
export interface ChaosPlan {
  readonly provider: string;
  readonly seed: number;
  readonly messages: number;
  readonly onUnknown: 'report' | 'resend';
}

/** What became of it. */
export interface ChaosReport extends Balance {
  readonly connections: number;
  readonly suffered: Readonly<Record<FaultKind, number>>;
  readonly seconds: number;
}

/** One in so many calls is told to come back later. */
const BUSY = 0.03;
const TEXT = 'Something has happened, {{name}}. '.repeat(20);

/**
 * Sends messages to a server that counts, through a proxy that breaks two connections of three, half of
 * them by `sendBulk()` and half by `stream()`, closes, and balances the books.
 */
export async function runChaos({
  provider,
  seed,
  messages,
  onUnknown,
}: ChaosPlan): Promise<ChaosReport> {
  const before = openResources();
  const ledger = new Ledger(messages);
  const peer = peerOf(provider);
  const luck = seededRandom(seed + 1);
  const sink = await peer.start({
    arrived: (address) => ledger.arrived(address),
    isBusy: () => luck() < BUSY,
  });
  const random = seededRandom(seed);
  const draw = drawing(random, { reach: peer.reach });
  const proxy = await ChaosProxy.start({
    target: sink.port,
    draw,
    random,
    // Those that drew nothing draw again after about two calls.
    stretch: 2 * (peer.reach.up + peer.reach.down),
  });
  const options = {
    ...PATIENCE,
    provider,
    onUnknown,
    providers: {
      [provider]: {
        ...peer.options(proxy.port),
        maxBatchSize: 5,
      },
    },
  };
  const startedAt = performance.now();
  await sendAll(options, ledger);
  const seconds = (performance.now() - startedAt) / 1000;
  // Only afterwards: what is late in the proxy may take its time, but not ours.
  const kept = await notLeft(proxy);
  await proxy.close();
  await sink.close();
  const left = [...kept, ...(await leftOpen(before))];
  const balance = ledger.balance();
  const violations = [...balance.violations];
  if (left.length > 0) violations.push(`left open: ${left.join(', ')}`);
  const { connections, suffered } = proxy;
  return { ...balance, violations, connections, suffered, seconds };
}

/** Short enough that what is swallowed does not hold up a run for long. */
const PATIENCE = {
  timeoutMs: 600,
  retry: { attempts: 3, baseDelayMs: 5, maxDelayMs: 50 },
  circuitBreaker: { failures: 5, halfOpenAfterMs: 10, maxPauseMs: 20_000 },
} satisfies MailBridgeOptions;

async function sendAll(options: MailBridgeOptions, ledger: Ledger): Promise<void> {
  const half = Math.ceil(ledger.capacity / 2);
  await withMail(options, async (mail) => {
    const bulk = mail.sendBulk(newsletter(ledger, half));
    const stream = mail.stream(newsletter(ledger, ledger.capacity - half));
    await Promise.all([
      bulk.then(({ responses }) => responses.forEach((response) => ledger.settled(response))),
      stream.forEach((response) => ledger.settled(response)),
    ]);
  });
}

async function* newsletter(ledger: Ledger, count: number) {
  for (let i = 0; i < count; i += 1) {
    const id = ledger.submit();
    const substitutions = { name: `Person ${id}` };
    yield {
      id,
      to: `${id}@example.org`,
      subject: 'News',
      text: TEXT,
      substitutions,
    };
  }
}
