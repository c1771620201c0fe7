import { createServer } from 'node:net';

/**
 * The child's side of a sink: a server on an ephemeral port of loopback, whose counters the parent asks
 * for and whose delay it sets.
 *
 * @param {object} counters what is counted besides connections, each 0
 * @param {(socket: import('node:net').Socket, sink: { delayMs: () => number }) => void} attend
 */
export function serve(counters, attend) {
  const all = { ...counters, connections: 0 };
  let delay = 0;
  const server = createServer({ noDelay: true }, (socket) => {
    all.connections += 1;
    socket.on('error', () => socket.destroy());
    attend(socket, { delayMs: () => delay });
  });
  server.listen(0, '127.0.0.1', () => process.send({ port: server.address().port }));
  process.on('message', ({ delayMs = delay }) => {
    delay = delayMs;
    process.send({ ...all });
  });
  process.on('disconnect', () => process.exit());
  return all;
}
