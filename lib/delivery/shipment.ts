import type { AttemptRecord } from '../contract/email-response.dto.js';
import type { RecipientOutcome } from '../contract/outcome.js';
import { rejected, type Submission } from '../contract/submission.js';
import { envelopeRecipients } from '../message/envelope.js';
import type { OutgoingEmail } from '../message/outgoing-email.js';
import type { Parcel } from './parcel.js';
import { deferredRecipients, mergeRecipients, openRecipients } from './recipients.js';

/** What is known of a message, and who had it. */
export interface Verdict {
  readonly submission: Submission;
  readonly provider: string;
}

interface Doubt extends Verdict {
  readonly submission: Exclude<Submission, { readonly outcome: 'accepted' }>;
}

/** A message on its way through a route: what was tried, and what is known of it so far. */
export class Shipment {
  readonly attempts: AttemptRecord[] = [];
  #last: Verdict | undefined;
  /** What the last provider but this one said, unless that cannot carry the message. */
  #elsewhere: Verdict | undefined;
  // What may have been taken stays in doubt, whatever becomes of it when it is sent again.
  #doubt: Doubt | undefined;

  constructor(
    readonly parcel: Parcel,
    private readonly resendUnknown: boolean,
  ) {}

  /** What the last provider said of it; `undefined` while it was never tried. */
  get submission(): Submission | undefined {
    return this.#last?.submission;
  }

  /** What is known of it in the end, over all attempts; `undefined` when it was never tried. */
  get verdict(): Verdict | undefined {
    if (this.#last === undefined) return undefined;
    if (this.#doubt === undefined) return this.withoutDoubt(this.#last);
    const { submission, provider } = this.#last;
    if (submission.outcome !== 'accepted') return this.#doubt;
    return { submission: withDoubts(submission, this.#doubt.submission), provider };
  }

  /** Whether the next provider may be asked: only where the one before surely did not take it. */
  get mayMoveOn(): boolean {
    if (this.#doubt !== undefined && !this.resendUnknown) return false;
    const outcome = this.submission?.outcome;
    return outcome === undefined || outcome === 'unsent' || outcome === 'unknown';
  }

  /** Whether the same provider may take it, or some of its recipients, another time. */
  get mayTryAgain(): boolean {
    const { submission } = this;
    if (submission === undefined) return false;
    if (deferredRecipients(submission).length > 0) return true;
    if (submission.outcome === 'accepted' || submission.outcome === 'rejected') return false;
    if (submission.outcome === 'unknown') return this.resendUnknown;
    return submission.failure.retryable && (this.#doubt === undefined || this.resendUnknown);
  }

  /** The email for another attempt: only to the recipients that may still take it, where they differ. */
  again(email: OutgoingEmail): OutgoingEmail {
    const open = this.submission === undefined ? [] : openRecipients(email, this.submission);
    return open.length === 0 ? email : { ...email, envelopeTo: open };
  }

  /** Takes in what a provider said of `email`; gives back the record of it. */
  record(
    email: OutgoingEmail,
    submission: Submission,
    { provider, durationMs: tookMs }: Pick<AttemptRecord, 'provider' | 'durationMs'>,
  ): AttemptRecord {
    const durationMs = Math.round(tookMs);
    const { outcome } = submission;
    const attempt: AttemptRecord =
      submission.outcome === 'accepted'
        ? { provider, durationMs, outcome }
        : { provider, durationMs, outcome, code: submission.failure.code };
    this.attempts.push(attempt);
    this.settle(provider, submission, email.envelopeTo);
    return attempt;
  }

  /** Takes in that an earlier call of the same message left it in doubt, before it is tried again. */
  recall(provider: string, submission: Submission): void {
    this.settle(provider, submission);
  }

  /** Takes in that a provider was not asked after all; what is known from before stands. */
  notTried(provider: string, submission: Submission): void {
    if (this.#last === undefined || cannotCarry(this.#last.submission)) {
      this.settle(provider, submission);
    } else if (this.#last.provider === provider) {
      this.#last = { provider, submission: withRetryAfter(this.#last.submission, submission) };
    }
  }

  /**
   * What cannot be carried was surely not taken, so the next provider was asked. Where none can carry it
   * the message is refused; where another failed for a reason of its own, that one may take it later.
   */
  private withoutDoubt(last: Verdict): Verdict {
    const { submission, provider } = last;
    if (submission.outcome !== 'unsent' || !cannotCarry(submission)) return last;
    const { failure, ...rest } = submission;
    return (
      this.#elsewhere ?? {
        provider,
        submission: { ...rest, ...rejected({ ...failure, scope: 'message' }) },
      }
    );
  }

  private get everyone(): readonly string[] {
    return envelopeRecipients(this.parcel.email);
  }

  private settle(provider: string, submission: Submission, triedAgain?: readonly string[]): void {
    const last = this.#last;
    const isPart = triedAgain !== undefined && last?.provider === provider;
    const isOther = last !== undefined && last.provider !== provider;
    if (isOther && !cannotCarry(last.submission)) this.#elsewhere = last;
    const known = isPart
      ? mergeRecipients(last.submission, submission, triedAgain, this.everyone)
      : submission;
    this.#last = { submission: known, provider };
    if (known.outcome === 'unknown') this.#doubt ??= { submission: known, provider };
  }
}

/** What was said of a message, with the time that is known by now for which its provider is left alone. */
function withRetryAfter(said: Submission, keptBack: Submission): Submission {
  if (said.outcome !== 'unsent' || keptBack.outcome !== 'unsent') return said;
  const { retryAfterMs } = keptBack.failure;
  return retryAfterMs === undefined
    ? said
    : { ...said, failure: { ...said.failure, retryAfterMs } };
}

/** Whether a provider, or the server behind it, said that it cannot carry the message. */
function cannotCarry(submission: Submission): boolean {
  return submission.outcome === 'unsent' && submission.failure.category === 'unsupported';
}

/** An acceptance, where an attempt before may have reached some of those that it was not for. */
function withDoubts(submission: Submission, doubt: Doubt['submission']): Submission {
  if (submission.recipients === undefined) return submission;
  const { failure, recipients: doubted } = doubt;
  const isDoubted = ({ address, outcome }: RecipientOutcome) =>
    outcome !== 'accepted' &&
    (doubted?.some((each) => each.address === address && each.outcome === 'unknown') ?? true);
  const recipients = submission.recipients.map((each) =>
    isDoubted(each) ? { ...each, outcome: 'unknown' as const, failure } : each,
  );
  return { ...submission, recipients };
}
