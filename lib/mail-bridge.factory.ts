import { createHash } from 'node:crypto';
import {
  Injectable,
  type BeforeApplicationShutdown,
  type OnApplicationShutdown,
} from '@nestjs/common';
import { MailBridgeService } from './mail-bridge.service.js';
import type { MailBridgeOptions } from './options/mail-bridge-options.js';
import { resolveOptions } from './options/resolve-options.js';
import { ProviderCatalog } from './provider-catalog.js';
import { InterceptorRegistry } from './registry/interceptor-registry.js';
import { ProviderRegistry } from './registry/provider-registry.js';

/** How a MailBridge made at run time is kept. */
export interface TenantOptions {
  /** What it is known by, as in the id of a tenant. @default a digest of the options */
  key?: string | undefined;
  /** How long it is kept unused, in milliseconds, before its connections are closed. @default 300_000 */
  idleMs?: number | undefined;
}

interface Tenant {
  readonly mail: MailBridgeService;
  readonly digest: string;
  readonly idleMs: number;
  timer: NodeJS.Timeout | undefined;
}

const IDLE_MS = 5 * 60_000;

/**
 * Makes MailBridges at run time, for credentials that live in a database. Ask for one each time you
 * send: the same key gives the same one while it is in use; one that is unused is closed, and all of
 * them are with the application.
 */
@Injectable()
export class MailBridgeFactory implements BeforeApplicationShutdown, OnApplicationShutdown {
  readonly #tenants = new Map<string, Tenant>();
  readonly #closing = new Set<Promise<void>>();

  constructor(
    private readonly providers: ProviderRegistry,
    private readonly interceptors: InterceptorRegistry,
  ) {}

  /**
   * The MailBridge of that key, made when there is none. Other options under the same key replace it:
   * what it has in flight ends first.
   *
   * @throws ConfigurationError for options that are wrong, ProviderNotFoundError
   */
  create(
    options: MailBridgeOptions,
    { key, idleMs = IDLE_MS }: TenantOptions = {},
  ): MailBridgeService {
    const digest = digestOf(options);
    const name = key ?? digest;
    let tenant = this.#tenants.get(name);
    if (tenant?.digest !== digest) {
      // Made before the old one goes: wrong options change nothing.
      const fresh = { mail: this.make(options), digest, idleMs, timer: undefined };
      if (tenant !== undefined) this.close(name, tenant);
      tenant = fresh;
      this.#tenants.set(name, tenant);
    }
    this.keep(name, tenant);
    return tenant.mail;
  }

  /** How many there are. */
  get size(): number {
    return this.#tenants.size;
  }

  /** @internal */
  beforeApplicationShutdown(signal?: string): void {
    for (const { mail } of this.#tenants.values()) mail.beforeApplicationShutdown(signal);
  }

  /** @internal */
  async onApplicationShutdown(): Promise<void> {
    for (const [name, tenant] of this.#tenants) this.close(name, tenant);
    await Promise.all(this.#closing);
  }

  private make(options: MailBridgeOptions): MailBridgeService {
    const catalog = new ProviderCatalog(resolveOptions(options), this.providers, this.interceptors);
    const mail = new MailBridgeService(catalog);
    try {
      mail.onApplicationBootstrap();
    } catch (error) {
      void mail.close();
      throw error;
    }
    return mail;
  }

  /** Lets it be for as long as it may be idle; it is closed when it is not in use by then. */
  private keep(name: string, tenant: Tenant): void {
    clearTimeout(tenant.timer);
    tenant.timer = setTimeout(() => {
      if (tenant.mail.isBusy) this.keep(name, tenant);
      else this.close(name, tenant);
    }, tenant.idleMs).unref();
  }

  private close(name: string, tenant: Tenant): void {
    clearTimeout(tenant.timer);
    if (this.#tenants.get(name) === tenant) this.#tenants.delete(name);
    const closing = tenant.mail.onApplicationShutdown();
    this.#closing.add(closing);
    void closing.finally(() => this.#closing.delete(closing));
  }
}

const identities = new WeakMap<object, number>();
let known = 0;

/**
 * The options hold secrets: only a digest of them is kept to compare. What is no plain data (a store, an
 * interceptor, a function) is the same only as the very same object.
 */
function digestOf(options: MailBridgeOptions): string {
  const text = JSON.stringify(options, (_key, value: unknown) =>
    isPlain(value) ? value : `object ${identityOf(value)}`,
  );
  return createHash('sha256').update(text).digest('base64url');
}

function isPlain(value: unknown): value is string | number | boolean | null | undefined {
  if (typeof value === 'function') return false;
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return true;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype;
}

function identityOf(value: object): number {
  const identity = identities.get(value) ?? (known += 1);
  identities.set(value, identity);
  return identity;
}
