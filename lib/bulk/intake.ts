import type { Parcel } from '../delivery/parcel.js';
import { Fifo } from '../delivery/fifo.js';
import { EmailResponseDto } from '../contract/email-response.dto.js';
import { eventLoopTurn } from '../delivery/event-loop-turn.js';
import { planCalls, type CallLimits } from '../delivery/plan.js';
import type { Admit } from './admit.js';
import type { SourceReader } from './source-reader.js';

// How long messages that could share a call wait for company from a source that is slow.
const PATIENCE_MS = 50;
// A source that answers at once must not keep the event loop from everything else for longer.
const TURN_MS = 5;

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
  #turn: Promise<unknown> = Promise.resolve();
  #patienceMs = PATIENCE_MS;
  #taken = 0;
  #turnEndsAt = performance.now() + TURN_MS;

  constructor(
    private readonly source: SourceReader,
    private readonly admit: Admit,
    private readonly options: IntakeOptions,
  ) {}

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
    while (this.#window.length < room && refused.length < room) {
      const item = await this.pull();
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
  private async pull(): Promise<Parcel | EmailResponseDto | undefined> {
    if (performance.now() > this.#turnEndsAt) {
      await eventLoopTurn();
      this.#turnEndsAt = performance.now() + TURN_MS;
    }
    const waitedMs = this.source.waitedMs;
    // While there are messages that could go, the source is waited for only as long as patience lasts.
    const patienceMs = this.#window.length > 0 ? this.#patienceMs : undefined;
    const answer = await this.source.take(patienceMs);
    this.#patienceMs -= this.source.waitedMs - waitedMs;
    return answer === undefined ? undefined : this.admit(answer.message, this.#taken++);
  }
}
