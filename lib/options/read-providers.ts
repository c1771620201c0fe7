import { OptionReader } from '../contract/option-reader.js';
import type { ChannelOptions } from '../delivery/channel-options.js';
import type { CircuitBreakerOptions } from '../delivery/circuit-breaker.js';
import type { RateLimit, RateLimitStore, RateLimitUnit } from '../delivery/rate-limit.js';
import type { RetryOptions } from '../delivery/retry-policy.js';
import { peerProblem } from '../errors/optional-peer.js';
import { joinPath } from '../errors/problem.js';
import {
  mergeDefaults,
  normalizeDefaults,
  type MessageDefaults,
} from '../message/message-defaults.js';
import { relayHeaderNames, type RelayHeaders } from '../message/relay-headers.js';
import {
  BUILT_IN_PROVIDERS,
  type BuiltInContext,
  type BuiltInProvider,
} from '../providers/built-in.js';
import { DEFAULTS } from './defaults.js';
import type { ResolvedProvider } from './resolved-options.js';

/** What holds for every provider that says nothing else. */
export interface ProvidersContext extends BuiltInContext {
  readonly common: MessageDefaults;
  readonly retry: RetryOptions;
  readonly circuitBreaker: CircuitBreakerOptions | undefined;
  readonly store: RateLimitStore;
}

/** The options of every provider that is named: in the route, or in its own section. */
export function readProviders(
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

/** The options of one provider; its peers are looked for. */
export function readProvider(
  name: string,
  reader: OptionReader,
  context: ProvidersContext,
): ResolvedProvider {
  const builtIn = Object.hasOwn(BUILT_IN_PROVIDERS, name) ? BUILT_IN_PROVIDERS[name] : undefined;
  const channel = readChannel(name, reader, builtIn, context);
  const weight = readWeight(reader);
  const relayHeaders = relayHeaderNames(builtIn && reader.input['relayHeaders']);
  const defaults = mergeDefaults(context.common, readDefaults(reader, relayHeaders));
  if (builtIn === undefined) return { channel, weight, defaults };
  for (const peer of builtIn.peers) {
    const problem = peerProblem(peer);
    if (problem !== undefined) reader.report(reader.path, `the provider '${name}' ${problem}`);
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

/** What messages are given, by the rules of their fields. */
export function readDefaults(reader: OptionReader, relayHeaders?: RelayHeaders): MessageDefaults {
  const path = joinPath(reader.path, 'defaults');
  return normalizeDefaults(reader.raw('defaults'), path, reader.report, relayHeaders);
}
