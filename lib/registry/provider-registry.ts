import { Injectable, type OnModuleInit } from '@nestjs/common';
import type { MailProviderStrategy } from '../contract/mail-provider.strategy.js';
import { ConfigurationError } from '../errors/configuration.error.js';
import { closeProviders } from './close-providers.js';
import { DecoratedExplorer, type Decorated } from './decorated.explorer.js';
import { MailMetadataAccessor } from './mail-metadata.accessor.js';

interface Entry {
  readonly strategy: MailProviderStrategy;
  readonly origin: string;
}

/**
 * The custom providers of the application: those that carry `@MailProvider()` and those registered at
 * run time. There is one registry per application, known to every MailBridge; it closes its providers
 * once, when the last MailBridge has let go of them.
 */
@Injectable()
export class ProviderRegistry implements OnModuleInit {
  readonly #entries = new Map<string, Entry>();
  readonly #reserved = new Set<string>();
  #users = 0;
  #hasUnnamed = false;
  #complete = false;

  constructor(
    private readonly explorer: DecoratedExplorer,
    private readonly metadata: MailMetadataAccessor,
  ) {}

  /** @throws ConfigurationError naming every provider that cannot be registered */
  onModuleInit(): void {
    this.discover();
    this.#complete = true;
  }

  /** Names that belong to the built-in providers. */
  reserve(names: Iterable<string>): void {
    for (const name of names) this.#reserved.add(name);
  }

  /** @throws ConfigurationError when the name is taken or the strategy cannot send */
  register(name: string, strategy: MailProviderStrategy, origin = 'registerProvider()'): void {
    const problem = this.problemWith(name, strategy, origin);
    if (problem !== undefined) throw new ConfigurationError(problem);
    this.#entries.set(name, { strategy, origin });
  }

  get(name: string): MailProviderStrategy | undefined {
    // Somebody may send from an onModuleInit hook that runs before ours.
    if (!this.#complete && !this.#entries.has(name)) this.discover();
    return this.#entries.get(name)?.strategy;
  }

  names(): string[] {
    if (!this.#complete) this.discover();
    return [...this.#entries.keys()];
  }

  /** Takes in that there is a MailBridge without a name. @throws ConfigurationError for the second one */
  claimUnnamed(): void {
    if (this.#hasUnnamed) {
      throw new ConfigurationError(
        'there are two MailBridges without a name, of which only one could be injected: import ' +
          "MailBridgeModule.forRoot() once, in the root module, or give each other one a name ({ name: 'marketing' })",
      );
    }
    this.#hasUnnamed = true;
  }

  /** Says that one more MailBridge uses the providers. */
  retain(): void {
    this.#users += 1;
  }

  /** Says that one of them is done; the last one closes the providers. */
  async release(): Promise<void> {
    this.#users -= 1;
    if (this.#users > 0) return;
    const open = [...this.#entries].map(([name, { strategy }]) => [name, strategy] as const);
    this.#entries.clear();
    await closeProviders(open);
  }

  private discover(): void {
    const problems = this.explorer
      .explore((target) => this.metadata.providerName(target))
      .flatMap((found) => this.add(found) ?? []);
    if (problems.length > 0) {
      throw new ConfigurationError(problems.map((message) => ({ path: '', message })));
    }
  }

  private add({
    metadata: name,
    instance,
    origin,
    singleton,
  }: Decorated<string>): string | undefined {
    const known = this.#entries.get(name);
    if (known !== undefined && known.strategy === instance) return undefined;
    if (!singleton) {
      return `the mail provider '${name}' (${origin}) must be a singleton: use the default scope`;
    }
    if (instance === null || instance === undefined) return undefined;
    const strategy = instance as MailProviderStrategy;
    const problem = this.problemWith(name, strategy, origin);
    if (problem === undefined) this.#entries.set(name, { strategy, origin });
    return problem;
  }

  private problemWith(
    name: string,
    strategy: MailProviderStrategy,
    origin: string,
  ): string | undefined {
    if (typeof name !== 'string' || !/^[\w-]+$/.test(name)) {
      return `the name of a mail provider (${origin}) must be letters, digits, '-' and '_'`;
    }
    if (this.#reserved.has(name)) {
      return `the mail provider '${name}' (${origin}) has the name of a built-in one; choose another`;
    }
    const known = this.#entries.get(name);
    if (known !== undefined) {
      const registered = [...this.#entries].map(([each, entry]) => `'${each}' (${entry.origin})`);
      return `there are two mail providers '${name}', the second is ${origin}; registered: ${registered.join(', ')}`;
    }
    return typeof strategy?.send === 'function'
      ? undefined
      : `the mail provider '${name}' (${origin}) has no send(); extend MailProviderStrategy`;
  }
}
