import { setTimeout as delay } from 'node:timers/promises';
import {
  isEmailSendError,
  type EmailResponseDto,
  type MailBridgeOptions,
  type MailBridgeService,
} from 'nest-mailbridge';
import { ChaosProxy, drawing, seededRandom, type FaultKind } from '../fixtures/chaos-proxy.js';
import { caseOf, type ChaosCase } from './cases.js';
import { Ledger, type Balance } from './ledger.js';
import { mix, mixedMessage } from './mix.js';
import { leftOpen, notLeft, openResources } from './open-resources.js';
import { peerOf } from './peers.js';
import type { SinkOptions, Trouble } from './sink.js';
import { startTlsFront } from './tls-front.js';
import { withMail } from './with-mail.js';

/** What a run is asked to do. */
export interface ChaosPlan {
  /** The name of a case: a provider or a route, see `cases.ts`. */
  readonly name: string;
  readonly seed: number;
  readonly messages: number;
  readonly onUnknown: 'report' | 'resend';
}

/** What became of it. */
export interface ChaosReport extends Balance {
  readonly connections: number;
  /** Faults of connections, by their kind. */
  readonly suffered: Readonly<Record<FaultKind, number>>;
  readonly faults: number;
  /** Messages or calls that were refused after they had been read to their end. */
  readonly refused: number;
  readonly seconds: number;
}

/** One in so many calls is told to come back later; of the second provider of a route most of them. */
const BUSY = 0.03;
const BUSY_SECOND = 0.7;
/** Every so many calls. */
const REFUSED_EVERY = 20;
const LATE_ERROR_EVERY = 33;
/** Shares of the messages. */
const LEAST_ACCEPTED = 0.25;
const LEAST_FAULTS = 0.015;
/** Bytes of a TLS handshake and its records, about. */
const TLS_REACH = { up: 1_000, down: 2_500 };
/** Of fewer messages a run may by chance meet none of what is rare. */
const ENOUGH_MESSAGES = 300;
const ONE_BY_ONE = 5;
/** Who is told that the provider is left alone comes back later. */
const COME_BACK_MS = 50;

/**
 * Sends messages to servers that count, through proxies that break two connections of three: a third by
 * `sendBulk()`, a third by `stream()`, a third by `send()`. Then closes, and balances the books.
 */
export async function runChaos(plan: ChaosPlan): Promise<ChaosReport> {
  const { seed, messages, onUnknown } = plan;
  const mixed = caseOf(plan.name);
  const isCalm = mixed.isCalm === true;
  const before = openResources();
  const ledger = new Ledger(mix(messages), {
    onUnknown,
    keyedProviders: mixed.hasKeys === true ? ['brevo'] : [],
  });
  const ends: FarEnd[] = [];
  for (const [at, provider] of mixed.route.entries())
    ends.push(
      await startFarEnd({ provider, isFirst: at === 0, seed: seed + 1_000 * at }, mixed, ledger),
    );
  const startedAt = performance.now();
  const options = {
    ...PATIENCE,
    ...(isCalm && { timeoutMs: CALM_TIMEOUT_MS }),
    onUnknown,
    provider: [...mixed.route],
    providers: providers(ends),
  };
  await sendAll(options, ledger);
  const seconds = (performance.now() - startedAt) / 1000;
  const left: string[] = [];
  // Only afterwards: what is late in a proxy may take its time, but not ours.
  for (const { proxy } of ends) left.push(...(await notLeft(proxy)));
  for (const end of ends) await end.close();
  left.push(...(await leftOpen(before)));
  const faults = sum(ends.flatMap(({ proxy }) => Object.values(proxy.suffered)));
  const balance = ledger.balance({
    given: messages,
    leastAccepted: Math.floor(messages * (isCalm ? 1 : LEAST_ACCEPTED)),
    faults,
    leastFaults: isCalm ? 0 : Math.floor(messages * LEAST_FAULTS),
  });
  const refused = sum(ends.map((end) => end.refused()));
  const violations = [...balance.violations, ...missed(plan, mixed, { ...balance, refused })];
  for (const problem of new Set(ends.flatMap((end) => end.problems()))) violations.push(problem);
  if (left.length > 0) violations.push(`left open: ${left.join(', ')}`);
  const [{ proxy }] = ends as [FarEnd];
  return {
    ...balance,
    violations,
    connections: proxy.connections,
    suffered: proxy.suffered,
    faults,
    refused,
    seconds,
  };
}

/** A provider's server, with all that stands before it. */
interface FarEnd {
  readonly provider: string;
  readonly proxy: ChaosProxy;
  readonly options: object;
  refused(): number;
  problems(): readonly string[];
  close(): Promise<void>;
}

