import type { MailInterceptor } from '../contract/mail-interceptor.js';
import { OptionReader } from '../contract/option-reader.js';
import type { CircuitBreakerOptions } from '../delivery/circuit-breaker.js';
import type { CoalesceOptions } from '../delivery/coalescer.js';
import type { DeliveryObserver } from '../delivery/delivery-event.js';
import { MemoryRateLimitStore, type RateLimitStore } from '../delivery/rate-limit.js';
import { readRoute } from '../delivery/read-route.js';
import { LONGEST_WAIT_MS, type RetryOptions } from '../delivery/retry-policy.js';
import { ConfigurationError } from '../errors/configuration.error.js';
import type { Problem } from '../errors/problem.js';
import { DEFAULTS, LONGEST_COALESCE_MS, LONGEST_TIMEOUT_MS } from './defaults.js';
import type { MailBridgeOptions } from './mail-bridge-options.js';
import {
  readDefaults,
  readProvider,
  readProviders,
  type ProvidersContext,
} from './read-providers.js';
import type { ResolvedMailBridgeOptions } from './resolved-options.js';

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
    maxWaitMs: reader.integer('maxWaitMs', 0, LONGEST_WAIT_MS) ?? DEFAULTS.maxWaitMs,
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
  const windowMs = readRenamed(coalesce, 'windowMs', 'maxWaitMs', 1, LONGEST_COALESCE_MS);
  const isMissing = ['windowMs', 'maxWaitMs'].every((key) => coalesce.raw(key) === undefined);
  if (isMissing) coalesce.problem('windowMs', 'is missing');
  coalesce.finish();
  return windowMs === undefined ? undefined : { windowMs };
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

/** A whole number that has a new name; the old one still works, but not beside the new one. */
function readRenamed(
  reader: OptionReader,
  name: string,
  oldName: string,
  min: number,
  max: number,
): number | undefined {
  const old = reader.integer(oldName, min, max);
  const value = reader.integer(name, min, max);
  if (reader.raw(name) !== undefined && reader.raw(oldName) !== undefined) {
    reader.problem(oldName, `is the old name of ${name}: set only ${name}`);
  }
  return value ?? old;
}

function readRetry(reader: OptionReader): RetryOptions {
  const retry = reader.nested('retry');
  const options = {
    attempts: retry?.integer('attempts', 1, 100) ?? DEFAULTS.retry.attempts,
    baseDelayMs:
      (retry && readRenamed(retry, 'baseDelayMs', 'minDelayMs', 0, LONGEST_WAIT_MS)) ??
      DEFAULTS.retry.baseDelayMs,
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
