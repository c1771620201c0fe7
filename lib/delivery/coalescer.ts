import type { EmailResponseDto } from '../contract/email-response.dto.js';
import { needsResolving } from '../message/attachments.js';
import type { DeliveryRun } from './delivery-run.js';
import type { Delivery } from './delivery.js';
import type { Lifecycle } from './lifecycle.js';
import type { Parcel } from './parcel.js';

/** How single messages wait for company. */
export interface CoalesceOptions {
  /** How long the first one waits for others, in milliseconds. */
  readonly windowMs: number;
}

/** Messages that will leave together. */
class Company {
  readonly parcels: Parcel[] = [];
  readonly responses: Promise<readonly EmailResponseDto[]>;
  readonly #timer: NodeJS.Timeout;
  #depart: () => void = noDeparture;

  /** @param send called once, when they leave */
  constructor(windowMs: number, send: (parcels: readonly Parcel[]) => Company['responses']) {
    this.responses = new Promise((resolve) => {
      this.#depart = () => resolve(send(this.parcels));
    });
    this.#timer = setTimeout(() => this.leave(), windowMs);
  }

  leave(): void {
    clearTimeout(this.#timer);
    this.#depart();
    this.#depart = noDeparture;
  }
}

function noDeparture(): void {}

/**
 * Lets single messages that are sent at about the same time share the native calls of their provider, each
 * with an outcome of its own.
 */
export class Coalescer {
  readonly #waiting = new Map<string, Company>();

  constructor(
    private readonly delivery: Delivery,
    private readonly lifecycle: Lifecycle,
    private readonly options: CoalesceOptions,
  ) {
    // Nothing begins any more, and nobody has to wait to be told so.
    const leaveAll = () => this.#waiting.forEach((company) => company.leave());
    lifecycle.ending.addEventListener('abort', leaveAll, { once: true });
  }

  /**
   * The response of a message, once it has gone with its company; `undefined` for one that goes alone,
   * since it can share no call or has an attachment that must be read before.
   */
  deliver(parcel: Parcel, run: DeliveryRun): Promise<EmailResponseDto> | undefined {
    if (parcel.key === undefined || needsResolving(parcel.email)) return undefined;
    const place = placeOf(run, parcel);
    const company = this.#waiting.get(place) ?? this.gather(place, run);
    const at = company.parcels.push(parcel) - 1;
    if (company.parcels.length >= parcel.channel.callLimits.messages) company.leave();
    return company.responses.then((responses) => responses[at]!);
  }

  private gather(place: string, run: DeliveryRun): Company {
    const company = new Company(this.options.windowMs, (parcels) => {
      this.#waiting.delete(place);
      const stop = this.lifecycle.ending;
      return this.delivery.deliver(parcels, { run, stop, inParallel: true });
    });
    void this.lifecycle.track(company.responses);
    this.#waiting.set(place, company);
    return company;
  }
}

/**
 * Who goes together: the urgent with the urgent, those that wait equally long, on one route, and by one
 * provider what may share a call.
 */
function placeOf({ lane, route, waits }: DeliveryRun, { channel, key }: Parcel): string {
  return JSON.stringify([
    lane,
    waits.maxMs,
    route.channels.map(({ name }) => name),
    channel.name,
    key,
  ]);
}
