import { TEST_CERTIFICATE } from '../fixtures/smtp-script-peer.js';
import { API_PEERS } from './api-sinks.js';
import type { Peer } from './sink.js';
import { startSmtpSink } from './smtp-sink.js';

/** How every provider that sends to somewhere is led to a server that counts, by name. */
export const PEERS: Readonly<Record<string, Peer>> = {
  smtp: {
    start: startSmtpSink,
    options: (port, isSecure = false) =>
      isSecure
        ? { host: 'localhost', port, secure: true, ca: TEST_CERTIFICATE.cert }
        : { host: '127.0.0.1', port },
    reach: { up: 2_500, down: 600 },
  },
  ...API_PEERS,
};

/** @throws Error that names those that there are */
export function peerOf(provider: string): Peer {
  const peer = PEERS[provider];
  if (peer !== undefined) return peer;
  throw new Error(`no provider '${provider}': there are ${Object.keys(PEERS).join(', ')}`);
}
