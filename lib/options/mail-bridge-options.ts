import type { MailInterceptor } from '../contract/mail-interceptor.js';
import type { DeliveryObserver } from '../delivery/delivery-event.js';
import type { RateLimitStore, RateLimitUnit } from '../delivery/rate-limit.js';
import type { RouteStrategy } from '../delivery/route.js';
import type { AddressInput, OneOrMany } from '../message/mail-address.js';
import type { BrevoOptions } from '../providers/brevo/brevo.options.js';
import type { MailboxOptions } from '../providers/mailbox/mailbox.options.js';
import type { MailgunOptions } from '../providers/mailgun/mailgun.options.js';
import type { PostmarkOptions } from '../providers/postmark/postmark.options.js';
import type { SesOptions } from '../providers/ses/ses.options.js';
import type { SendGridOptions } from '../providers/sendgrid/sendgrid.options.js';
import type { SmtpOptions } from '../providers/smtp/smtp.options.js';

/** What a message is given where it says nothing itself. */
export interface MailDefaults {
  /** The sender. */
  from?: AddressInput | undefined;
  replyTo?: OneOrMany<AddressInput> | undefined;
  /** Added to the message's own headers, which win. */
  headers?: Readonly<Record<string, string>> | undefined;
  /** Added to the message's own tags. */
  tags?: readonly string[] | undefined;
}

/** What can be set for every provider, built-in or custom. */
export interface CommonProviderOptions {
  /**
   * Calls of this provider in flight at a time, over all callers.
   * @default `bulk.concurrency` for the built-in providers, no limit for a custom one
   */
  maxInFlight?: number | undefined;
  /** Messages in one native batch; lowers the provider's own limit. */
  maxBatchSize?: number | undefined;
  /** Bytes in one native batch; lowers the provider's own limit. @default 5_000_000 */
  maxBatchBytes?: number | undefined;
  /**
   * Messages a second, evenly spaced, over all callers; or recipients. @default no limit
   */
  rateLimit?: number | { perSecond: number; per?: RateLimitUnit | undefined } | undefined;
  /** Its share of a route with the strategy `weighted`. @default 1 */
  weight?: number | undefined;
  /** Defaults for what goes through this provider; they win over the common ones. */
  defaults?: MailDefaults | undefined;
}

/**
 * Options by provider name. Extend it for a provider of your own to have its options typed:
 * `declare module 'nest-mailbridge' { interface MailProviderOptionsMap { acme?: AcmeOptions } }`.
 */
export interface MailProviderOptionsMap {
  smtp?: (SmtpOptions & CommonProviderOptions) | undefined;
  mailgun?: (MailgunOptions & CommonProviderOptions) | undefined;
  postmark?: (PostmarkOptions & CommonProviderOptions) | undefined;
  ses?: (SesOptions & CommonProviderOptions) | undefined;
  sendgrid?: (SendGridOptions & CommonProviderOptions) | undefined;
  brevo?: (BrevoOptions & CommonProviderOptions) | undefined;
  mailbox?: (MailboxOptions & CommonProviderOptions) | undefined;
}

