import { setImmediate, setTimeout as delay } from 'node:timers/promises';
import type { Parcel } from '../delivery/delivery.js';
import { Fifo } from '../delivery/fifo.js';
import { EmailResponseDto } from '../delivery/email-response.dto.js';
import { planCalls, type CallLimits } from '../delivery/plan.js';
import type { MessageSource } from './message-source.js';

// How long messages that could share a call wait for company from a source that is slow.
const PATIENCE_MS = 50;
// A source that answers at once must not keep the event loop from everything else.
const PULLS_PER_TURN = 200;
// An end that is asked for leaves a source that is about to answer this long to do so.
const GRACE_MS = 100;

/** Checks one message of the source: it may go out, or its response says why not. */
export type Admit = (message: unknown, index: number) => Parcel | EmailResponseDto;

/** Messages that share a call, and responses of those that were refused on the way. */
export interface Work {
  readonly parcels: readonly Parcel[];
  readonly refused: readonly EmailResponseDto[];
}

export interface IntakeOptions {
  /** What one call takes; with one message a call nothing is taken ahead. */
  readonly limits: CallLimits;
  /** Messages taken ahead, besides one call's worth. */
  readonly lookAhead: number;
  /** Fires when nothing more is to be taken. */
  readonly stop: AbortSignal;
}

/**
 * Takes messages from the source, only as fast as they are asked for and one at a time, and puts those
 * together that may share a call. What was taken is always handed out, also after `stop`.
 */
export class Intake {
  readonly #ready = new Fifo<Work>();
  #window: Parcel[] = [];
  #turn: Promise<unknown> = Promise.resolve();
  #pending: Promise<IteratorResult<unknown>> | undefined;
  #interrupt: () => void = () => undefined;
  #patienceMs = PATIENCE_MS;
  #taken = 0;
  #over = false;
  #complete = false;
  #failure: { readonly error: unknown } | undefined;

  constructor(
    private readonly source: MessageSource,
    private readonly admit: Admit,
    private readonly options: IntakeOptions,
  ) {
    if (options.stop.aborted) void this.end();
    else options.stop.addEventListener('abort', () => void this.end(), { once: true });
  }

  /** Whether the source was taken to its end. */
  get complete(): boolean {
    return this.#complete;
  }

  /** What the source threw, if it did. */
  get failure(): { readonly error: unknown } | undefined {
    return this.#failure;
  }

  /** How many messages were taken so far. */
  get taken(): number {
    return this.#taken;
  }

  /** The next work, or `undefined` when there is none left. */
  next(): Promise<Work | undefined> {
    const turn = this.#turn.then(() => this.take());
    this.#turn = turn;
    return turn;
  }

  private async take(): Promise<Work | undefined> {
    while (this.#ready.size === 0) {
      const more =
        this.options.limits.messages === 1 ? await this.takeOne() : await this.fillWindow();
      if (!more && this.#ready.size === 0) return undefined;
    }
    return this.#ready.shift();
  }

  private async takeOne(): Promise<boolean> {
    const item = await this.pull();
    if (item instanceof EmailResponseDto) this.#ready.push({ parcels: [], refused: [item] });
    else if (item !== undefined) this.#ready.push({ parcels: [item], refused: [] });
    return item !== undefined;
  }

  /** Takes messages until there are enough to choose from, the source ends, or it keeps us waiting. */
  private async fillWindow(): Promise<boolean> {
    const refused: EmailResponseDto[] = [];
    const room = this.options.limits.messages + this.options.lookAhead;
    this.#patienceMs = PATIENCE_MS;
    for (let pulls = 1; this.#window.length < room && refused.length < room; pulls += 1) {
      const item = await this.pull();
      if (item === undefined) break;
      if (item instanceof EmailResponseDto) refused.push(item);
      else this.#window.push(item);
      if (this.#patienceMs <= 0) break;
      if (pulls % PULLS_PER_TURN === 0) await setImmediate();
    }
    if (refused.length > 0) this.#ready.push({ parcels: [], refused });
    this.planWindow(this.#patienceMs <= 0);
    return !this.#over;
  }

  private planWindow(isLate: boolean): void {
    const calls = planCalls(this.#window, this.options.limits);
    // What might still find company waits for it, unless that would hold everything up.
    const mayWait = !this.#over && !isLate && calls.some(({ full }) => full);
    this.#window = [];
    for (const { items, full } of calls) {
      if (full || !mayWait) this.#ready.push({ parcels: items, refused: [] });
      else this.#window.push(...items);
    }
  }

  /** The next message; `undefined` at the end, or when waiting for it was interrupted. */
  private async pull(): Promise<Parcel | EmailResponseDto | undefined> {
    const mayAsk = this.#pending !== undefined || !this.options.stop.aborted;
    if (this.#over || !mayAsk) return undefined;
    try {
      const next = this.#pending ?? this.source.next();
      const result = isPromise(next) ? await this.patiently(next) : next;
      if (result === undefined) return undefined;
      if (result.done !== true) return this.admit(result.value, this.#taken++);
      this.#complete = true;
    } catch (error) {
      this.#failure = { error };
    }
    this.#over = true;
    return undefined;
  }

  /** Waits for the source; while there are messages that could go, no longer than patience lasts. */
  private async patiently(
    next: Promise<IteratorResult<unknown>>,
  ): Promise<IteratorResult<unknown> | undefined> {
    this.#pending = next;
    const startedAt = performance.now();
    let late: NodeJS.Timeout | undefined;
    try {
      return await new Promise((resolve, reject) => {
        this.#interrupt = () => resolve(undefined);
        if (this.#window.length > 0) late = setTimeout(this.#interrupt, this.#patienceMs);
        const settled =
          <T>(settle: (value: T) => void) =>
          (value: T) => {
            this.#pending = undefined;
            settle(value);
          };
        next.then(settled(resolve), settled(reject));
      });
    } finally {
      clearTimeout(late);
      this.#patienceMs -= performance.now() - startedAt;
    }
  }

  /** Takes no more; the source is told so once it has answered, or has been given the time to. */
  private async end(): Promise<void> {
    if (this.#pending !== undefined) {
      const answered = this.#pending.catch(() => undefined);
      await Promise.race([answered, delay(GRACE_MS, undefined, { ref: false })]);
    }
    const wasOver = this.#over;
    this.#over = true;
    this.#interrupt();
    if (!wasOver) await this.tellSource();
  }

  private async tellSource(): Promise<void> {
    try {
      await this.source.return?.();
    } catch {
      // The source was let go of; what it makes of that changes no outcome.
    }
  }
}

function isPromise<T>(value: T | Promise<T>): value is Promise<T> {
  return typeof (value as { then?: unknown }).then === 'function';
}
