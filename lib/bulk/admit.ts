import type { EmailResponseDto } from '../contract/email-response.dto.js';
import { idOf } from '../delivery/admission.js';
import { cancelled, refused } from '../delivery/delivery.js';
import type { DeliveryRun } from '../delivery/delivery-run.js';
import { interceptorError } from '../delivery/interception.js';
import type { Parcel } from '../delivery/parcel.js';
import {
  isIntercepted,
  wrapUp,
  wrapUpIntercepted,
  type InterceptedRun,
} from '../delivery/wrap-up.js';

/** Checks one message of a source: it may go out, or its response says why not. */
export type Admit = (
  message: unknown,
  index: number,
) => Parcel | EmailResponseDto | Promise<Parcel | EmailResponseDto>;

/** How the messages of a run are let in; `stop` lets go of those that wait for an interceptor. */
export function admitting(run: DeliveryRun, stop: AbortSignal): Admit {
  const { name } = run.route.first;
  if (isIntercepted(run)) return (message, index) => throughInterceptors(message, index, run, stop);
  return (message, index) => {
    try {
      return wrapUp(message, run, index);
    } catch (error) {
      return refused(idOf(message), index, name, error);
    }
  };
}

async function throughInterceptors(
  message: unknown,
  index: number,
  run: InterceptedRun,
  stop: AbortSignal,
): Promise<Parcel | EmailResponseDto> {
  const id = idOf(message);
  const { name } = run.route.first;
  try {
    const wrapped = await wrapUpIntercepted(message, id, run, stop, index);
    if (wrapped === undefined) return cancelled(id, index, name);
    if (!('refusal' in wrapped)) return wrapped;
    return refused(id, index, name, interceptorError(wrapped.refusal));
  } catch (error) {
    return refused(id, index, name, error);
  }
}
