import type { MailInterceptor } from '../contract/mail-interceptor.js';
import { OptionReader } from '../contract/option-reader.js';
import type { CircuitBreakerOptions } from '../delivery/circuit-breaker.js';
import type { CoalesceOptions } from '../delivery/coalescer.js';
import type { DeliveryObserver } from '../delivery/delivery-event.js';
import type { ChannelOptions } from '../delivery/channel-options.js';
import {
  MemoryRateLimitStore,
  type RateLimit,
  type RateLimitStore,
  type RateLimitUnit,
} from '../delivery/rate-limit.js';
import { readRoute } from '../delivery/read-route.js';
import { LONGEST_WAIT_MS, type RetryOptions } from '../delivery/retry-policy.js';
import { ConfigurationError } from '../errors/configuration.error.js';
import { isInstalled } from '../errors/optional-peer.js';
import { joinPath, type Problem } from '../errors/problem.js';
import {
  mergeDefaults,
  normalizeDefaults,
  type MessageDefaults,
} from '../message/message-defaults.js';
import {
  BUILT_IN_PROVIDERS,
  type BuiltInContext,
  type BuiltInProvider,
} from '../providers/built-in.js';
import { DEFAULTS, LONGEST_COALESCE_MS, LONGEST_TIMEOUT_MS } from './defaults.js';
import type { MailBridgeOptions } from './mail-bridge-options.js';
import type { ResolvedMailBridgeOptions, ResolvedProvider } from './resolved-options.js';

/**
 * Turns what the user wrote into what the library uses: checks everything, applies the defaults, and
 * looks for the optional peers of the configured providers.
 *
 * @throws ConfigurationError naming every problem at once
 */
export function resolveOptions(options: MailBridgeOptions): ResolvedMailBridgeOptions {
  const problems: Problem[] = [];
  const reader = new OptionReader(options, '', (path, message) => problems.push({ path, message }));
  const resolved = readAll(reader);
  if (problems.length > 0) throw new ConfigurationError(problems);
  return Object.freeze(resolved);
}

function readAll(reader: OptionReader): ResolvedMailBridgeOptions {
  const isSet = reader.raw('provider') !== undefined;
  const route = readRoute(reader) ?? (isSet ? [] : [DEFAULTS.provider]);
  const timeoutMs = reader.integer('timeoutMs', 1, LONGEST_TIMEOUT_MS);
  const bulk = readBulk(reader);
  const limits = readLimits(reader);
  const retry = readRetry(reader);
  const breaker = readCircuitBreaker(reader);
  const context: ProvidersContext = {
    maxInFlight: bulk.concurrency,
    maxBytes: limits.bytes,
    timeoutMs,
    retry,
    circuitBreaker: breaker.options,
    store: readRateLimitStore(reader),
    common: readDefaults(reader),
  };
  const resolved = {
    route: [route[0] ?? '', ...route.slice(1)] as const,
    strategy:
      reader.oneOf('strategy', ['failover', 'round-robin', 'weighted']) ?? DEFAULTS.strategy,
    onUnknown: reader.oneOf('onUnknown', ['report', 'resend']) ?? DEFAULTS.onUnknown,
    unsupportedFeatures:
      reader.oneOf('unsupportedFeatures', ['error', 'warn']) ?? DEFAULTS.unsupportedFeatures,
    providers: readProviders(reader, route, context),
    unnamedProvider: readProvider('', new OptionReader({}, '', reader.report), context),
    bulk: { ...bulk, maxPauseMs: breaker.maxPauseMs },
    retry,
    timeoutMs: timeoutMs ?? DEFAULTS.timeoutMs,
    shutdown: readShutdown(reader),
    limits,
    coalesce: readCoalesce(reader),
    interceptors: readParts<MailInterceptor>(reader, 'interceptors', 'intercept'),
    observers: readParts<DeliveryObserver>(reader, 'observers', 'observe'),
  };
  reader.finish();
  return resolved;
}

