import { EmailResponseDto } from '../contract/email-response.dto.js';
import { needsResolving, resolveAttachments } from '../message/attachments.js';
import type { OutgoingEmail } from '../message/outgoing-email.js';
import { admissionFailure } from './admission.js';
import type { DeliveryEvents } from './delivery-events.js';
import type { DeliveryRun } from './delivery-run.js';
import type { Lifecycle } from './lifecycle.js';
import { plannable, type Parcel } from './parcel.js';
import { planCalls } from './plan.js';
import type { Consignment, Handover, ProviderChannel } from './provider-channel.js';
import { Shipment } from './shipment.js';
import { settledOr } from './settled-or.js';
import { stopSignal } from './stop-signal.js';
import { WaitAllowance } from './wait-allowance.js';

/** What comes with messages that are handed over. */
export interface Journey {
  readonly run: DeliveryRun;
  /** Fires when what was not tried yet is to be cancelled. */
  readonly stop: AbortSignal;
  /** Whether several calls may be in flight at a time. @default false: one after the other */
  readonly inParallel?: boolean;
  /** Called once for each call of a provider. */
  onCall?(): void;
  /** Called with an `AttachmentError` for a message whose attachment cannot be read. */
  onUnreadable?(error: unknown): void;
}

/** What went wrong with attachments, by message; most deliveries have none. */
interface Unreadable {
  errors?: Map<Shipment, unknown>;
}

/** What holds for every delivery. */
export interface DeliveryOptions {
  /** What attachments that are streams may have, and how long reading them may take. */
  readonly attachments: { readonly bytes: number; readonly timeoutMs: number };
  /** Whether what may have been taken is sent again all the same. */
  readonly resendUnknown: boolean;
  readonly events: DeliveryEvents;
}

/** Takes messages along their route and says what became of each. */
export class Delivery {
  constructor(
    private readonly lifecycle: Lifecycle,
    private readonly options: DeliveryOptions,
  ) {}

  /**
   * Delivers messages that may share a call: one response for each, in the same order. Never throws.
   */
  async deliver(
    parcels: readonly Parcel[],
    journey: Journey,
  ): Promise<readonly EmailResponseDto[]> {
    const { run, stop } = journey;
    this.lifecycle.begin();
    try {
      const shipments = parcels.map((each) => new Shipment(each, this.options.resendUnknown));
      const unreadable: Unreadable = {};
      const order = run.route.order();
      const allowance = new WaitAllowance(run.waits);
      for (const [at, channel] of order.entries()) {
        const open = shipments.filter((each) => each.mayMoveOn && !unreadable.errors?.has(each));
        if (open.length === 0 || (at > 0 && stop.aborted)) break;
        const resolving = this.resolveAll(consign(open, channel, run), journey, unreadable);
        const consignments = Array.isArray(resolving) ? resolving : await resolving;
        const hasNext = at < order.length - 1;
        await this.takeOn(channel, consignments, journey, { allowance, hasNext });
      }
      const responses = shipments.map((each) => {
        return this.respond(each, run.route.first.name, unreadable.errors?.get(each));
      });
      if (run.interception !== undefined) await this.settle(parcels, responses);
      return responses;
    } finally {
      this.lifecycle.finish();
    }
  }

  /** Reads the attachments that were given as streams. @throws AttachmentError */
  private async resolve(email: OutgoingEmail, stopped: AbortSignal): Promise<OutgoingEmail> {
    const { bytes: maxBytes, timeoutMs } = this.options.attachments;
    const { signal, stop, dispose } = stopSignal(stopped, this.lifecycle.expired);
    const timer = setTimeout(stop, timeoutMs);
    try {
      return await resolveAttachments(email, { maxBytes, signal });
    } finally {
      clearTimeout(timer);
      dispose();
    }
  }

  /** Tells the interceptors; a shutdown does not wait for them for ever. */
  private async settle(
    parcels: readonly Parcel[],
    responses: readonly EmailResponseDto[],
  ): Promise<void> {
    const settling = parcels.map(async ({ settle }, at) => settle?.(responses[at]!));
    await settledOr(Promise.all(settling), this.lifecycle.expired);
  }

  /** The messages with what was given as a stream read, if anything was. */
  private resolveAll(
    consignments: readonly Consignment[],
    journey: Journey,
    unreadable: Unreadable,
  ): readonly Consignment[] | Promise<readonly Consignment[]> {
    if (!consignments.some(({ email }) => needsResolving(email))) return consignments;
    return this.read(consignments, journey, unreadable);
  }

