import { OptionReader } from '../contract/option-reader.js';
import type { ChannelOptions } from '../delivery/provider-channel.js';
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
import { DEFAULTS, LONGEST_TIMEOUT_MS } from './defaults.js';
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
  const provider = reader.string('provider') ?? DEFAULTS.provider;
  const bulk = readBulk(reader);
  const timeoutMs = reader.integer('timeoutMs', 1, LONGEST_TIMEOUT_MS);
  const unsupportedFeatures =
    reader.oneOf('unsupportedFeatures', ['error', 'warn']) ?? DEFAULTS.unsupportedFeatures;
  const shutdown = readShutdown(reader);
  const limits = readLimits(reader);
  const common = readDefaults(reader);
  const context = {
    maxInFlight: bulk.concurrency,
    timeoutMs,
    maxBytes: limits.bytes,
    common,
  };
  const providers = readProviders(reader, provider, context);
  reader.finish();
  const attemptMs = timeoutMs ?? DEFAULTS.timeoutMs;
  const channel = {
    maxInFlight: undefined,
    maxBatchSize: undefined,
    maxBatchBytes: DEFAULTS.maxBatchBytes,
    timeoutMs: attemptMs,
  };
  return {
    provider,
    providers,
    unnamedProvider: { channel, defaults: common },
    bulk,
    timeoutMs: attemptMs,
    unsupportedFeatures,
    shutdown,
    limits,
  };
}

function readBulk(reader: OptionReader): ResolvedMailBridgeOptions['bulk'] {
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
}

function readProviders(
  reader: OptionReader,
  provider: string,
  context: ProvidersContext,
): Map<string, ResolvedProvider> {
  const providers = new Map<string, ResolvedProvider>();
  const section = reader.nested('providers');
  for (const name of new Set([provider, ...(section?.keys() ?? [])])) {
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
  const channel = readChannel(reader, builtIn, context);
  const defaults = mergeDefaults(context.common, readDefaults(reader));
  if (builtIn === undefined) return { channel, defaults };
  for (const peer of builtIn.peers) {
    if (!isInstalled(peer)) reader.report(reader.path, missingPeer(name, peer));
  }
  const { maxInFlight = context.maxInFlight } = channel;
  const create = builtIn.configure(reader, { ...context, maxInFlight });
  reader.finish();
  return { channel, defaults, create };
}

/** Reads what holds for every provider. */
function readChannel(
  reader: OptionReader,
  builtIn: BuiltInProvider | undefined,
  context: BuiltInContext,
): ChannelOptions {
  const maxInFlight = reader.integer('maxInFlight', 1, 10_000) ?? (builtIn && context.maxInFlight);
  const maxBatchSize = reader.integer('maxBatchSize', 1);
  const maxBatchBytes = reader.integer('maxBatchBytes', 1) ?? DEFAULTS.maxBatchBytes;
  const timeoutMs = builtIn?.hasOwnPhases ? undefined : (context.timeoutMs ?? DEFAULTS.timeoutMs);
  return { maxInFlight, maxBatchSize, maxBatchBytes, timeoutMs };
}

function missingPeer(provider: string, peer: string): string {
  return `the provider '${provider}' needs the package '${peer}': run npm install ${peer}`;
}
