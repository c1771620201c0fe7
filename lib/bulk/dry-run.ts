import type { DeliveryFailure } from '../contract/outcome.js';
import { cancelled } from '../delivery/delivery.js';
import type { DeliveryRun } from '../delivery/delivery-run.js';
import type { Parcel } from '../delivery/parcel.js';
import { planCalls } from '../delivery/plan.js';
import type { ProviderChannel } from '../delivery/provider-channel.js';
import { admitting } from './admit.js';
import { BulkSourceError } from './bulk-source.error.js';
import { BulkTally } from './bulk-response.dto.js';
import { Intake } from './intake.js';
import type { MessageSource } from './message-source.js';
import { SourceReader } from './source-reader.js';

/** One call that would be made: the messages that share it. */
export interface PlannedProviderCall {
  readonly provider: string;
  /** The places of its messages in the source, from 0. */
  readonly indexes: readonly number[];
  /** To, cc and bcc of all of them. */
  readonly recipients: number;
}

/** A message that would not be sent, and why: it breaks a rule, or no provider can carry it. */
export interface PlannedRefusal {
  readonly id: string;
  readonly index: number;
  readonly failure: DeliveryFailure;
}

/** What a bulk would do, as far as it can be known without asking a provider. */
export class DryRunDto {
  /** Messages that were looked at. */
  readonly total!: number;
  /** The calls, each with one message or a native batch, if every provider does its part. */
  readonly calls!: readonly PlannedProviderCall[];
  readonly refused!: readonly PlannedRefusal[];
  /** False when the source was not looked at to its end: aborted, or shut down. */
  readonly complete!: boolean;

  constructor(fields: DryRunDto) {
    Object.assign(this, fields);
  }
}

/** What a dry run needs. */
export interface DryRunPlan {
  readonly source: MessageSource;
  readonly run: DeliveryRun;
  readonly lookAhead: number;
  /** Ends it. */
  readonly stop: AbortSignal;
}

/**
 * Takes messages as a bulk would, through interceptors and planner, and leaves it at that.
 *
 * @throws BulkSourceError when the source throws
 */
export async function dryRun({ source, run, lookAhead, stop }: DryRunPlan): Promise<DryRunDto> {
  const reader = new SourceReader(source, stop);
  const limits = run.route.first.callLimits;
  const intake = new Intake(reader, admitting(run, stop), { limits, lookAhead });
  const calls: PlannedProviderCall[] = [];
  const refused: PlannedRefusal[] = [];
  for (let work = await intake.next(); work !== undefined; work = await intake.next()) {
    for (const { id, index = 0, failure } of work.refused) {
      if (failure !== undefined) refused.push({ id, index, failure });
    }
    calls.push(...plannedCalls(work.parcels));
    await Promise.all(work.parcels.map(settleUnsent));
  }
  if (reader.failure !== undefined) {
    throw new BulkSourceError(new BulkTally('none').response(false), reader.failure.error);
  }
  return new DryRunDto({ total: intake.taken, calls, refused, complete: reader.isComplete });
}

/** Each provider that they were admitted by plans its own. */
function plannedCalls(parcels: readonly Parcel[]): PlannedProviderCall[] {
  const byChannel = new Map<ProviderChannel, Parcel[]>();
  for (const parcel of parcels) {
    byChannel.set(parcel.channel, [...(byChannel.get(parcel.channel) ?? []), parcel]);
  }
  return [...byChannel].flatMap(([channel, own]) =>
    planCalls(own, channel.callLimits).map(({ items }) => ({
      provider: channel.name,
      indexes: items.map(({ index = 0 }) => index),
      recipients: items.reduce((sum, { recipients }) => sum + recipients, 0),
    })),
  );
}

/** Tells the interceptors that nothing was tried. */
async function settleUnsent({ email, index, channel, settle }: Parcel): Promise<void> {
  await settle?.(cancelled(email.id, index, channel.name));
}
