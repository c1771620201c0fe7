import type { MailProviderStrategy } from '../../lib/contract/mail-provider.strategy.js';
import { Connection } from '../../lib/transport/http/connection.js';
import { loadClient } from '../../lib/transport/http/load-client.js';
import { openConnection } from '../../lib/transport/http/open-connection.js';
import { targetOf } from '../../lib/transport/http/peer.js';
import { Stopwatch } from '../../lib/transport/http/stopwatch.js';
import { API_PROVIDERS, apiProvider } from '../fixtures/api/api-providers.js';
import { ClosingPeers, type ConnectionEnd } from '../fixtures/api/closing-peers.js';
import { outgoingEmail } from '../fixtures/outgoing-email.js';

/** A little more than a connection may be at rest without being listened to. */
const AFTER_MS = 1_100;

let peers: ClosingPeers;

afterEach(() => peers.close());

async function start(end: ConnectionEnd, afterMs = AFTER_MS): Promise<MailProviderStrategy[]> {
  const answers = API_PROVIDERS.map(([, { accepted }]) => accepted);
  peers = await ClosingPeers.start(answers, end, afterMs);
  return API_PROVIDERS.map(([name], at) => apiProvider(name, peers.urls[at]!));
}

function send(provider: MailProviderStrategy) {
  return provider.send(outgoingEmail(), { signal: AbortSignal.timeout(20_000), attempt: 1 });
}

async function outcomes(submissions: ReturnType<typeof send>[]) {
  const settled = await Promise.all(submissions);
  return settled.map(({ outcome }, at) => `${API_PROVIDERS[at]![0]}: ${outcome}`);
}

const ALL_ACCEPTED = API_PROVIDERS.map(([name]) => `${name}: accepted`);
const COUNT = API_PROVIDERS.length;

describe.each<ConnectionEnd>(['FIN', 'RST'])(
  'A kept connection that its peer ends by %s',
  (end) => {
    it('H4: while the event loop is blocked, is not used again', async () => {
      const providers = await start(end);
      expect(await outcomes(providers.map(send))).toEqual(ALL_ACCEPTED);
      peers.blockUntilClosed(COUNT);
      expect(await outcomes(providers.map(send))).toEqual(ALL_ACCEPTED);
      expect(peers.requests).toBe(2 * COUNT);
    });

    it('H4: while the event loop is blocked after it was taken, is not used again', async () => {
      const providers = await start(end);
      expect(await outcomes(providers.map(send))).toEqual(ALL_ACCEPTED);
      const again = providers.map(send);
      // The requests are under way, and written with the next turn of the event loop.
      await Promise.resolve();
      peers.blockUntilClosed(COUNT);
      expect(await outcomes(again)).toEqual(ALL_ACCEPTED);
      expect(peers.requests).toBe(2 * COUNT);
    });

    it('H4: while the event loop is blocked and it is being opened, is not used at all', async () => {
      await start(end);
      const opening = new Stopwatch();
      const { peer } = targetOf(peers.urls[0]!);
      const signal = AbortSignal.timeout(20_000);
      const { socket, stands } = openConnection(peer, undefined, { connectMs: 20_000, signal });
      // It asks for the connection in the next tick.
      await new Promise<void>((resolve) => process.nextTick(resolve));
      peers.blockUntilClosed(1);
      await stands;
      const client = { origin: peer.origin, Client: await loadClient() };
      const connection = new Connection(socket, client, opening);
      expect(connection.isUnheard).toBe(true);
      await connection.listen();
      expect(connection).toMatchObject({ isUsable: false, isUnheard: false });
    });
  },
);