  private async read(
    consignments: readonly Consignment[],
    journey: Journey,
    unreadable: Unreadable,
  ): Promise<readonly Consignment[]> {
    const { stop } = journey;
    const resolved: Consignment[] = [];
    for (const { shipment, email } of consignments) {
      try {
        resolved.push({ shipment, email: await this.resolve(email, stop) });
      } catch (error) {
        // What was stopped while it was read has nothing wrong with it: it was never tried.
        if (stop.aborted || this.lifecycle.expired.aborted) continue;
        unreadable.errors ??= new Map();
        unreadable.errors.set(shipment, error);
        journey.onUnreadable?.(error);
      }
    }
    return resolved;
  }

  private takeOn(
    channel: ProviderChannel,
    consignments: readonly Consignment[],
    journey: Journey,
    { allowance, hasNext }: Pick<Handover, 'allowance' | 'hasNext'>,
  ): Promise<void> {
    const { run, stop } = journey;
    const { events } = this.options;
    const handover: Handover = {
      lane: run.lane,
      allowance,
      hasNext,
      stop,
      expired: this.lifecycle.expired,
      onCall: () => journey.onCall?.(),
      onAttempt: (id, attempt) => {
        if (events.isObserved) events.emit({ type: 'attempt', id, ...attempt });
      },
    };
    return consignments.length === 1
      ? channel.deliver(consignments, handover)
      : inCalls(channel, consignments, handover, journey.inParallel ?? false);
  }

  private respond(shipment: Shipment, provider: string, error: unknown): EmailResponseDto {
    const response = responseOf(shipment, provider, error);
    const { events } = this.options;
    if (events.isObserved) events.emit({ type: 'outcome', response });
    return response;
  }
}

/** Several calls, each with as many as fit. */
async function inCalls(
  channel: ProviderChannel,
  consignments: readonly Consignment[],
  handover: Handover,
  inParallel: boolean,
): Promise<void> {
  const items = consignments.map((each) => planned(each, channel));
  const calls = planCalls(items, channel.callLimits);
  if (inParallel) {
    await Promise.all(calls.map((call) => channel.deliver(call.items, handover)));
    return;
  }
  for (const call of calls) await channel.deliver(call.items, handover);
}

/** What was worked out at the intake still holds, unless the message has changed since. */
function planned({ shipment, email }: Consignment, channel: ProviderChannel) {
  const { parcel } = shipment;
  const isAsBefore = email === parcel.email && channel === parcel.channel;
  const planning = isAsBefore ? parcel : plannable(email, channel);
  const { key, recipients, bytes, sharedBytes, unique } = planning;
  return { shipment, email, key, recipients, bytes, sharedBytes, unique };
}

/** The messages as that provider is to get them; one that it cannot carry is passed over. */
function consign(
  shipments: readonly Shipment[],
  channel: ProviderChannel,
  run: DeliveryRun,
): readonly Consignment[] {
  const consignments: Consignment[] = [];
  for (const shipment of shipments) {
    const email = emailFor(shipment.parcel, channel, run);
    if (email !== undefined) consignments.push({ shipment, email });
  }
  return consignments;
}

function emailFor(
  { email, message, channel: admittedBy }: Parcel,
  channel: ProviderChannel,
  run: DeliveryRun,
): OutgoingEmail | undefined {
  if (channel === admittedBy) return email;
  try {
    return { ...run.admit(message, channel), id: email.id };
  } catch {
    return undefined;
  }
}

function responseOf(
  { attempts: history, parcel: { email, index }, verdict }: Shipment,
  first: string,
  error: unknown,
): EmailResponseDto {
  const { id } = email;
  if (verdict === undefined) {
    return error === undefined ? cancelled(id, index, first) : refused(id, index, first, error);
  }
  const { provider, submission } = verdict;
  return new EmailResponseDto({ id, index, provider, history }, submission);
}

/** The response of a message that was never tried. */
export function cancelled(
  id: string,
  index: number | undefined,
  provider: string,
): EmailResponseDto {
  return new EmailResponseDto({ id, index, provider }, { outcome: 'cancelled' });
}

/** The response of a message that was refused before any provider was asked. */
export function refused(
  id: string,
  index: number | undefined,
  provider: string,
  error: unknown,
): EmailResponseDto {
  const failure = admissionFailure(error);
  return new EmailResponseDto({ id, index, provider }, { outcome: 'rejected', failure });
}
