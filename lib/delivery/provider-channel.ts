import type { AttemptRecord } from '../contract/email-response.dto.js';
import { UNDECLARED_CAPABILITIES, type ProviderCapabilities } from '../contract/capabilities.js';
import { eventLoopTurn } from '../contract/event-loop-turn.js';
import { isPromise } from '../contract/is-promise.js';
import { attemptContext, type LightSignal } from '../contract/light-signal.js';
import type { MailProviderStrategy, SendContext } from '../contract/mail-provider.strategy.js';
import type { Submission } from '../contract/submission.js';
import { withoutEcho } from '../contract/without-echo.js';
import type { OutgoingEmail } from '../message/outgoing-email.js';
import { attempt } from './attempt.js';
import { callHealth, pauseAskedFor } from './call-health.js';
import { CallKeys } from './call-keys.js';
import type { ChannelOptions } from './channel-options.js';
import { CircuitBreaker, type CircuitState, type Passage } from './circuit-breaker.js';
import { keptBack } from './kept-back.js';
import type { Lane } from './lanes.js';
import type { CallLimits } from './plan.js';
import { callLimits, checkStrategy } from './provider-rules.js';
import { ProviderAttempts, type AttemptedProvider, type CallAttempt } from './provider-attempts.js';
import { LONGEST_WAIT_MS, RetryBudget } from './retry-policy.js';
import type { Shipment } from './shipment.js';
import { Turnstile } from './turnstile.js';
import { WaitAllowance } from './wait-allowance.js';

/** What comes with messages that are handed to a provider. */
export interface Handover {
  readonly lane: Lane;
  /** How long this provider is waited for, when it is paused or down. */
  readonly allowance: WaitAllowance;
  /** Whether another provider could take the messages instead of waiting for this one to recover. */
  readonly hasNext: boolean;
  /** Fires when nothing new may be tried. */
  readonly stop: AbortSignal;
  /** Fires when what is in flight must be given up. */
  readonly expired: LightSignal;
  /** Called once for each call. */
  onCall(): void;
  /** Called for each message once a call of it has ended. */
  onAttempt(id: string, attempt: AttemptRecord): void;
}

/** A message as this provider is to get it. */
export interface Consignment {
  readonly shipment: Shipment;
  readonly email: OutgoingEmail;
}

/** One provider with everything that its callers share: its limits, its state, its retries. */
export class ProviderChannel {
  readonly capabilities: ProviderCapabilities;
  /** What one call takes; one message where the provider has no native batches. */
  readonly callLimits: CallLimits;
  readonly #turnstile: Turnstile;
  readonly #breaker: CircuitBreaker | undefined;
  readonly #budget = new RetryBudget();
  /** The channel as the attempts of one delivery see it. */
  readonly #attempted: AttemptedProvider;

