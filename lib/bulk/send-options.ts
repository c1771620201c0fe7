import { OptionReader } from '../contract/option-reader.js';
import { readRoute } from '../delivery/read-route.js';
import { ConfigurationError } from '../errors/configuration.error.js';
import type { Problem } from '../errors/problem.js';
import { LANES, type Lane } from '../delivery/lanes.js';
import { LONGEST_WAIT_MS } from '../delivery/retry-policy.js';
import type { AddressInput } from '../message/mail-address.js';
import type { BulkProgress, KeepResponses } from './bulk-response.dto.js';

/** How one message is sent. */
export interface SendOptions {
  /** The provider for this call, or a route of several. @default the configured ones */
  provider?: string | readonly string[] | undefined;
  /**
   * How urgent it is to you: `high` (one-time codes, password resets) overtakes a bulk that is under way.
   * @default 'normal', in bulk 'bulk'
   */
  lane?: Lane | undefined;
  /**
   * Cancels what was not tried yet. A message that is already with a provider is not torn from it,
   * since nobody could say then what became of it.
   */
  signal?: AbortSignal | undefined;
  /**
   * How long it waits for providers that ask for a pause or are left alone after failures, in
   * milliseconds; in bulk how long an outage may take before the bulk goes on without the provider.
   * @default `maxWaitMs` of the options, in bulk `circuitBreaker.maxPauseMs`
   */
  maxWaitMs?: number | undefined;
}

/** How a bulk is sent. */
export interface StreamOptions extends SendOptions {
  /** Provider calls in flight for this bulk; `maxInFlight` of the provider holds besides. @default `bulk.concurrency` */
  concurrency?: number | undefined;
  /** The sender of those messages that name none. @default `defaults.from` */
  defaultFrom?: AddressInput | undefined;
  /** Added to the tags of each message. */
  tags?: readonly string[] | undefined;
  /** Called after each outcome. What it throws is logged and changes nothing. */
  onProgress?: ((progress: BulkProgress) => void) | undefined;
}

/** How a bulk is sent whose responses are gathered. */
export interface BulkOptions extends StreamOptions {
  /** Which responses to keep; the counts are always there. @default 'all' */
  keepResponses?: KeepResponses | undefined;
}

/** How a dry run looks at messages. */
export type DryRunOptions = Pick<StreamOptions, 'provider' | 'signal' | 'defaultFrom' | 'tags'>;

/** @throws ConfigurationError for a wrong value or an unknown option */
export function checkDryRunOptions(options: DryRunOptions): DryRunOptions {
  return checked(options, (reader) => {
    readRoute(reader);
    readSignal(reader);
    reader.raw('defaultFrom');
    reader.raw('tags');
  });
}

/** @throws ConfigurationError for a wrong value or an unknown option */
export function checkSendOptions(options: SendOptions): SendOptions {
  return checked(options, readSendOptions);
}

/** @throws ConfigurationError for a wrong value or an unknown option */
export function checkBulkOptions(options: BulkOptions): BulkOptions {
  return checked(options, (reader) => {
    readSendOptions(reader);
    reader.integer('concurrency', 1, 10_000);
    reader.oneOf('keepResponses', ['all', 'problems', 'none']);
    reader.raw('defaultFrom');
    reader.raw('tags');
    const onProgress = reader.raw('onProgress');
    if (onProgress !== undefined && typeof onProgress !== 'function') {
      reader.problem('onProgress', 'must be a function');
    }
  });
}

function checked<T extends object>(options: T, read: (reader: OptionReader) => void): T {
  const problems: Problem[] = [];
  const reader = new OptionReader(options, '', (path, message) => problems.push({ path, message }));
  read(reader);
  reader.finish();
  if (problems.length > 0) throw new ConfigurationError(problems);
  return options;
}

function readSendOptions(reader: OptionReader): void {
  readRoute(reader);
  reader.oneOf('lane', LANES);
  reader.integer('maxWaitMs', 0, LONGEST_WAIT_MS);
  readSignal(reader);
}

function readSignal(reader: OptionReader): void {
  const signal = reader.raw('signal');
  if (signal !== undefined && typeof (signal as AbortSignal).addEventListener !== 'function') {
    reader.problem('signal', 'must be an AbortSignal');
  }
}