/** What `MailBridgeModule.forRoot()` takes. Everything has a default but what a provider itself needs. */
export interface MailBridgeOptions {
  /**
   * The provider that messages take, built-in or custom; or a route: the next one is asked only for
   * messages that the one before surely did not take. @default 'smtp'
   */
  provider?: string | readonly string[] | undefined;
  /**
   * How a route is used: always from its first provider on, from each in turn, or by `weight`.
   * @default 'failover'
   */
  strategy?: RouteStrategy | undefined;
  /**
   * What happens to a message that may have been taken: `report` leaves it at that; `resend` tries it
   * again, so that it may arrive twice. @default 'report'
   */
  onUnknown?: 'report' | 'resend' | undefined;
  /** Attempts on one provider for messages that it surely did not take, and may take later. */
  retry?:
    | {
        /** In all; 1: nothing is tried again. @default 3 */
        attempts?: number | undefined;
        /**
         * The most that the first wait takes, in milliseconds; doubles with each. Every wait is drawn from
         * 0 up to that (full jitter). @default 500
         */
        baseDelayMs?: number | undefined;
        /** @deprecated the old name of `baseDelayMs` */
        minDelayMs?: number | undefined;
        /** The most that a wait takes, unless the provider asks for longer. @default 30_000 */
        maxDelayMs?: number | undefined;
      }
    | undefined;
  /**
   * How long one `send()` waits for providers that ask for a pause or are left alone after failures, in
   * milliseconds, all such waits together; then it is `unsent`, with `retryAfterMs` where that is known.
   * Waits between attempts go by `retry`. @default 5_000
   */
  maxWaitMs?: number | undefined;
  /** When a provider that fails is left alone for a while; `false`: never. */
  circuitBreaker?:
    | false
    | {
        /** Failures in a row of the network or the provider; half of many do as well. @default 5 */
        failures?: number | undefined;
        /** How long it is left alone, in milliseconds; doubles up to five minutes. @default 10_000 */
        halfOpenAfterMs?: number | undefined;
        /** How long an outage of the last provider may take before a bulk goes on without. @default 30_000 */
        maxPauseMs?: number | undefined;
      }
    | undefined;
  /** Where rate limits are kept, for several processes to share them. @default in memory */
  rateLimitStore?: RateLimitStore | undefined;
  /**
   * What every message of this MailBridge goes through, the first one outermost; behind the classes with
   * `@MailInterceptor()`, so that none of those can get past a redirection. @default none
   */
  interceptors?: readonly MailInterceptor[] | undefined;
  /** Who hears of every attempt and every outcome. @default nobody */
  observers?: readonly DeliveryObserver[] | undefined;
  /** What a message is given where it says nothing itself. */
  defaults?: MailDefaults | undefined;
  /** Options of each provider, by its name. */
  providers?: (MailProviderOptionsMap & Readonly<Record<string, object | undefined>>) | undefined;
  bulk?:
    | {
        /** Provider calls in flight for one bulk. @default 10 */
        concurrency?: number | undefined;
        /** Messages taken ahead to fill native batches, besides those in flight. @default 1000 */
        lookAhead?: number | undefined;
      }
    | undefined;
  /**
   * Lets `send()` calls that come at about the same time share the native batches of their provider; each
   * has its own outcome. For a busy application: it trades a little time for many calls. Messages with a
   * `signal` of their own go alone. @default off
   */
  coalesce?:
    | {
        /** How long the first message waits for others, in milliseconds. */
        windowMs?: number | undefined;
        /** @deprecated the old name of `windowMs` */
        maxWaitMs?: number | undefined;
      }
    | undefined;
  /**
   * Bounds one attempt, in milliseconds from the moment it may begin. SMTP has phases instead (see
   * `SmtpOptions.timeouts`), which are lowered to this where it is set. @default 30_000
   */
  timeoutMs?: number | undefined;
  /**
   * What happens to a message that asks for something its provider cannot carry: refuse it before
   * anything is sent, or log a warning and send it without. Where it would mean something else without
   * (recipients, bodies, `sendAt`, `templateId`, attachments), it is refused all the same.
   * @default 'error'
   */
  unsupportedFeatures?: 'error' | 'warn' | undefined;
  shutdown?:
    | {
        /** How long a shutdown waits for what is in flight, in milliseconds. @default 10_000 */
        drainTimeoutMs?: number | undefined;
      }
    | undefined;
  /** What a message may have at most, whatever its provider. */
  limits?:
    | {
        /** Recipients: to, cc and bcc together. @default 1000 */
        recipients?: number | undefined;
        /** Bytes of bodies and attachments together, before encoding. @default 26_214_400 (25 MiB) */
        bytes?: number | undefined;
      }
    | undefined;
}

/** What `forRootAsync({ useClass })` and `useExisting` take. */
export interface MailBridgeOptionsFactory {
  createMailBridgeOptions(): MailBridgeOptions | Promise<MailBridgeOptions>;
}
