import type { Submission } from '../contract/submission.js';
import { needsResolving, resolveAttachments } from '../message/attachments.js';
import type { OutgoingEmail } from '../message/outgoing-email.js';
import { estimatedBytes } from '../message/size.js';
import { admissionFailure } from './admission.js';
import { EmailResponseDto } from './email-response.dto.js';
import { isolating } from './isolate.js';
import type { Lifecycle } from './lifecycle.js';
import { planCalls, type Plannable } from './plan.js';
import type { ProviderChannel } from './provider-channel.js';

/** Whoever hands messages over: one `send()`, or one bulk. */
export interface DeliveryRun {
  readonly channel: ProviderChannel;
  /** Fires when what was not tried yet is to be cancelled. */
  readonly stop: AbortSignal;
  /** Called once for each call of a provider. */
  onCall?(): void;
}

/** A message on its way: with its place in a bulk, and what the planner needs to know of it. */
export interface Parcel extends Plannable {
  readonly email: OutgoingEmail;
  readonly index?: number;
}

/** Wraps a message up for the planner. */
export function parcel(email: OutgoingEmail, channel: ProviderChannel, index?: number): Parcel {
  return {
    email,
    key: channel.batchKey(email),
    recipients: email.to.length + email.cc.length + email.bcc.length,
    bytes: channel.batches ? estimatedBytes(email) : 0,
    sharedBytes: channel.sharedBytes(email),
    ...(index !== undefined && { index }),
  };
}

/** What attachments may have at most, and how long reading them may take. */
export interface AttachmentLimits {
  readonly bytes: number;
  readonly timeoutMs: number;
}

/** Hands messages to a provider and says what became of each. */
export class Delivery {
  constructor(
    private readonly lifecycle: Lifecycle,
    private readonly attachmentLimits: AttachmentLimits,
  ) {}

  /**
   * Delivers messages that may share a call: one response for each, in the same order. Never throws.
   */
  deliver(parcels: readonly Parcel[], run: DeliveryRun): Promise<readonly EmailResponseDto[]> {
    return this.lifecycle.track(this.deliverAll(parcels, run));
  }

  /** Reads the attachments that were given as streams. @throws AttachmentError */
  resolve(email: OutgoingEmail): OutgoingEmail | Promise<OutgoingEmail> {
    if (!needsResolving(email)) return email;
    const { bytes: maxBytes, timeoutMs } = this.attachmentLimits;
    const signal = AbortSignal.any([AbortSignal.timeout(timeoutMs), this.lifecycle.expired]);
    return resolveAttachments(email, { maxBytes, signal });
  }

  private async deliverAll(
    parcels: readonly Parcel[],
    run: DeliveryRun,
  ): Promise<readonly EmailResponseDto[]> {
    if (!parcels.some(({ email }) => needsResolving(email))) return this.call(parcels, run);
    const responses = new Map<number, EmailResponseDto>();
    const ready: (Parcel & { at: number })[] = [];
    for (const [at, each] of parcels.entries()) {
      try {
        const email = await this.resolve(each.email);
        ready.push({ ...parcel(email, run.channel, each.index), at });
      } catch (error) {
        responses.set(at, refused(each.email.id, each.index, run.channel.name, error));
      }
    }
    // With their attachments read, the messages may no longer fit into one call.
    for (const { items } of planCalls(ready, run.channel.callLimits)) {
      const called = await this.call(items, run);
      items.forEach(({ at }, i) => responses.set(at, called[i]!));
    }
    return parcels.map((_, at) => responses.get(at)!);
  }

  private async call(
    parcels: readonly Parcel[],
    run: DeliveryRun,
  ): Promise<readonly EmailResponseDto[]> {
    const { channel } = run;
    const signals = { stop: run.stop, expired: this.lifecycle.expired };
    const submissions = await isolating(
      parcels.map(({ email }) => email),
      (emails) => channel.submit(emails, signals, () => run.onCall?.()),
      channel.independentResults,
    );
    const provider = channel.name;
    return parcels.map(({ email, index }, i) => {
      const submission = submissions?.[i];
      return submission === undefined
        ? cancelled(email.id, index, provider)
        : answered(email.id, index, provider, submission);
    });
  }
}

/** The response of a message that was never tried. */
export function cancelled(
  id: string,
  index: number | undefined,
  provider: string,
): EmailResponseDto {
  return new EmailResponseDto({ id, index, provider, outcome: 'cancelled', attempts: 0 });
}

/** The response of a message that was refused before any provider was asked. */
export function refused(
  id: string,
  index: number | undefined,
  provider: string,
  error: unknown,
): EmailResponseDto {
  const failure = admissionFailure(error);
  return new EmailResponseDto({ id, index, provider, outcome: 'rejected', attempts: 0, failure });
}

function answered(
  id: string,
  index: number | undefined,
  provider: string,
  submission: Submission,
): EmailResponseDto {
  return new EmailResponseDto({ ...submission, id, index, provider, attempts: 1 });
}
