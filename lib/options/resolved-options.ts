import type { MailInterceptor } from '../contract/mail-interceptor.js';
import type { MailProviderStrategy } from '../contract/mail-provider.strategy.js';
import type { ChannelOptions } from '../delivery/channel-options.js';
import type { CoalesceOptions } from '../delivery/coalescer.js';
import type { DeliveryObserver } from '../delivery/delivery-event.js';
import type { RetryOptions } from '../delivery/retry-policy.js';
import type { RouteStrategy } from '../delivery/route.js';
import type { MessageDefaults } from '../message/message-defaults.js';

/** One provider as the library uses it. */
export interface ResolvedProvider {
  readonly channel: ChannelOptions;
  /** Its share of a route with the strategy `weighted`. */
  readonly weight: number;
  /** The common defaults with the provider's own over them. */
  readonly defaults: MessageDefaults;
  /** Makes it, where it is a built-in one; a custom one is made by Nest. */
  readonly create?: () => MailProviderStrategy;
}

/** The options as the library uses them: checked, nothing left out, never changed again. */
export interface ResolvedMailBridgeOptions {
  /** The providers that messages may take, in order. */
  readonly route: readonly [string, ...string[]];
  readonly strategy: RouteStrategy;
  /** Every provider that the options name. */
  readonly providers: ReadonlyMap<string, ResolvedProvider>;
  /** What holds for a custom provider that the options do not name. */
  readonly unnamedProvider: ResolvedProvider;
  readonly bulk: {
    readonly concurrency: number;
    readonly lookAhead: number;
    readonly maxPauseMs: number;
  };
  readonly interceptors: readonly MailInterceptor[];
  readonly observers: readonly DeliveryObserver[];
  /** `undefined`: off. */
  readonly coalesce: CoalesceOptions | undefined;
  readonly onUnknown: 'report' | 'resend';
  readonly retry: RetryOptions;
  /** How long one `send()` waits for providers that are paused or down, in milliseconds. */
  readonly maxWaitMs: number;
  readonly unsupportedFeatures: 'error' | 'warn';
  readonly shutdown: { readonly drainTimeoutMs: number };
  readonly timeoutMs: number;
  readonly limits: { readonly recipients: number; readonly bytes: number };
}
