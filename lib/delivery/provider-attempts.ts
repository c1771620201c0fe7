import { isHeldBack, type Submission } from '../contract/submission.js';
import { onlyToEnvelope } from '../message/envelope.js';
import type { OutgoingEmail } from '../message/outgoing-email.js';
import type { CallKey, CallKeys } from './call-keys.js';
import { isolating } from './isolate.js';
import { isKeptBack } from './kept-back.js';
import type { Consignment, Handover } from './provider-channel.js';
import { LONGEST_WAIT_MS, backOffMs, type RetryBudget, type RetryOptions } from './retry-policy.js';
import type { Shipment } from './shipment.js';
import { sleep } from './sleep.js';

/** A call with an idempotency key whose fate is unknown for some of its messages. */
interface CallInDoubt {
  /** The messages of the call in their order, also those that are not in doubt. */
  readonly consignments: readonly Consignment[];
  readonly key: CallKey;
  readonly doubted: ReadonlySet<Shipment>;
}

/** What distinguishes one call of a provider from another of the same messages. */
export interface CallAttempt {
  /** 1 for the first attempt. */
  readonly number: number;
  readonly key: CallKey | undefined;
  /** Whether a call with this key was made before. */
  readonly isRepeated: boolean;
}

/** The provider that attempts are made on, with what all of its callers share. */
export interface AttemptedProvider {
  readonly name: string;
  readonly retry: RetryOptions;
  readonly budget: RetryBudget;
  /** `undefined` where the provider has no idempotency keys. */
  readonly keys: CallKeys | undefined;
  /** Whether a call has a result of its own for each message. */
  readonly independent: boolean;
  /** Whether it sends to `envelopeTo` alone where that is set. */
  readonly heedsEnvelopeTo: boolean;
  /** Whether calls are made as usual, so the circuit breaker is closed. */
  isWell(): boolean;
  /** Makes one call, when it may be made; `undefined` when it was stopped before. */
  call(
    consignments: readonly Consignment[],
    attempt: CallAttempt,
    handover: Handover,
  ): Promise<readonly Submission[] | undefined>;
}

/**
 * The attempts of one provider to deliver messages that share a call. What surely was not taken is tried
 * again, divided as it comes. A call in doubt is repeated whole, with the same messages in the same order
 * and the same key, or not at all: any other call could send some of its messages twice.
 */
export class ProviderAttempts {
  #fresh: readonly Consignment[];
  #inDoubt: readonly CallInDoubt[] = [];

  constructor(
    private readonly provider: AttemptedProvider,
    private readonly handover: Handover,
    consignments: readonly Consignment[],
  ) {
    this.#fresh = consignments;
    this.recall(consignments);
  }

  /** Ends when there is nothing left that this provider may try, or no time for it. */
  async run(): Promise<void> {
    const { retry } = this.provider;
    for (let number = 1; ; number += 1) {
      const isMade = await this.attempt(number);
      if (!isMade || number >= retry.attempts || this.handover.stop.aborted) return;
      this.chooseNext();
      const wait = this.waitAfter(number);
      if (wait === undefined || !(await sleep(wait, this.handover.stop))) return;
    }
  }

  /** Takes up a call of the same messages that was made before and whose fate is unknown. */
  private recall(consignments: readonly Consignment[]): void {
    const known = this.provider.keys?.recall(emailsOf(consignments));
    if (known === undefined) return;
    const doubted = consignments.filter((_, at) => known.mayBeTaken[at]);
    for (const { shipment } of doubted) shipment.recall(this.provider.name, known.doubt);
    this.#inDoubt = [{ consignments, key: known.key, doubted: shipmentsOf(doubted) }];
    this.#fresh = consignments.filter((_, at) => !known.mayBeTaken[at]);
  }

  private attempt(number: number): Promise<boolean> {
    return this.#inDoubt.length === 0 ? this.tryFresh(number) : this.repeatAll(number);
  }