function readCoalesce(reader: OptionReader): CoalesceOptions | undefined {
  const coalesce = reader.nested('coalesce');
  if (coalesce === undefined) return undefined;
  const maxWaitMs = coalesce.integer('maxWaitMs', 1, LONGEST_COALESCE_MS);
  if (coalesce.raw('maxWaitMs') === undefined) coalesce.problem('maxWaitMs', 'is missing');
  coalesce.finish();
  return maxWaitMs === undefined ? undefined : { maxWaitMs };
}

/** A list of objects that have that method. */
function readParts<T extends object>(
  reader: OptionReader,
  key: string,
  method: keyof T & string,
): readonly T[] {
  const value = reader.raw(key) ?? [];
  const parts: readonly unknown[] = Array.isArray(value) ? value : [undefined];
  const isFit = (part: unknown) =>
    typeof (part as Partial<Record<string, unknown>> | null | undefined)?.[method] === 'function';
  if (!parts.every(isFit)) reader.problem(key, `must be a list of objects with ${method}()`);
  return parts as readonly T[];
}

function readRetry(reader: OptionReader): RetryOptions {
  const retry = reader.nested('retry');
  const options = {
    attempts: retry?.integer('attempts', 1, 100) ?? DEFAULTS.retry.attempts,
    minDelayMs: retry?.integer('minDelayMs', 0, LONGEST_WAIT_MS) ?? DEFAULTS.retry.minDelayMs,
    maxDelayMs: retry?.integer('maxDelayMs', 0, LONGEST_WAIT_MS) ?? DEFAULTS.retry.maxDelayMs,
  };
  retry?.finish();
  return options;
}

function readCircuitBreaker(reader: OptionReader): {
  options: CircuitBreakerOptions | undefined;
  maxPauseMs: number;
} {
  const { maxPauseMs, ...defaults } = DEFAULTS.circuitBreaker;
  if (reader.raw('circuitBreaker') === false) return { options: undefined, maxPauseMs };
  const breaker = reader.nested('circuitBreaker');
  const options = {
    failures: breaker?.integer('failures', 1) ?? defaults.failures,
    halfOpenAfterMs: breaker?.integer('halfOpenAfterMs', 1) ?? defaults.halfOpenAfterMs,
  };
  const pause = breaker?.integer('maxPauseMs', 0, LONGEST_WAIT_MS) ?? maxPauseMs;
  breaker?.finish();
  return { options, maxPauseMs: pause };
}

function readRateLimitStore(reader: OptionReader): RateLimitStore {
  const store = reader.raw('rateLimitStore') as Partial<RateLimitStore> | undefined;
  if (store === undefined) return new MemoryRateLimitStore();
  if (typeof store?.reserve !== 'function' || typeof store.pause !== 'function') {
    reader.problem('rateLimitStore', 'must have reserve() and pause()');
  }
  return store as RateLimitStore;
}

function readBulk(reader: OptionReader): { concurrency: number; lookAhead: number } {
  const bulk = reader.nested('bulk');
  const concurrency = bulk?.integer('concurrency', 1, 10_000) ?? DEFAULTS.concurrency;
  const lookAhead = bulk?.integer('lookAhead', 0, 1_000_000) ?? DEFAULTS.lookAhead;
  bulk?.finish();
  return { concurrency, lookAhead };
}

function readShutdown(reader: OptionReader): ResolvedMailBridgeOptions['shutdown'] {
  const shutdown = reader.nested('shutdown');
  const drainTimeoutMs =
    shutdown?.integer('drainTimeoutMs', 0, LONGEST_TIMEOUT_MS) ?? DEFAULTS.drainTimeoutMs;
  shutdown?.finish();
  return { drainTimeoutMs };
}

function readLimits(reader: OptionReader): ResolvedMailBridgeOptions['limits'] {
  const limits = reader.nested('limits');
  const recipients = limits?.integer('recipients', 1) ?? DEFAULTS.maxRecipients;
  const bytes = limits?.integer('bytes', 1) ?? DEFAULTS.maxBytes;
  limits?.finish();
  return { recipients, bytes };
}

function readDefaults(reader: OptionReader): MessageDefaults {
  const path = joinPath(reader.path, 'defaults');
  return normalizeDefaults(reader.raw('defaults'), path, reader.report);
}

interface ProvidersContext extends BuiltInContext {
  readonly common: MessageDefaults;
  readonly retry: RetryOptions;
  readonly circuitBreaker: CircuitBreakerOptions | undefined;
  readonly store: RateLimitStore;
}