async function startFarEnd(
  {
    provider,
    isFirst,
    seed,
  }: { readonly provider: string; readonly isFirst: boolean; readonly seed: number },
  mixed: ChaosCase,
  ledger: Ledger,
): Promise<FarEnd> {
  const peer = peerOf(provider);
  const luck = seededRandom(seed + 1);
  const troubles = new Troubles();
  const isCalm = mixed.isCalm === true;
  const options: SinkOptions = {
    arrived: (copy) => ledger.arrived(copy),
    isBusy: () => !isCalm && luck() < (isFirst ? BUSY : BUSY_SECOND),
    trouble: () => (isCalm ? undefined : troubles.next()),
    reads: true,
  };
  const sink = await peer.start(options);
  const isSecure = isFirst && mixed.isSecure === true;
  const front = isSecure ? await startTlsFront(sink.port) : undefined;
  const more = isSecure ? TLS_REACH : { up: 0, down: 0 };
  const reach = { up: peer.reach.up + more.up, down: peer.reach.down + more.down };
  const random = seededRandom(seed);
  const proxy = await ChaosProxy.start({
    target: front?.port ?? sink.port,
    draw: isCalm ? () => undefined : drawing(random, { reach }),
    random,
    // Those that drew nothing draw again after about two calls.
    stretch: 2 * (reach.up + reach.down),
  });
  return {
    provider,
    proxy,
    options: {
      ...peer.options(proxy.port, isSecure),
      ...(mixed.hasKeys === true && provider === 'brevo' && { idempotency: true }),
      maxBatchSize: 5,
    },
    refused: () => troubles.refused,
    problems: () => sink.problems,
    close: async () => {
      await proxy.close();
      await front?.close();
      await sink.close();
    },
  };
}

/** What goes wrong with calls that a server has read to their end. */
class Troubles {
  refused = 0;
  #calls = 0;

  next(): Trouble | undefined {
    this.#calls += 1;
    if (this.#calls % LATE_ERROR_EVERY === 0) return 'late-error';
    if (this.#calls % REFUSED_EVERY !== 0) return undefined;
    this.refused += 1;
    return 'error';
  }
}

/** Where nothing goes wrong only a busy machine is slow. */
const CALM_TIMEOUT_MS = 20_000;

/** Short enough that what is swallowed does not hold up a run for long. */
const PATIENCE = {
  timeoutMs: 600,
  retry: { attempts: 3, baseDelayMs: 5, maxDelayMs: 50 },
  circuitBreaker: { failures: 5, halfOpenAfterMs: 10, maxPauseMs: 20_000 },
} satisfies MailBridgeOptions;

function providers(ends: readonly FarEnd[]): Record<string, object> {
  return Object.fromEntries(ends.map(({ provider, options }) => [provider, options]));
}

async function sendAll(options: MailBridgeOptions, ledger: Ledger): Promise<void> {
  const third = Math.ceil(ledger.capacity / 3);
  const settled = (response: EmailResponseDto) => ledger.settled(response);
  await withMail(options, async (mail) => {
    const bulk = mail.sendBulk(newsletter(ledger, third));
    const stream = mail.stream(newsletter(ledger, third));
    const single = newsletter(ledger, ledger.capacity - 2 * third);
    await Promise.all([
      bulk.then(({ responses }) => responses.forEach(settled)),
      stream.forEach(settled),
      ...Array.from({ length: ONE_BY_ONE }, () => sendOneByOne(mail, single, settled)),
    ]);
  });
}

async function sendOneByOne(
  mail: MailBridgeService,
  messages: ReturnType<typeof newsletter>,
  settled: (response: EmailResponseDto) => void,
): Promise<void> {
  for (let next = await messages.next(); next.done !== true; next = await messages.next()) {
    const response = await mail.send(next.value).catch((error: unknown) => {
      if (isEmailSendError(error)) return error.response;
      throw error;
    });
    settled(response);
    if (response.attempts === 0) await delay(COME_BACK_MS);
  }
}

async function* newsletter(ledger: Ledger, count: number) {
  for (let i = 0; i < count; i += 1) {
    const number = ledger.submitted;
    ledger.submit();
    yield mixedMessage(number).message;
  }
}

/** What a run must have met besides, so that it proves something. */
function missed(
  { onUnknown, messages }: ChaosPlan,
  { route, isCalm = false }: ChaosCase,
  { refused, doubtsBeforeUnsent }: Pick<ChaosReport, 'refused' | 'doubtsBeforeUnsent'>,
): readonly string[] {
  if (isCalm || messages < ENOUGH_MESSAGES) return [];
  const violations: string[] = [];
  if (refused === 0) violations.push('no server refused what it had read to its end');
  if (route.length > 1 && onUnknown === 'resend' && doubtsBeforeUnsent === 0)
    violations.push('no doubt was followed by a refusal');
  return violations;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0);
}
