import { connect as connectTcp, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { fault, type HttpFault } from './http-result.js';
import type { Peer } from './peer.js';
import type { StopSignal } from '../stop-signal.js';

/** What bounds the opening of a connection. */
export interface OpeningLimits {
  /** Milliseconds until it has to stand, TLS included. */
  readonly connectMs: number;
  readonly signal: StopSignal;
}

/** A connection that is being opened. */
export interface Opening {
  readonly socket: Socket;
  /** Resolves when it stands, TLS 1.2 or later included, or with why it does not. Never rejects. */
  readonly stands: Promise<Socket | HttpFault>;
}

/** Opens a connection; `session` is one that the peer's TLS may resume. */
export function openConnection(
  { isSecure, host, port, serverName }: Peer,
  session: Buffer | undefined,
  { connectMs, signal }: OpeningLimits,
): Opening {
  const socket = isSecure
    ? connectTls({
        host,
        port,
        servername: serverName,
        minVersion: 'TLSv1.2',
        ALPNProtocols: ['http/1.1'],
        ...(session !== undefined && { session }),
      })
    : connectTcp({ host, port });
  socket.setNoDelay(true);
  const stands = new Promise<Socket | HttpFault>((resolve) => {
    const settle = (result: Socket | HttpFault) => {
      clearTimeout(timer);
      signal.removeEventListener('abort', abort);
      resolve(result);
    };
    const fail = (code: string, isAborted = false) => {
      settle(fault(code, false, isAborted));
      socket.destroy();
    };
    const abort = () => fail('ABORTED', true);
    const timer = setTimeout(() => fail('ETIMEDOUT'), connectMs);
    signal.addEventListener('abort', abort, { once: true });
    socket.once(isSecure ? 'secureConnect' : 'connect', () => settle(socket));
    // Stays: a connection that nobody uses may still break.
    socket.on('error', ({ code = 'ERR_SOCKET' }: NodeJS.ErrnoException) => fail(code));
    socket.once('close', () => fail('ERR_SOCKET_CLOSED'));
    if (signal.aborted) abort();
  });
  return { socket, stands };
}