function readProviders(
  reader: OptionReader,
  route: readonly string[],
  context: ProvidersContext,
): Map<string, ResolvedProvider> {
  const providers = new Map<string, ResolvedProvider>();
  const section = reader.nested('providers');
  for (const name of new Set([...route, ...(section?.keys() ?? [])])) {
    const own = section?.nested(name) ?? new OptionReader({}, `providers.${name}`, reader.report);
    providers.set(name, readProvider(name, own, context));
  }
  return providers;
}

function readProvider(
  name: string,
  reader: OptionReader,
  context: ProvidersContext,
): ResolvedProvider {
  const builtIn = Object.hasOwn(BUILT_IN_PROVIDERS, name) ? BUILT_IN_PROVIDERS[name] : undefined;
  const channel = readChannel(name, reader, builtIn, context);
  const weight = readWeight(reader);
  const defaults = mergeDefaults(context.common, readDefaults(reader));
  if (builtIn === undefined) return { channel, weight, defaults };
  for (const peer of builtIn.peers) {
    if (!isInstalled(peer)) reader.report(reader.path, missingPeer(name, peer));
  }
  const { maxInFlight = context.maxInFlight } = channel;
  const create = builtIn.configure(reader, { ...context, maxInFlight });
  reader.finish();
  return { channel, weight, defaults, create };
}

/** Reads what holds for every provider. */
function readChannel(
  name: string,
  reader: OptionReader,
  builtIn: BuiltInProvider | undefined,
  { circuitBreaker, maxInFlight, retry, store, timeoutMs }: ProvidersContext,
): ChannelOptions {
  const limit = readRateLimit(reader, builtIn?.rateLimitPer ?? 'message');
  return {
    // What a provider of one's own is configured with may well be a secret.
    secrets: builtIn === undefined ? textsIn(reader.input) : [],
    maxInFlight: reader.integer('maxInFlight', 1, 10_000) ?? (builtIn && maxInFlight),
    maxBatchSize: reader.integer('maxBatchSize', 1),
    maxBatchBytes: reader.integer('maxBatchBytes', 1) ?? DEFAULTS.maxBatchBytes,
    timeoutMs: builtIn?.hasOwnPhases ? undefined : (timeoutMs ?? DEFAULTS.timeoutMs),
    retry,
    circuitBreaker,
    rateLimit: limit && { ...limit, store, key: name },
  };
}

/** Every text in the options of a provider, however deep, that is long enough to be a secret. */
function textsIn(options: unknown, depth = 0): string[] {
  if (typeof options === 'string') return options.length >= 6 ? [options] : [];
  if (typeof options !== 'object' || options === null || depth > 5) return [];
  return Object.values(options).flatMap((value) => textsIn(value, depth + 1));
}

function readRateLimit(reader: OptionReader, standard: RateLimitUnit): RateLimit | undefined {
  const value = reader.raw('rateLimit');
  if (value === undefined) return undefined;
  if (typeof value === 'number') return checkedRate(reader, value, standard);
  const limit = reader.nested('rateLimit');
  const perSecond = limit?.raw('perSecond');
  const per = limit?.oneOf('per', ['message', 'recipient']) ?? standard;
  limit?.finish();
  return checkedRate(reader, perSecond, per);
}

function checkedRate(
  reader: OptionReader,
  perSecond: unknown,
  per: RateLimitUnit,
): RateLimit | undefined {
  if (typeof perSecond === 'number' && perSecond > 0 && Number.isFinite(perSecond)) {
    return { perSecond, per };
  }
  return reader.problem('rateLimit', 'must be a number above 0, or { perSecond, per }');
}

function readWeight(reader: OptionReader): number {
  const weight = reader.raw('weight') ?? DEFAULTS.weight;
  if (typeof weight === 'number' && weight > 0 && Number.isFinite(weight)) return weight;
  reader.problem('weight', 'must be a number above 0');
  return DEFAULTS.weight;
}

function missingPeer(provider: string, peer: string): string {
  return `the provider '${provider}' needs the package '${peer}': run npm install ${peer}`;
}
