import { isUnsupportedFeatureError } from '../errors/message.errors.js';
import { mergeDefaults, type MessageDefaults } from '../message/message-defaults.js';
import type { OutgoingEmail } from '../message/outgoing-email.js';
import type { Admission } from './admission.js';
import type { Lane } from './lanes.js';
import { parcel, type Parcel } from './parcel.js';
import type { ProviderChannel } from './provider-channel.js';
import type { Route } from './route.js';

/** Whoever hands messages over: one `send()`, or one bulk. */
export interface DeliveryRun {
  readonly route: Route;
  readonly lane: Lane;
  /** How long a provider that is paused or down is waited for, in milliseconds. */
  readonly patienceMs: number;
  /** The message as that provider is to get it. @throws InvalidMessageError, UnsupportedFeatureError */
  admit(message: unknown, channel: ProviderChannel): OutgoingEmail;
}

/** Where a run finds its providers, and what each adds to a message. */
export interface Providers {
  /** @throws ProviderNotFoundError */
  route(provider: string | readonly string[] | undefined): Route;
  defaults(name: string): MessageDefaults;
}

/** How a run differs from another. */
export interface RunOptions extends Pick<DeliveryRun, 'lane' | 'patienceMs'> {
  readonly provider: string | readonly string[] | undefined;
  /** What this run alone adds to a message. */
  readonly own: MessageDefaults;
}

/** Sets a run up. @throws ProviderNotFoundError */
export function deliveryRun(
  admission: Admission,
  providers: Providers,
  { provider, own, lane, patienceMs }: RunOptions,
): DeliveryRun {
  const route = providers.route(provider);
  const defaults = new Map(
    route.channels.map((channel) => [
      channel,
      mergeDefaults(providers.defaults(channel.name), own),
    ]),
  );
  const admit = (message: unknown, channel: ProviderChannel) =>
    admission.admit(message, channel, defaults.get(channel) ?? own);
  return { route, lane, patienceMs, admit };
}

/**
 * Wraps a message up for the first provider of the route that can carry it.
 *
 * @throws InvalidMessageError; UnsupportedFeatureError of the first provider when none can
 */
export function wrapUp(message: unknown, run: DeliveryRun, index?: number): Parcel {
  let refusal: unknown;
  for (const channel of run.route.channels) {
    try {
      return parcel(message, run.admit(message, channel), channel, index);
    } catch (error) {
      if (!isUnsupportedFeatureError(error)) throw error;
      refusal ??= error;
    }
  }
  throw refusal;
}
