import { connect as connectTcp, isIP, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { Phase, PhaseClock } from './phase-clock.js';
import { expiredFault, faultOf, type SmtpClientError } from './smtp-fault.js';
import { forgetAddress, resolverOf } from './resolve-host.js';
import type { SmtpFault, SmtpStage } from './smtp-result.js';
import type { SmtpSettings } from './smtp-settings.js';
import { tlsOptions } from './tls-options.js';

/**
 * Opens the connection that a session is spoken over: DNS and TCP, and with `secure` the TLS handshake, each
 * within its own time. Every address of the name is tried in turn (RFC 8305).
 */
export async function openSocket(
  settings: SmtpSettings,
  clock: PhaseClock,
): Promise<Socket | { readonly error: SmtpFault }> {
  const { host, port, secure, localAddress, timeouts } = settings;
  const lookup = await resolverOf(timeouts.connectMs);
  // Node tries one address then, and it has to be of the same family.
  const from = localAddress !== undefined && { localAddress, family: isIP(localAddress) };
  const plain = await opened(() => connectTcp({ host, port, lookup, ...from }), 'connect', clock);
  if ('error' in plain) await forgetAddress(host);
  if ('error' in plain || !secure) return plain;
  return opened(() => connectTls({ ...tlsOptions(settings), socket: plain }), 'tls', clock);
}

/** One that says itself when it is open; the first of that, an error and the clock counts. */
function opened(
  open: () => Socket,
  phase: Phase & SmtpStage,
  clock: PhaseClock,
): Promise<Socket | { readonly error: SmtpFault }> {
  clock.enter(phase);
  if (clock.expired !== undefined) {
    return Promise.resolve({ error: expiredFault(phase, clock.expired) });
  }
  return new Promise((resolve) => {
    const socket = open();
    const settle = (result: Socket | { readonly error: SmtpFault }): void => {
      socket.off('error', onError);
      unwatch();
      if (result !== socket) {
        // What else goes wrong with it is of no interest.
        socket.on('error', () => undefined);
        socket.destroy();
      }
      resolve(result);
    };
    const onError = (error: Error): void => settle({ error: faultOf(firstOf(error), 'connect') });
    const unwatch = clock.watch((expiry) => settle({ error: expiredFault(phase, expiry) }));
    socket.once('error', onError);
    socket.once(phase === 'tls' ? 'secureConnect' : 'connect', () => settle(socket));
  });
}

/** Where several addresses were tried, what became of the first. */
function firstOf(error: Error): SmtpClientError {
  const [first = error]: Error[] = error instanceof AggregateError ? error.errors : [];
  return first;
}
