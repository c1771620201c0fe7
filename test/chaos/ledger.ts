import type { EmailResponseDto } from 'nest-mailbridge';

const OUTCOMES = ['accepted', 'rejected', 'unsent', 'unknown', 'cancelled'] as const;
const [ACCEPTED, UNKNOWN] = [OUTCOMES.indexOf('accepted') + 1, OUTCOMES.indexOf('unknown') + 1];

/** What a run comes to. */
export interface Balance {
  readonly outcomes: Readonly<Record<(typeof OUTCOMES)[number], number>>;
  /** Messages of the outcome `unknown` that did arrive. */
  readonly unknownArrived: number;
  /** Attempts of the outcome `unknown` after which the message was sent again. */
  readonly resent: number;
  /** Copies beyond the first of each message. */
  readonly extraCopies: number;
  /** What does not hold of the promises, in words; empty where all of them do. */
  readonly violations: readonly string[];
}

/**
 * Keeps what the library said of each message beside what truly arrived. A message is known by its
 * number, and its recipient's address has it too, so that every server can count copies. A few bytes for
 * each: a soak has millions.
 */
export class Ledger {
  readonly #copies: Uint8Array;
  readonly #resent: Uint8Array;
  readonly #outcomes: Uint8Array;
  readonly #responses: Uint8Array;
  #forgotten = 0;
  #submitted = 0;

  /** @param capacity the most messages that there will be */
  constructor(readonly capacity: number) {
    this.#copies = new Uint8Array(capacity);
    this.#resent = new Uint8Array(capacity);
    this.#outcomes = new Uint8Array(capacity);
    this.#responses = new Uint8Array(capacity);
  }

  /** The id of the next message. */
  submit(): string {
    this.#submitted += 1;
    return `m${this.#submitted - 1}`;
  }

  get submitted(): number {
    return this.#submitted;
  }

  /** A server has read a message for that address to its end. */
  arrived(address: string): void {
    const number = Number(/^m(\d+)@/.exec(address)?.[1]);
    this.#copies[number]! += 1;
  }

  /** The library says what became of a message. */
  settled({ id, outcome, history }: EmailResponseDto): void {
    const number = Number(id.slice(1));
    this.#responses[number]! += 1;
    this.#outcomes[number] = OUTCOMES.indexOf(outcome) + 1;
    this.#resent[number] = history.slice(0, -1).filter((each) => each.outcome === 'unknown').length;
    const wasUnknown = history.some((each) => each.outcome === 'unknown');
    if (wasUnknown && this.isDenied(number)) this.#forgotten += 1;
  }

  /** Whether the promises hold (L1 to L4 of the fault tests). */
  balance(): Balance {
    const unsettled = this.count((number) => this.#responses[number] === 0);
    const twice = this.count((number) => this.#responses[number]! > 1);
    const lost = this.count((number) => this.is(number, ACCEPTED) && this.#copies[number] === 0);
    const denied = this.count((number) => this.isDenied(number) && this.#copies[number]! > 0);
    const doubled = this.count((number) => this.extra(number) > this.#resent[number]!);
    const violations = [
      [unsettled, 'without an outcome'],
      [twice, 'with more than one outcome'],
      [lost, 'accepted that never arrived'],
      [denied, 'surely not taken that did arrive'],
      [this.#forgotten, 'surely not taken although an attempt was unknown'],
      [doubled, 'that arrived more often than an unknown outcome explains'],
    ] as const;
    return {
      outcomes: this.outcomes(),
      unknownArrived: this.count((n) => this.is(n, UNKNOWN) && this.#copies[n]! > 0),
      resent: this.sum((number) => this.#resent[number]!),
      extraCopies: this.sum((number) => this.extra(number)),
      violations: violations
        .filter(([count]) => count > 0)
        .map(([count, what]) => `${count} ${what}`),
    };
  }

  private outcomes(): Balance['outcomes'] {
    const counts = OUTCOMES.map(
      (name, at) => [name, this.count((n) => this.is(n, at + 1))] as const,
    );
    return Object.fromEntries(counts) as Balance['outcomes'];
  }

  private is(number: number, outcome: number): boolean {
    return this.#outcomes[number] === outcome;
  }

  private isDenied(number: number): boolean {
    const isSettled = this.#outcomes[number] !== 0;
    return isSettled && !this.is(number, ACCEPTED) && !this.is(number, UNKNOWN);
  }

  private extra(number: number): number {
    return Math.max(0, this.#copies[number]! - 1);
  }

  private count(holds: (number: number) => boolean): number {
    return this.sum((number) => (holds(number) ? 1 : 0));
  }

  private sum(value: (number: number) => number): number {
    let sum = 0;
    for (let number = 0; number < this.#submitted; number += 1) sum += value(number);
    return sum;
  }
}
