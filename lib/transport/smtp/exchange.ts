import type { Expiry, PhaseClock } from './phase-clock.js';
import type { SmtpClient } from './smtp-client.js';
import { ENDED, type SmtpClientError } from './smtp-fault.js';

/** How one exchange with the server ended. */
type Exchanged<T> =
  { readonly value: T } | { readonly error: SmtpClientError } | { readonly expiry: Expiry };

/**
 * Runs one exchange and always comes to an end. The client's callback alone would not do: it is never
 * called when the connection is closed meanwhile, nor when the peer drops out of AUTH. So the
 * first of callback, error, end and clock counts.
 */
export function exchange<T>(
  client: SmtpClient,
  clock: PhaseClock,
  start: (done: (error: SmtpClientError | null | undefined, value?: T) => void) => void,
): Promise<Exchanged<T>> {
  if (clock.expired !== undefined) return Promise.resolve({ expiry: clock.expired });
  return new Promise((resolve) => {
    const settle = (end: Exchanged<T>): void => {
      client.off('error', onError);
      client.off('end', onEnd);
      unwatch();
      resolve(end);
    };
    const onError = (error: SmtpClientError): void => settle({ error });
    // On a 421 the client ends first and gives the reason right after.
    const onEnd = (): void => queueMicrotask(() => settle({ error: ENDED }));
    const unwatch = clock.watch((expiry) => settle({ expiry }));
    client.once('error', onError);
    client.once('end', onEnd);
    start((error, value) => settle(error ? { error } : { value: value as T }));
  });
}
