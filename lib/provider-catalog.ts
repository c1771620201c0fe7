import { Logger } from '@nestjs/common';
import type { MailInterceptor, MailRun } from './contract/mail-interceptor.js';
import type { MailProviderStrategy } from './contract/mail-provider.strategy.js';
import type { CircuitState } from './delivery/circuit-breaker.js';
import { DeliveryEvents } from './delivery/delivery-events.js';
import { interceptionOf, type Interception } from './delivery/interception.js';
import { ProviderChannel } from './delivery/provider-channel.js';
import { ProviderNotFoundError } from './errors/provider-not-found.error.js';
import { Route, type RouteMember } from './delivery/route.js';
import type { MessageDefaults } from './message/message-defaults.js';
import type { ResolvedMailBridgeOptions, ResolvedProvider } from './options/resolved-options.js';
import { BUILT_IN_PROVIDERS } from './providers/built-in.js';
import { closeProviders } from './registry/close-providers.js';
import type { InterceptorRegistry } from './registry/interceptor-registry.js';
import type { ProviderRegistry } from './registry/provider-registry.js';

/**
 * What one MailBridge sends with: its own built-in providers and the application's custom ones, by name,
 * and what messages go through before.
 */
export class ProviderCatalog {
  readonly #builtIn = new Map<string, MailProviderStrategy>();
  #route: Route | undefined;
  readonly #logger = new Logger('MailBridge');
  readonly #channels = new Map<string, ProviderChannel>();
  #interceptors: readonly MailInterceptor[] | undefined;
  /** What happens to messages. */
  readonly events: DeliveryEvents;

  constructor(
    readonly options: ResolvedMailBridgeOptions,
    private readonly registry: ProviderRegistry,
    private readonly discovered: InterceptorRegistry,
  ) {
    this.events = new DeliveryEvents(options.observers, (message) => this.#logger.warn(message));
    registry.reserve(Object.keys(BUILT_IN_PROVIDERS));
    registry.retain();
    for (const [name, { create }] of options.providers) {
      if (create !== undefined) this.#builtIn.set(name, create());
    }
  }

  builtIn(name: string): MailProviderStrategy | undefined {
    return this.#builtIn.get(name);
  }

  names(): string[] {
    return [...this.#builtIn.keys(), ...this.registry.names()];
  }

  /** All names that providers have, built-in ones also where they are not configured. */
  knownNames(): string[] {
    return [...Object.keys(BUILT_IN_PROVIDERS), ...this.registry.names()];
  }

  /** The providers that a message may take. @throws ProviderNotFoundError */
  route(provider?: string | readonly string[]): Route {
    if (provider === undefined) return (this.#route ??= this.routeOf(this.options.route));
    return this.routeOf(typeof provider === 'string' ? [provider] : provider);
  }

  /** The provider with what its callers share. @throws ProviderNotFoundError */
  channel(name: string = this.options.route[0]): ProviderChannel {
    let channel = this.#channels.get(name);
    if (channel === undefined) {
      const strategy = this.#builtIn.get(name) ?? this.registry.get(name);
      if (strategy === undefined) {
        throw new ProviderNotFoundError(name, this.names(), Object.keys(BUILT_IN_PROVIDERS));
      }
      const log = (message: string) => this.#logger.warn(message);
      const onState = (state: CircuitState) => this.events.circuitChanged(name, state);
      channel = new ProviderChannel(name, strategy, this.settings(name).channel, log, onState);
      this.#channels.set(name, channel);
    }
    return channel;
  }

  /**
   * What messages of such a run go through: the application's interceptors, then those of the options.
   *
   * @throws ConfigurationError for one that cannot be used
   */
  interception(kind: MailRun['kind']): Interception | undefined {
    this.#interceptors ??= [...this.discovered.interceptors(), ...this.options.interceptors];
    return interceptionOf(this.#interceptors, kind, (message) => this.#logger.warn(message));
  }

  /** What a message is given where it goes through that provider. */
  defaults(name: string): MessageDefaults {
    return this.settings(name).defaults;
  }

  register(name: string, strategy: MailProviderStrategy): void {
    this.registry.register(name, strategy);
  }

  /**
   * Looks every configured provider and interceptor up.
   *
   * @throws ProviderNotFoundError, ConfigurationError for the first that is not there or cannot be used
   */
  check(): void {
    this.interception('send');
    for (const name of this.options.providers.keys()) this.channel(name);
  }

  /** Closes the built-in providers, and lets go of the custom ones. */
  async close(): Promise<void> {
    await Promise.all([closeProviders(this.#builtIn), this.registry.release()]);
  }

  private routeOf(names: readonly string[]): Route {
    const [first, ...rest] = names.map((name): RouteMember => {
      return { channel: this.channel(name), weight: this.settings(name).weight };
    });
    return new Route([first!, ...rest], this.options.strategy);
  }

  private settings(name: string): ResolvedProvider {
    return this.options.providers.get(name) ?? this.options.unnamedProvider;
  }
}
