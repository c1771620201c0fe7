import { OUTCOMES, type Outcome } from '../contract/outcome.js';
import type { EmailResponseDto } from '../contract/email-response.dto.js';

/** How many messages had each outcome. */
export type OutcomeCounts = Readonly<Record<Outcome, number>>;

/** Which responses a bulk keeps: each one, those that were not accepted, or only the counts. */
export type KeepResponses = 'all' | 'problems' | 'none';

/** What became of a bulk. */
export class BulkEmailResponseDto {
  /** Messages that were taken from the source; each has exactly one outcome. */
  readonly total!: number;
  readonly successful!: number;
  /** All that were not accepted. */
  readonly failed!: number;
  readonly outcomes!: OutcomeCounts;
  /** In input order; see `keepResponses`. */
  readonly responses!: readonly EmailResponseDto[];
  /** False when the source was not taken to its end: aborted, shut down, or it threw. */
  readonly complete!: boolean;
  /** Calls of providers, each with one message or a native batch. */
  readonly providerCalls!: number;
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
  readonly elapsedMs: number;
}

/** Counts the outcomes of a bulk and keeps the responses that are wanted. */
export class BulkTally {
  providerCalls = 0;
  readonly #counts: Record<Outcome, number>;
  readonly #responses: EmailResponseDto[] = [];
  readonly #startedAt = performance.now();
  #done = 0;

  constructor(private readonly keep: KeepResponses) {
    this.#counts = Object.fromEntries(OUTCOMES.map((outcome) => [outcome, 0])) as Record<
      Outcome,
      number
    >;
  }

  add(response: EmailResponseDto): void {
    this.#done += 1;
    this.#counts[response.outcome] += 1;
    if (this.keep === 'none' || (this.keep === 'problems' && response.success)) return;
    this.#responses.push(response);
  }

  progress(total: number | undefined): BulkProgress {
    return {
      done: this.#done,
      ...(total !== undefined && { total }),
      outcomes: { ...this.#counts },
      elapsedMs: performance.now() - this.#startedAt,
    };
  }

  response(complete: boolean): BulkEmailResponseDto {
    return new BulkEmailResponseDto({
      total: this.#done,
      successful: this.#counts.accepted,
      failed: this.#done - this.#counts.accepted,
      outcomes: { ...this.#counts },
      responses: this.#responses.toSorted((a, b) => (a.index ?? 0) - (b.index ?? 0)),
      complete,
      providerCalls: this.providerCalls,
      durationMs: performance.now() - this.#startedAt,
    });
  }
}
