import type { MailProviderStrategy } from '../contract/mail-provider.strategy.js';
import { ConfigurationError } from '../errors/configuration.error.js';
import type { Problem } from '../errors/problem.js';
import type { ChannelOptions } from './channel-options.js';
import type { CallLimits } from './plan.js';

/** @throws ConfigurationError when what a provider of one's own declares cannot be used */
export function checkStrategy(
  name: string,
  { batching, capabilities, idempotency }: MailProviderStrategy,
): void {
  const path = `the mail provider '${name}'`;
  const problems = capabilityProblems(path, capabilities);
  if (batching !== undefined) {
    if (!(Number.isInteger(batching.maxMessages) && batching.maxMessages > 0)) {
      problems.push({ path, message: 'batching.maxMessages must be a whole number above 0' });
    }
    if (typeof batching.key !== 'function') {
      problems.push({ path, message: 'batching.key must be a function' });
    }
  }
  if (idempotency !== undefined && !(idempotency.lifetimeMs > 0)) {
    problems.push({ path, message: 'idempotency.lifetimeMs must be a number above 0' });
  }
  if (problems.length > 0) throw new ConfigurationError(problems);
}

function capabilityProblems(
  path: string,
  capabilities: MailProviderStrategy['capabilities'],
): Problem[] {
  if (capabilities === undefined) return [];
  const { features, relayHeaders } = capabilities;
  const problems: Problem[] = [];
  if (typeof features?.has !== 'function') {
    problems.push({ path, message: 'capabilities.features must be a Set' });
  }
  if (relayHeaders !== undefined && typeof relayHeaders.has !== 'function') {
    problems.push({ path, message: 'capabilities.relayHeaders must be a Set' });
  }
  return problems;
}

/** What one call of a provider takes: its own rules, lowered by the options. */
export function callLimits(strategy: MailProviderStrategy, options: ChannelOptions): CallLimits {
  const { batching } = strategy;
  if (batching === undefined || strategy.sendBatch === undefined) {
    return { messages: 1, recipients: Infinity, bytes: Infinity };
  }
  const { rateLimit, maxBatchSize = Infinity, maxBatchBytes } = options;
  // No batch is larger than what the limit allows in a second.
  const atOnce = rateLimit === undefined ? Infinity : Math.max(1, Math.floor(rateLimit.perSecond));
  const { per } = rateLimit ?? { per: 'message' };
  return {
    messages: Math.min(batching.maxMessages, maxBatchSize, per === 'message' ? atOnce : Infinity),
    recipients: Math.min(
      batching.maxRecipients ?? Infinity,
      per === 'recipient' ? atOnce : Infinity,
    ),
    bytes: Math.min(batching.maxBytes ?? Infinity, maxBatchBytes),
  };
}
