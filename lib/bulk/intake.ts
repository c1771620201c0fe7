import type { Parcel } from '../delivery/parcel.js';
import { Fifo } from '../contract/fifo.js';
import { EmailResponseDto } from '../contract/email-response.dto.js';
import { eventLoopTurn, isTurnOver } from '../contract/event-loop-turn.js';
import { planCalls, type CallLimits } from '../delivery/plan.js';
import type { Admit } from './admit.js';
import { isPromise } from '../contract/is-promise.js';
import type { SourceReader, Taken } from './source-reader.js';

// How long messages that could share a call wait for company from a source that is slow.
const PATIENCE_MS = 50;

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
}

/**
 * Takes messages from the source, only as fast as they are asked for, and puts those together that may
 * share a call. What was taken is always handed out, also when the source was stopped.
 */
export class Intake {
  readonly #ready = new Fifo<Work>();
  #window: Parcel[] = [];
  /** Settles when whoever is taking messages is done; the source is asked by one at a time. */
  #turn: Promise<unknown> | undefined;
  #patienceMs = PATIENCE_MS;
  #taken = 0;

  constructor(
    private readonly source: SourceReader,
    private readonly admit: Admit,
    private readonly options: IntakeOptions,
  ) {}

  /** How many messages were taken so far. */
  get taken(): number {
    return this.#taken;
  }

  /** The next work, or `undefined` when there is none left; at once where the source answers at once. */
  next(): Work | undefined | Promise<Work | undefined> {
    const work = this.#turn === undefined ? this.take() : this.#turn.then(() => this.take());
    if (isPromise(work)) this.hold(work);
    return work;
  }

  private hold(turn: Promise<unknown>): void {
    const end = () => {
      if (this.#turn === turn) this.#turn = undefined;
    };
    this.#turn = turn;
    turn.then(end, end);
  }

  private take(): Work | undefined | Promise<Work | undefined> {
    return this.options.limits.messages === 1 ? this.takeOne() : this.takeMany();
  }

  private takeOne(): Work | undefined | Promise<Work | undefined> {
    const item = this.pull();
    return isPromise(item) ? item.then(workOf) : workOf(item);
  }

  private async takeMany(): Promise<Work | undefined> {
    while (this.#ready.size === 0) {
      const more = await this.fillWindow();
      if (!more && this.#ready.size === 0) return undefined;
    }
    return this.#ready.shift();
  }

  /** Takes messages until there are enough to choose from, the source ends, or it keeps us waiting. */
  private async fillWindow(): Promise<boolean> {
    const refused: EmailResponseDto[] = [];
    const room = this.options.limits.messages + this.options.lookAhead;
    this.#patienceMs = PATIENCE_MS;
    while (this.#window.length < room && refused.length < room) {
      const pulled = this.pull();
      const item = isPromise(pulled) ? await pulled : pulled;
      if (item === undefined) break;
      if (item instanceof EmailResponseDto) refused.push(item);
      else this.#window.push(item);
      if (this.#patienceMs <= 0) break;
    }
    if (refused.length > 0) this.#ready.push({ parcels: [], refused });
    this.planWindow(this.#patienceMs <= 0);
    return !this.source.isOver;
  }

  private planWindow(isLate: boolean): void {
    const calls = planCalls(this.#window, this.options.limits);
    // What might still find company waits for it, unless that would hold everything up.
    const mayWait = !this.source.isOver && !isLate && calls.some(({ full }) => full);
    this.#window = [];
    for (const { items, full } of calls) {
      if (full || !mayWait) this.#ready.push({ parcels: items, refused: [] });
      else this.#window.push(...items);
    }
  }

  /** The next message; `undefined` at the end, or when waiting for it was interrupted. */
  private pull(): Item | Promise<Item> {
    // A source that answers at once must not keep the event loop from everything else.
    if (isTurnOver()) return this.pullInNextTurn();
    const waitedMs = this.source.waitedMs;
    // While there are messages that could go, the source is waited for only as long as patience lasts.
    const patienceMs = this.#window.length > 0 ? this.#patienceMs : undefined;
    const taken = this.source.take(patienceMs);
    if (!isPromise(taken)) return this.admitted(taken);
    return taken.then((later) => {
      this.#patienceMs -= this.source.waitedMs - waitedMs;
      return this.admitted(later);
    });
  }

  private async pullInNextTurn(): Promise<Item> {
    await eventLoopTurn();
    return this.pull();
  }

  private admitted(taken: Taken): Item | Promise<Item> {
    return taken === undefined ? undefined : this.admit(taken.message, this.#taken++);
  }
}

/** A message that may go out, or the response of one that may not. */
type Item = Parcel | EmailResponseDto | undefined;

const NONE: readonly never[] = [];

function workOf(item: Item): Work | undefined {
  if (item === undefined) return undefined;
  return item instanceof EmailResponseDto
    ? { parcels: NONE, refused: [item] }
    : { parcels: [item], refused: NONE };
}
