import type { MailBridgeService } from 'nest-mailbridge';
import { seededRandom } from '../fixtures/chaos-proxy.js';
import { Ledger, numbered, type Balance } from './ledger.js';
import { leftOpen, openResources } from './open-resources.js';
import { peerOf } from './peers.js';
import type { Trouble } from './sink.js';
import { withMail } from './with-mail.js';

/** What a brown-out is to be like. */
export interface BrownOutPlan {
  readonly provider: string;
  readonly seed: number;
  /** It sends until there were so many messages, or so many milliseconds have passed. */
  readonly messages: number;
  readonly ms?: number;
  /** How long an answer is waited for, in milliseconds. */
  readonly timeoutMs: number;
  /** How long it is left alone, in milliseconds, where it is. @default that of the library */
  readonly halfOpenAfterMs?: number;
  /** How often that may be within a minute. @default 2 */
  readonly mostOpenings?: number;
}

/** What became of it. */
export interface BrownOutReport {
  readonly messages: number;
  readonly outcomes: Balance['outcomes'];
  readonly attemptsPerMessage: number;
  /** How often the provider was left alone; and the most of it within a minute. */
  readonly openings: number;
  readonly openingsInAMinute: number;
  readonly extraCopies: number;
  readonly violations: readonly string[];
}

const CONCURRENCY = 20;
const ERRORS = 0.3;
const STALLS = 0.1;
const MOST_ATTEMPTS = 1.1;
/** The share of the messages that must be accepted. */
const LEAST_ACCEPTED = 1 / 3;
const MINUTE = 60_000;

/** A provider that fails with three calls of ten and leaves one without an answer; what is in doubt is resent. */
export async function runBrownOut(plan: BrownOutPlan): Promise<BrownOutReport> {
  const { provider, seed, messages, ms = Infinity, timeoutMs } = plan;
  const before = openResources();
  const ledger = new Ledger(numbered(messages), { onUnknown: 'resend' });
  const random = seededRandom(seed);
  const sink = await peerOf(provider).start({
    arrived: (copy) => ledger.arrived(copy),
    isBusy: () => false,
    trouble: () => troubleOf(random()),
  });
  const timeouts = { answerMs: timeoutMs };
  const own = {
    ...peerOf(provider).options(sink.port),
    maxBatchSize: 1,
    ...(provider === 'smtp' && { timeouts }),
  };
  const options = {
    provider,
    timeoutMs,
    onUnknown: 'resend' as const,
    circuitBreaker: { halfOpenAfterMs: plan.halfOpenAfterMs },
    // Quick to try again, as long as the budget lasts.
    retry: { attempts: 3, baseDelayMs: 5, maxDelayMs: 50 },
    providers: { [provider]: own },
  };
  let attempts = 0;
  let openedAt: readonly number[] = [];
  await withMail(options, async (mail) => {
    const watch = watchOpenings(mail, provider);
    const source = newsletter(ledger, performance.now() + ms);
    await mail.stream(source, { concurrency: CONCURRENCY }).forEach((response) => {
      attempts += response.attempts;
      ledger.settled(response);
    });
    openedAt = watch.end();
  });
  await sink.close();
  const left = await leftOpen(before);
  const leastAccepted = Math.floor(ledger.submitted * LEAST_ACCEPTED);
  const { outcomes, extraCopies, violations } = ledger.balance({ leastAccepted });
  const figures = {
    messages: ledger.submitted,
    outcomes,
    attemptsPerMessage: attempts / ledger.submitted,
    openings: openedAt.length,
    openingsInAMinute: mostInAMinute(openedAt),
    extraCopies,
  };
  return { ...figures, violations: [...violations, ...missed(figures, plan.mostOpenings, left)] };
}

function troubleOf(luck: number): Trouble | undefined {
  if (luck < ERRORS) return 'error';
  return luck < ERRORS + STALLS ? 'stall' : undefined;
}

/** Notes when the provider begins to be left alone. */
function watchOpenings(mail: MailBridgeService, provider: string) {
  const openedAt: number[] = [];
  let wasClosed = true;
  const timer = setInterval(() => {
    const isClosed = mail.circuitState(provider) === 'closed';
    if (wasClosed && !isClosed) openedAt.push(performance.now());
    wasClosed = isClosed;
  }, 5);
  const end = () => {
    clearInterval(timer);
    return openedAt;
  };
  return { end };
}

function* newsletter(ledger: Ledger, until: number) {
  while (ledger.submitted < ledger.capacity && performance.now() < until) {
    const id = ledger.submit();
    yield { id, to: `${id}@example.org`, subject: 'News', text: 'Something has happened' };
  }
}

function mostInAMinute(openedAt: readonly number[]): number {
  const after = (from: number) => openedAt.filter((at) => at >= from && at < from + MINUTE).length;
  return Math.max(0, ...openedAt.map(after));
}

function missed(
  { attemptsPerMessage, openingsInAMinute }: Omit<BrownOutReport, 'violations'>,
  mostOpenings = 2,
  left: readonly string[] = [],
): readonly string[] {
  const held: readonly [boolean, string][] = [
    [attemptsPerMessage <= MOST_ATTEMPTS, `${attemptsPerMessage.toFixed(2)} attempts a message`],
    [openingsInAMinute <= mostOpenings, `left alone ${openingsInAMinute} times in a minute`],
    [left.length === 0, `left open: ${left.join(', ')}`],
  ];
  return held.filter(([holds]) => !holds).map(([, what]) => what);
}
