import { isIP } from 'node:net';
import { connect } from 'node:tls';
import type { SmtpSettings } from './smtp-settings.js';

/** How long a handshake may take, in milliseconds; the attempt is over already. */
const LONGEST_MS = 2_000;

/**
 * True where a server that did not greet does a TLS handshake: on such a port (465 and the like) the
 * client speaks first, so that both sides would wait until one gives up. Nothing else is sent.
 */
export function speaksTls(settings: SmtpSettings): Promise<boolean> {
  return new Promise((resolve) => {
    const { host, port, localAddress, timeouts } = settings;
    const from = localAddress !== undefined && { localAddress, family: isIP(localAddress) };
    const socket = connect({ host, port, ...from, rejectUnauthorized: false });
    const settle = (isTls: boolean): void => {
      clearTimeout(timer);
      socket.destroy();
      resolve(isTls);
    };
    const timer = setTimeout(() => settle(false), Math.min(timeouts.connectMs, LONGEST_MS));
    socket.once('secureConnect', () => settle(true));
    socket.on('error', () => settle(false));
    socket.once('close', () => settle(false));
  });
}
