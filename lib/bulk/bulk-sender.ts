import { lastValueFrom, type Observable } from 'rxjs';
import type { Admission } from '../delivery/admission.js';
import type { Delivery } from '../delivery/delivery.js';
import { deliveryRun, type DeliveryRun, type Providers } from '../delivery/delivery-run.js';
import type { EmailResponseDto } from '../contract/email-response.dto.js';
import type { Lifecycle } from '../delivery/lifecycle.js';
import { stopSignal } from '../delivery/stop-signal.js';
import { InvalidMessageError } from '../errors/message.errors.js';
import type { Problem } from '../errors/problem.js';
import { normalizeDefaults, type MessageDefaults } from '../message/message-defaults.js';
import { isBulkEmail, type BulkEmailDto } from './bulk-email.dto.js';
import type { BulkEmailResponseDto, BulkProgress } from './bulk-response.dto.js';
import { BulkRun } from './bulk-run.js';
import { dryRun, type DryRunDto } from './dry-run.js';
import { openSource, type BulkMessages, type MessageSource } from './message-source.js';
import {
  checkBulkOptions,
  checkDryRunOptions,
  type BulkOptions,
  type DryRunOptions,
} from './send-options.js';

/** What a bulk works with. */
export interface BulkParts {
  readonly admission: Admission;
  readonly delivery: Delivery;
  readonly lifecycle: Lifecycle;
  warn(message: string): void;
}

/** What holds for every bulk that says nothing else. */
export interface BulkSettings {
  readonly concurrency: number;
  readonly lookAhead: number;
  /** How long a provider that is paused or down is waited for, in milliseconds. */
  readonly maxPauseMs: number;
}

/** Messages, with what they may have in common. */
interface BulkInput extends Pick<BulkEmailDto, 'defaultFrom' | 'tags'> {
  readonly messages: BulkMessages;
}

/** Starts bulks: puts options, defaults and a source together into a run. */
export class BulkSender {
  constructor(
    private readonly parts: BulkParts,
    private readonly options: BulkSettings,
  ) {}

  async send(
    messages: BulkMessages | BulkEmailDto,
    options: BulkOptions,
    providers: Providers,
  ): Promise<BulkEmailResponseDto> {
    const run = this.prepare(messages, options, providers);
    const sent = lastValueFrom(run.responses(), { defaultValue: undefined });
    await this.parts.lifecycle.track(sent);
    return run.tally.response(run.complete);
  }

  stream(
    messages: BulkMessages | BulkEmailDto,
    options: BulkOptions,
    providers: Providers,
  ): Observable<EmailResponseDto> {
    const run = this.prepare(messages, { ...options, keepResponses: 'none' }, providers);
    return run.responses();
  }

  /** Says what `send` would do. @throws BulkSourceError when the source throws */
  async dryRun(
    messages: BulkMessages | BulkEmailDto,
    options: DryRunOptions,
    providers: Providers,
  ): Promise<DryRunDto> {
    const { signal: aborted } = checkDryRunOptions(options);
    const { lifecycle } = this.parts;
    const { signal, dispose } = stopSignal(aborted, lifecycle.ending);
    const { lookAhead } = this.options;
    const parts = this.read(messages, options, providers, 'dry-run');
    try {
      return await lifecycle.track(dryRun({ ...parts, lookAhead, stop: signal }));
    } finally {
      dispose();
    }
  }

  private prepare(
    input: BulkMessages | BulkEmailDto,
    options: BulkOptions,
    providers: Providers,
  ): BulkRun {
    const { concurrency, keepResponses, onProgress, signal } = checkBulkOptions(options);
    const { delivery, lifecycle } = this.parts;
    return new BulkRun({
      ...this.read(input, options, providers, 'bulk'),
      delivery,
      concurrency: concurrency ?? this.options.concurrency,
      lookAhead: this.options.lookAhead,
      keepResponses: keepResponses ?? 'all',
      stops: [signal, lifecycle.ending],
      onProgress: onProgress && this.harmless(onProgress),
    });
  }

  /** The messages, and how they are to be delivered. */
  private read(
    input: BulkMessages | BulkEmailDto,
    {
      defaultFrom,
      lane = 'bulk',
      maxWaitMs,
      provider,
      tags,
    }: DryRunOptions & Pick<BulkOptions, 'lane' | 'maxWaitMs'>,
    providers: Providers,
    kind: 'bulk' | 'dry-run',
  ): { readonly source: MessageSource; readonly run: DeliveryRun } {
    const { messages, ...own }: BulkInput = isBulkEmail(input) ? input : { messages: input };
    const { defaultFrom: from, tags: shared, ...unknown } = own;
    refuseUnknown(unknown);
    const run = deliveryRun(this.parts.admission, providers, {
      kind,
      sharesCalls: true,
      provider,
      lane,
      own: bulkDefaults({ defaultFrom: defaultFrom ?? from, tags: tags ?? shared }),
      waits: { maxMs: maxWaitMs ?? this.options.maxPauseMs, of: 'outage' },
    });
    return { source: openSource(messages), run };
  }

  /** What a callback throws, also later, must not end the bulk; one warning is enough. */
  private harmless(callback: (progress: BulkProgress) => unknown) {
    let isWarned = false;
    const warn = () => {
      if (!isWarned) this.parts.warn('onProgress threw; the bulk goes on');
      isWarned = true;
    };
    return (progress: BulkProgress): void => {
      try {
        const returned = callback(progress);
        if (returned !== undefined) void Promise.resolve(returned).catch(warn);
      } catch {
        warn();
      }
    };
  }
}

/** @throws InvalidMessageError when they break the rules of the fields */
function bulkDefaults({
  defaultFrom,
  tags,
}: Pick<BulkOptions, 'defaultFrom' | 'tags'>): MessageDefaults {
  const problems: Problem[] = [];
  const own = normalizeDefaults({ from: defaultFrom, tags }, '', (path, message) =>
    problems.push({ path: path === 'from' ? 'defaultFrom' : path, message }),
  );
  if (problems.length > 0) throw new InvalidMessageError(problems);
  return own;
}

/** @throws InvalidMessageError for keys that a BulkEmailDto does not have */
function refuseUnknown(rest: object): void {
  const problems = Object.keys(rest).map((path) => ({ path, message: 'is not a known field' }));
  if (problems.length > 0) throw new InvalidMessageError(problems);
}
