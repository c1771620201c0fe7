import { isUnsupportedFeatureError } from '../errors/message.errors.js';
import { AmendedMessage } from '../message/amended-message.js';
import type { DeliveryRun } from './delivery-run.js';
import { intercept, type Interception } from './interception.js';
import { ALONE, plannable, type Parcel } from './parcel.js';

/**
 * Wraps a message up for the first provider of the route that can carry it.
 *
 * @throws InvalidMessageError; UnsupportedFeatureError of the first provider when none can
 */
export function wrapUp(message: unknown, run: DeliveryRun, index?: number): Parcel {
  let refusal: unknown;
  for (const channel of run.route.channels) {
    try {
      const email = run.admit(message, channel);
      const planning = run.sharesCalls ? plannable(email, channel) : ALONE;
      return { email, message, channel, index, ...planning };
    } catch (error) {
      if (!isUnsupportedFeatureError(error)) throw error;
      refusal ??= error;
    }
  }
  throw refusal;
}

/** A run whose messages go through interceptors. */
export type InterceptedRun = DeliveryRun & { readonly interception: Interception };

/** Whether the messages of a run go through interceptors. */
export function isIntercepted(run: DeliveryRun): run is InterceptedRun {
  return run.interception !== undefined;
}

/**
 * The same for a message that goes through the interceptors first: a refusal is what one of them threw,
 * `undefined` says that `stop` fired before they had handed it on.
 *
 * @param id by which the message is known where it has none of its own
 * @throws InvalidMessageError, UnsupportedFeatureError; also for what the interceptors made of it
 */
export async function wrapUpIntercepted(
  message: unknown,
  id: string,
  run: InterceptedRun,
  stop: AbortSignal,
  index?: number,
): Promise<Parcel | { readonly refusal: unknown } | undefined> {
  const email = Object.freeze({ ...run.normalize(message), id });
  const intercepted = await intercept(email, run.interception, stop);
  if (intercepted === 'stopped') return undefined;
  if ('refusal' in intercepted) return intercepted;
  try {
    const amended = AmendedMessage.of(message, email, intercepted.email);
    const { settle } = intercepted;
    return { ...wrapUp(amended, run, index), settle };
  } catch (error) {
    intercepted.refuse(error);
    throw error;
  }
}
