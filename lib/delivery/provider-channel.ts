import { UNDECLARED_CAPABILITIES, type ProviderCapabilities } from '../contract/capabilities.js';
import type { MailProviderStrategy, SendContext } from '../contract/mail-provider.strategy.js';
import type { Submission } from '../contract/submission.js';
import { withoutEcho } from '../contract/without-echo.js';
import type { OutgoingEmail } from '../message/outgoing-email.js';
import { attempt, type AttemptLimits } from './attempt.js';
import type { CallLimits } from './plan.js';
import { Slots } from './slots.js';

/** The limits of one provider, as its options set them. */
export interface ChannelOptions {
  /** Calls in flight at a time, over all callers; without it as many as they ask for. */
  readonly maxInFlight: number | undefined;
  /** Lowers the number of messages that the provider takes in a call. */
  readonly maxBatchSize: number | undefined;
  /** Lowers the bytes that the provider takes in a call. */
  readonly maxBatchBytes: number;
  /** Bounds one call in milliseconds; without it the provider's transport bounds its own phases. */
  readonly timeoutMs: number | undefined;
}

/** One provider with everything that its callers share. */
export class ProviderChannel {
  readonly capabilities: ProviderCapabilities;
  /** What one call takes; one message where the provider has no native batches. */
  readonly callLimits: CallLimits;
  readonly #slots: Slots;

  constructor(
    readonly name: string,
    readonly strategy: MailProviderStrategy,
    private readonly options: ChannelOptions,
  ) {
    this.capabilities = strategy.capabilities ?? UNDECLARED_CAPABILITIES;
    this.callLimits = callLimits(strategy, options);
    this.#slots = new Slots(options.maxInFlight ?? Infinity);
  }

  /** Whether several messages can go out in one call. */
  get batches(): boolean {
    return this.callLimits.messages > 1;
  }

  /** Whether a call has a result of its own for each message. */
  get independentResults(): boolean {
    return this.strategy.batching?.independent ?? false;
  }

  /** What only messages able to share a call have in common; `undefined`: this one goes alone. */
  batchKey(email: OutgoingEmail): string | undefined {
    return this.batches ? this.strategy.batching?.key(email) : undefined;
  }

  /** How much of the message it has in common with others of its key. */
  sharedBytes(email: OutgoingEmail): number {
    return this.batches ? (this.strategy.batching?.sharedBytes?.(email) ?? 0) : 0;
  }

  /**
   * Waits for a free place and makes one call. `undefined` when `stop` fired before its turn came:
   * nothing was tried.
   */
  async submit(
    emails: readonly OutgoingEmail[],
    { stop, expired }: { stop: AbortSignal; expired: AbortSignal },
    onCall: () => void,
  ): Promise<readonly Submission[] | undefined> {
    const acquired = this.#slots.acquire(stop);
    if (!(acquired === true || (await acquired))) return undefined;
    onCall();
    try {
      const limits: AttemptLimits = { timeoutMs: this.options.timeoutMs, expired };
      const submissions = await attempt(
        (signal) => this.call(emails, { signal, attempt: 1 }),
        emails.length,
        limits,
      );
      return withoutEcho(submissions, emails);
    } finally {
      this.#slots.release();
    }
  }

  private async call(
    emails: readonly OutgoingEmail[],
    context: SendContext,
  ): Promise<readonly Submission[]> {
    const [email] = emails;
    if (emails.length === 1 && email !== undefined) {
      return [await this.strategy.send(email, context)];
    }
    // Only a provider with sendBatch has call limits above one message.
    return this.strategy.sendBatch!(emails, context);
  }
}

function callLimits(strategy: MailProviderStrategy, options: ChannelOptions): CallLimits {
  const { batching } = strategy;
  if (batching === undefined || strategy.sendBatch === undefined) {
    return { messages: 1, recipients: Infinity, bytes: Infinity };
  }
  return {
    messages: Math.min(batching.maxMessages, options.maxBatchSize ?? Infinity),
    recipients: batching.maxRecipients ?? Infinity,
    bytes: Math.min(batching.maxBytes ?? Infinity, options.maxBatchBytes),
  };
}
