import { OUTCOMES, type Outcome } from '../contract/outcome.js';
import type { EmailResponseDto } from '../contract/email-response.dto.js';

/** How many messages had each outcome. */
export type OutcomeCounts = Readonly<Record<Outcome, number>>;

/**
 * Which responses a bulk keeps: `all`; `problems`, those that were not accepted or were refused for some of
 * their recipients; or `none`, only the counts.
 */
export type KeepResponses = 'all' | 'problems' | 'none';

/** What became of a bulk. */
export class BulkEmailResponseDto {
  /** Messages that were taken from the source; each has exactly one outcome. */
  readonly total!: number;
  readonly successful!: number;
  /** All that were not accepted. */
  readonly failed!: number;
  /** Messages that were accepted, but not for every recipient: see `recipients` of their responses. */
  readonly partial!: number;
  readonly outcomes!: OutcomeCounts;
  /** In input order; see `keepResponses`. */
  readonly responses!: readonly EmailResponseDto[];
  /** False when the source was not taken to its end: aborted, shut down, or it threw. */
  readonly complete!: boolean;
  /** Calls of providers, each with one message or a native batch. */
  readonly providerCalls!: number;
  /** In whole milliseconds. */
  readonly durationMs!: number;

  constructor(fields: BulkEmailResponseDto) {
    Object.assign(this, fields);
  }
}

/** How far a bulk is. */
export interface BulkProgress {
  /** Messages that have their outcome. */
  readonly done: number;
  /** All messages, where the source tells. */
  readonly total?: number;
  readonly outcomes: OutcomeCounts;
  /** In whole milliseconds. */
  readonly elapsedMs: number;
}

/** Counts the outcomes of a bulk and keeps the responses that are wanted. */
export class BulkTally {
  providerCalls = 0;
  readonly #counts: Record<Outcome, number>;
  readonly #responses: EmailResponseDto[] = [];
  readonly #startedAt = performance.now();
  #done = 0;
  #partial = 0;

  constructor(private readonly keep: KeepResponses) {
    this.#counts = Object.fromEntries(OUTCOMES.map((outcome) => [outcome, 0])) as Record<
      Outcome,
      number
    >;
  }

  add(response: EmailResponseDto): void {
    this.#done += 1;
    this.#counts[response.outcome] += 1;
    const isPartial = response.success && response.recipients !== undefined;
    if (isPartial) this.#partial += 1;
    const isProblem = !response.success || isPartial;
    if (this.keep === 'none' || (this.keep === 'problems' && !isProblem)) return;
    this.#responses.push(response);
  }

  progress(total: number | undefined): BulkProgress {
    return {
      done: this.#done,
      ...(total !== undefined && { total }),
      outcomes: { ...this.#counts },
      elapsedMs: Math.round(performance.now() - this.#startedAt),
    };
  }

  response(complete: boolean): BulkEmailResponseDto {
    return new BulkEmailResponseDto({
      total: this.#done,
      successful: this.#counts.accepted,
      failed: this.#done - this.#counts.accepted,
      partial: this.#partial,
      outcomes: { ...this.#counts },
      responses: this.#responses.toSorted((a, b) => (a.index ?? 0) - (b.index ?? 0)),
      complete,
      providerCalls: this.providerCalls,
      durationMs: Math.round(performance.now() - this.#startedAt),
    });
  }
}