  private async repeatAll(number: number): Promise<boolean> {
    const repeated = this.#inDoubt;
    this.#inDoubt = [];
    let isMade = this.#fresh.length > 0 && (await this.tryFresh(number));
    for (const call of repeated) isMade = (await this.repeat(call, number)) || isMade;
    return isMade;
  }

  /** One attempt, in several calls where one is refused for the sake of another message. */
  private async tryFresh(number: number): Promise<boolean> {
    const startedAt = performance.now();
    const submissions = await isolating(
      this.#fresh,
      (consignments) => this.callFresh(consignments, number),
      this.provider.independent,
    );
    if (submissions === undefined) return false;
    return this.record(this.#fresh, submissions, performance.now() - startedAt);
  }

  private callFresh(
    consignments: readonly Consignment[],
    number: number,
  ): Promise<readonly Submission[] | undefined> {
    const key = this.provider.keys?.create();
    const attempt = { number, key, isRepeated: false };
    const made = this.provider.call(consignments, attempt, this.handover);
    if (key === undefined) return made;
    return made.then((said) => {
      const submissions = said?.map(withKey);
      if (submissions !== undefined) this.noteDoubts(consignments, key, submissions);
      return submissions;
    });
  }

  /** Only an acceptance says what became of a call in doubt: a refusal is of the repeated one alone. */
  private async repeat(call: CallInDoubt, number: number): Promise<boolean> {
    const { consignments, key, doubted } = call;
    const startedAt = performance.now();
    const handover = { ...this.handover, hasNext: this.mayMoveOn(call) };
    const attempt = { number, key, isRepeated: true };
    const submissions = (await this.provider.call(consignments, attempt, handover))?.map(withKey);
    if (submissions === undefined) {
      this.#inDoubt = [...this.#inDoubt, call];
      return false;
    }
    const open = consignments.filter(({ shipment }) => doubted.has(shipment));
    const said = submissions.filter((_, at) => doubted.has(consignments[at]!.shipment));
    const isMade = this.record(open, said, performance.now() - startedAt);
    const left = open.filter((_, at) => said[at]?.outcome !== 'accepted');
    if (left.length === 0) this.provider.keys?.forget(emailsOf(consignments));
    else this.#inDoubt = [...this.#inDoubt, { consignments, key, doubted: shipmentsOf(left) }];
    return isMade;
  }

  private noteDoubts(
    consignments: readonly Consignment[],
    key: CallKey,
    submissions: readonly Submission[],
  ): void {
    const doubt = submissions.find(({ outcome }) => outcome === 'unknown');
    if (doubt === undefined) return;
    const doubted = consignments.filter((_, at) => submissions[at]?.outcome === 'unknown');
    this.#inDoubt = [...this.#inDoubt, { consignments, key, doubted: shipmentsOf(doubted) }];
    const mayBeTaken = submissions.map(
      ({ outcome }) => outcome === 'unknown' || outcome === 'accepted',
    );
    this.provider.keys?.keep(emailsOf(consignments), { key, doubt, mayBeTaken });
  }

  /** Takes in what became of each message; whether any of them was tried. */
  private record(
    consignments: readonly Consignment[],
    submissions: readonly Submission[],
    durationMs: number,
  ): boolean {
    const { name } = this.provider;
    let isMade = false;
    consignments.forEach(({ shipment, email }, at) => {
      const submission = submissions[at]!;
      if (isKeptBack(submission)) shipment.notTried(name, submission);
      else {
        isMade = true;
        const record = shipment.record(email, submission, { provider: name, durationMs });
        this.handover.onAttempt(email.id, record);
      }
    });
    return isMade;
  }

  /** What is worth another attempt, as far as the budget goes. */
  private chooseNext(): void {
    const { budget } = this.provider;
    const divisible = this.withoutDoubts();
    // One that is left alone from now on is not waited for where there is another.
    const isLeft = this.handover.hasNext && !this.provider.isWell();
    const again = isLeft ? [] : divisible.filter(({ shipment }) => shipment.mayTryAgain);
    this.#fresh = again
      .slice(0, budget.spend(again.length))
      .map(({ shipment, email }) => ({ shipment, email: this.again(shipment, email) }));
  }

  /** A provider that does not heed `envelopeTo` would send to those again who have the message. */
  private again(shipment: Shipment, email: OutgoingEmail): OutgoingEmail {
    const again = shipment.again(email);
    return again === email || this.provider.heedsEnvelopeTo ? again : onlyToEnvelope(again);
  }

  /** Decides which calls in doubt are repeated; gives back all messages that are in none of these. */
  private withoutDoubts(): readonly Consignment[] {
    if (this.#inDoubt.length === 0) return this.#fresh;
    const inDoubt = new Set(this.#inDoubt.flatMap(({ doubted }) => [...doubted]));
    const divisible = this.#fresh.filter(({ shipment }) => !inDoubt.has(shipment));
    const repeated: CallInDoubt[] = [];
    for (const call of this.#inDoubt) {
      const { consignments, doubted } = call;
      const isRepeated =
        this.isWorthRepeating(call) && this.provider.budget.spendAll(consignments.length);
      if (isRepeated) repeated.push(call);
      else divisible.push(...consignments.filter(({ shipment }) => doubted.has(shipment)));
    }
    this.#inDoubt = repeated;
    return divisible;
  }

  /** Whether the same call may be answered better: the key is still known, and nothing speaks against it. */
  private isWorthRepeating({ key, doubted }: CallInDoubt): boolean {
    if (this.provider.keys?.isKnown(key) !== true) return false;
    return [...doubted].some(({ submission }) => {
      if (submission === undefined || submission.outcome === 'accepted') return false;
      return submission.failure.retryable && !isHeldBack(submission);
    });
  }

  /**
   * How long to wait before the next attempt, in milliseconds; `undefined` when there is none. Back-off goes
   * by the retry options alone; what the provider asks for counts as a pause.
   */
  private waitAfter(number: number): number | undefined {
    const shipments = [
      ...this.#fresh.map(({ shipment }) => shipment),
      ...this.#inDoubt.flatMap(({ doubted }) => [...doubted]),
    ];
    if (shipments.length === 0) return undefined;
    const { retry } = this.provider;
    const { allowance } = this.handover;
    const asked = Math.min(Math.max(0, ...shipments.map(retryAfterOf)), LONGEST_WAIT_MS);
    const longest = this.mayAllMoveOn ? retry.maxDelayMs : Infinity;
    if (asked > Math.min(allowance.leftMs(), longest)) return undefined;
    const wait = backOffMs(number, { retryAfterMs: asked }, retry, Math.random());
    if (wait === asked) allowance.spend(asked);
    return wait;
  }

  /** Whether another provider could take all that is tried again. */
  private get mayAllMoveOn(): boolean {
    return this.handover.hasNext && this.#inDoubt.every((call) => this.mayMoveOn(call));
  }

  /** Whether another provider could take the messages of a call in doubt instead. */
  private mayMoveOn({ doubted }: CallInDoubt): boolean {
    return this.handover.hasNext && [...doubted].every(({ mayMoveOn }) => mayMoveOn);
  }
}

function emailsOf(consignments: readonly Consignment[]) {
  return consignments.map(({ email }) => email);
}

function shipmentsOf(consignments: readonly Consignment[]): ReadonlySet<Shipment> {
  return new Set(consignments.map(({ shipment }) => shipment));
}

/**
 * What was said of a message whose call had a key: while the key is known, sending it again does no harm.
 * A provider that finds the request itself wrong would only say so again.
 */
function withKey(submission: Submission): Submission {
  if (submission.outcome !== 'unknown' || submission.failure.category === 'validation') {
    return submission;
  }
  return { ...submission, failure: { ...submission.failure, retryable: true } };
}

function retryAfterOf({ submission }: Shipment): number {
  return submission === undefined || submission.outcome === 'accepted'
    ? 0
    : (submission.failure.retryAfterMs ?? 0);
}
