import type { OutgoingEmail } from '../message/outgoing-email.js';
import type { BatchRules, ProviderCapabilities } from './capabilities.js';
import type { Submission } from './submission.js';
import type { UnsupportedPart } from './unsupported-part.js';

/** What comes with each call of a provider. */
export interface SendContext {
  /** Fires when the attempt is out of time: stop, and report `unknown` if it may have been taken. */
  readonly signal: AbortSignal;
  /** 1 for the first attempt of these messages on this provider. */
  readonly attempt: number;
  /**
   * The idempotency key of this call, where the provider declares `idempotency`: the same for every
   * attempt of the same call, and for no other.
   */
  readonly callKey?: string;
  /**
   * Whether a call with this key was made before and nobody knows what became of it. Only then does an
   * answer that the key is known already mean that the messages were taken.
   */
  readonly isRepeated?: boolean;
}

/** The idempotency keys of a provider. */
export interface IdempotencyRules {
  /**
   * How long the provider knows a call by its key, in milliseconds. Within that time a call whose answer
   * was lost is sent again with its key; afterwards it stays `unknown`.
   */
  readonly lifetimeMs: number;
}

/**
 * A way to submit e-mail to one service. Extend it, decorate it with `@MailProvider('name')` and list
 * it among the providers of any module. Only `send` is required.
 *
 * A provider says what became of a message as a return value: `accepted()`, `rejected()`, `unsent()` or
 * `unknown()`. Whatever it throws counts as `unknown`, since the message may have left.
 */
export abstract class MailProviderStrategy {
  /** What it can carry. @default every feature, no stored templates */
  declare readonly capabilities?: ProviderCapabilities;

  /** What one call of `sendBatch` takes; without it every message is a call of its own. */
  declare readonly batching?: BatchRules;

  /**
   * Says that it sends to `email.envelopeTo` alone where that is set, and to, cc and bcc are only what the
   * mail shows. A message that was accepted for some of its recipients is tried again for those who were
   * refused for now; a provider without this is then given nobody else in to, cc and bcc.
   * @default false
   */
  declare readonly heedsEnvelopeTo?: boolean;

  /**
   * Says that the provider knows a repeated call by its key (`SendContext.callKey`) and does not send its
   * messages twice. A call that ended `unknown` is made again with its key: the same messages in the same
   * order, unless the failure's category is `validation`. @default no keys: what is `unknown` is not sent again
   */
  declare readonly idempotency?: IdempotencyRules;

  /**
   * What of a message it cannot carry although its features allow it: a tag too long, a reserved header,
   * too many recipients. Asked before anything is sent; empty when it can. A part with a field can be left
   * out where `unsupportedFeatures` is `'warn'`; words alone refuse the message.
   */
  unsupported?(email: OutgoingEmail): readonly (string | UnsupportedPart)[];

  /** Submits one message. */
  abstract send(email: OutgoingEmail, context: SendContext): Promise<Submission>;

  /**
   * Submits several in one call: one result for each, in the same order. Goes with `batching`. When the
   * whole call is refused because of one message, return `refusedTogether()`: the others are sent again
   * without it.
   */
  sendBatch?(
    emails: readonly OutgoingEmail[],
    context: SendContext,
  ): Promise<readonly Submission[]>;

  /** Proves connection and credentials without sending; throws when they do not hold. */
  verify?(): Promise<void>;

  /** Frees connections and timers. Called once, after the last message. */
  close?(): Promise<void>;
}
