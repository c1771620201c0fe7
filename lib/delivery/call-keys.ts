import { createHash, randomUUID } from 'node:crypto';
import type { Submission } from '../contract/submission.js';
import type { OutgoingAttachment, OutgoingEmail } from '../message/outgoing-email.js';

/** The idempotency key of one call. */
export interface CallKey {
  readonly value: string;
  /** When it was made, in milliseconds by a clock that never goes back. */
  readonly since: number;
}

/** A call that nobody knows the fate of, as a later one of the same messages finds it. */
export interface RememberedCall {
  readonly key: CallKey;
  /** What was said of a message whose fate is unknown. */
  readonly doubt: Submission;
  /** Which of its messages were or may have been taken, by their place in the call. */
  readonly mayBeTaken: readonly boolean[];
}

/**
 * The idempotency keys of one provider. Every call has a key of its own. The key of a call whose fate is
 * unknown is kept for its lifetime, so that the same messages, handed over once more, are the same call.
 */
export class CallKeys {
  readonly #inDoubt = new Map<string, RememberedCall>();

  constructor(
    private readonly lifetimeMs: number,
    private readonly now: () => number = () => performance.now(),
  ) {}

  /** A key for a call that was never made before. */
  create(): CallKey {
    return { value: randomUUID(), since: this.now() };
  }

  /** Whether the provider still knows the key after so many more milliseconds. */
  isKnown({ since }: CallKey, inMs = 0): boolean {
    return this.now() + inMs - since < this.lifetimeMs;
  }

  /** The earlier call of exactly these messages, in this order, while its fate is unknown. */
  recall(emails: readonly OutgoingEmail[]): RememberedCall | undefined {
    if (this.#inDoubt.size === 0) return undefined;
    const call = this.#inDoubt.get(identity(emails));
    return call !== undefined && this.isKnown(call.key) ? call : undefined;
  }

  /** Keeps the key of a call whose fate is unknown, and lets go of those that are too old. */
  keep(emails: readonly OutgoingEmail[], call: RememberedCall): void {
    for (const [old, { key }] of this.#inDoubt) {
      if (!this.isKnown(key)) this.#inDoubt.delete(old);
    }
    this.#inDoubt.set(identity(emails), call);
  }

  /** Lets go of a call whose fate is known by now. */
  forget(emails: readonly OutgoingEmail[]): void {
    if (this.#inDoubt.size > 0) this.#inDoubt.delete(identity(emails));
  }
}

/** A text that is the same for the same messages in the same order, and for no others. */
function identity(emails: readonly OutgoingEmail[]): string {
  const hash = createHash('sha256');
  for (const { attachments, features: _derived, ...rest } of emails) {
    hash.update(JSON.stringify([rest, attachments.map(attachmentIdentity)]));
  }
  return hash.digest('base64');
}

function attachmentIdentity({ content, ...rest }: OutgoingAttachment): readonly unknown[] {
  return [rest, typeof content === 'function' ? numberOf(content) : digest(content)];
}

function digest(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('base64');
}

const numbers = new WeakMap<object, number>();
let numbered = 0;

/** The number of a function: what it opens cannot be compared without reading it. */
function numberOf(open: object): number {
  const known = numbers.get(open);
  if (known !== undefined) return known;
  numbers.set(open, ++numbered);
  return numbered;
}
