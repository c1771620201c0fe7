import { randomUUID } from 'node:crypto';

// Brevo remembers a key for 15 minutes by its changelog, for 30 by its guide; less the time of a call.
const LIFETIME_MS = 14 * 60 * 1000;

/** The key of one call. */
export interface IdempotencyKey {
  readonly value: string;
  /** Whether an earlier call of the same had it, whose answer was lost. */
  readonly isReused: boolean;
  /** When it was first used, in milliseconds. */
  readonly since: number;
}

/**
 * The keys by which Brevo knows a call that it has seen. Each call has a new one; only a call whose answer
 * was lost, and that is sent again unchanged in time, has the one it had: whether Brevo keeps the key of a
 * call that it refused is not documented.
 */
export class IdempotencyKeys {
  readonly #lost = new Map<string, IdempotencyKey>();

  /** @param call what identifies a call: a digest of its messages and all that is sent */
  keyFor(call: string, now: number): IdempotencyKey {
    const known = this.#lost.get(call);
    if (known !== undefined && now - known.since < LIFETIME_MS) return { ...known, isReused: true };
    return { value: randomUUID(), isReused: false, since: now };
  }

  /** Remembers the key of a call whose answer was lost, and forgets those that are too old. */
  keep(call: string, key: IdempotencyKey, now: number): void {
    for (const [old, { since }] of this.#lost) {
      if (now - since >= LIFETIME_MS) this.#lost.delete(old);
    }
    this.#lost.set(call, key);
  }

  /** The call has its answer. */
  forget(call: string): void {
    this.#lost.delete(call);
  }
}