  constructor(
    readonly name: string,
    readonly strategy: MailProviderStrategy,
    private readonly options: ChannelOptions,
    /** Says what somebody who is woken at night wants to know. */
    private readonly log: (message: string) => void = () => undefined,
    private readonly onState: (state: CircuitState) => void = () => undefined,
  ) {
    checkStrategy(name, strategy);
    const { circuitBreaker, maxInFlight = Infinity, rateLimit } = options;
    this.capabilities = strategy.capabilities ?? UNDECLARED_CAPABILITIES;
    this.callLimits = callLimits(strategy, options);
    this.#turnstile = new Turnstile({
      maxInFlight,
      rate: rateLimit,
      onStore: (isReached) => this.log(storeNews(name, isReached)),
    });
    this.#breaker =
      circuitBreaker &&
      new CircuitBreaker(circuitBreaker, (state, forMs) => this.tellState(state, forMs));
    const isWell = () => this.state === 'closed';
    this.#attempted = {
      name,
      retry: options.retry,
      budget: this.#budget,
      keys: strategy.idempotency && new CallKeys(strategy.idempotency.lifetimeMs),
      independent: strategy.batching?.independent ?? false,
      heedsEnvelopeTo: strategy.heedsEnvelopeTo ?? false,
      isWell,
      call: (...call) => this.call(...call),
    };
  }

  /** Whether several messages can go out in one call. */
  get batches(): boolean {
    return this.callLimits.messages > 1;
  }

  /** Whether calls are made, kept back, or probed for. */
  get state(): CircuitState {
    return this.#breaker?.state ?? 'closed';
  }

  /** What only messages able to share a call have in common; `undefined`: this one goes alone. */
  batchKey(email: OutgoingEmail): string | undefined {
    if (!this.batches) return undefined;
    try {
      return this.strategy.batching?.key(email);
    } catch {
      // It goes alone: what a provider of one's own throws here says nothing against the message.
      return undefined;
    }
  }

  /** How much of the message it has in common with others of its key. */
  sharedBytes(email: OutgoingEmail): number {
    try {
      return this.batches ? (this.strategy.batching?.sharedBytes?.(email) ?? 0) : 0;
    } catch {
      return 0;
    }
  }

  /** What of the message may stand only once in a call. */
  unique(email: OutgoingEmail): readonly string[] {
    try {
      return this.batches ? (this.strategy.batching?.unique?.(email) ?? []) : [];
    } catch {
      return [];
    }
  }

  /**
   * Submits messages that share a call, and those again that were refused for now: what became of each
   * is recorded on its shipment. What `stop` left untried has nothing recorded.
   */
  deliver(consignments: readonly Consignment[], handover: Handover): Promise<void> {
    this.#budget.earn(consignments.length);
    return new ProviderAttempts(this.#attempted, handover, consignments).run();
  }

  /** One call, when breaker and turnstile let it; `undefined` when it was stopped before. */
  private async call(
    consignments: readonly Consignment[],
    attempted: CallAttempt,
    handover: Handover,
  ): Promise<readonly Submission[] | undefined> {
    const emails = consignments.map(({ email }) => email);
    const { lane, stop, expired } = handover;
    const allowance = handover.hasNext ? WaitAllowance.NONE : handover.allowance;
    const passing = this.#breaker === undefined ? UNWATCHED : this.#breaker.pass(allowance, stop);
    const passage = isPromise(passing) ? await passing : passing;
    if (passage === undefined) return this.untried(emails, stop);
    const entrant = { lane, allowance, signal: stop, cost: this.costOf(emails) };
    const entered = this.#turnstile.enter(entrant);
    if (!(entered === true || (await entered))) {
      passage.report(undefined);
      return this.untried(emails, stop);
    }
    if (this.isTooLate(attempted)) {
      passage.report(undefined);
      this.#turnstile.leave();
      return keptBack(emails);
    }
    handover.onCall();
    const { secrets, timeoutMs } = this.options;
    const limits = { timeoutMs, expired, secrets };
    const submissions = await attempt(
      (ending) => this.submit(emails, attemptContext(ending, attempted)),
      emails.length,
      limits,
    );
    passage.report(callHealth(submissions));
    this.end(submissions);
    if (emails.length > 1) await eventLoopTurn();
    return withoutEcho(submissions, emails);
  }

  /** Ends a call, with the pause that the provider asked for, if it did. */
  private end(submissions: readonly Submission[]): void {
    const pause = Math.min(pauseAskedFor(submissions), LONGEST_WAIT_MS);
    if (pause > 0) {
      this.log(`The mail provider '${this.name}' asks for a pause of ${seconds(pause)}`);
      this.#turnstile.pauseFor(pause);
    }
    this.#turnstile.leave();
  }

  /** What is not tried since its provider is down or asked for a pause; nothing is known when stopped. */
  private untried(
    emails: readonly unknown[],
    stop: AbortSignal,
  ): readonly Submission[] | undefined {
    if (stop.aborted) return undefined;
    const reopensInMs = this.#breaker?.reopensInMs ?? 0;
    return keptBack(emails, Math.max(reopensInMs, this.#turnstile.pausedForMs));
  }

  /** Whether the provider has forgotten the key of a call while its repetition waited to be made. */
  private isTooLate({ isRepeated, key }: CallAttempt): boolean {
    return isRepeated && key !== undefined && this.#attempted.keys?.isKnown(key) === false;
  }

  private async submit(
    emails: readonly OutgoingEmail[],
    context: SendContext,
  ): Promise<readonly Submission[]> {
    const [email] = emails;
    if (emails.length === 1 && email !== undefined) {
      return [await this.strategy.send(email, context)];
    }
    // A batch takes a while to be written, and its results to be read: whatever else waits for the event
    // loop gets its turn before each.
    await eventLoopTurn();
    // Only a provider with sendBatch has call limits above one message.
    return this.strategy.sendBatch!(emails, context);
  }

  private tellState(state: CircuitState, forMs: number): void {
    this.onState(state);
    const provider = `The mail provider '${this.name}'`;
    if (state === 'open') this.log(`${provider} fails: it is left alone for ${seconds(forMs)}`);
    if (state === 'closed') this.log(`${provider} works again`);
  }

  private costOf(emails: readonly OutgoingEmail[]): number {
    if (this.options.rateLimit?.per !== 'recipient') return emails.length;
    return emails.reduce((sum, { to, cc, bcc }) => sum + to.length + cc.length + bcc.length, 0);
  }
}

function storeNews(provider: string, isReached: boolean): string {
  return isReached
    ? `The rate limit of '${provider}' is shared again`
    : `The store of the rate limit of '${provider}' is out of reach: this process keeps it on its own`;
}

function seconds(ms: number): string {
  return `${Math.ceil(ms / 1000)} s`;
}

/** The right to make a call where nothing watches how calls go. */
const UNWATCHED: Passage = { report: () => undefined };
