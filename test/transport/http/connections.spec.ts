import { jest } from '@jest/globals';
import type { Socket } from 'node:net';
import { Connections } from '../../../lib/transport/http/connections.js';
import type { HttpRequest } from '../../../lib/transport/http/http-result.js';
import { HttpScriptPeer, type HttpScript } from '../../fixtures/api/http-script-peer.js';

const opened: { close(): unknown }[] = [];

afterEach(async () => {
  await Promise.all(opened.splice(0).map((each) => each.close()));
});

async function start(script: HttpScript, maxSockets = 1) {
  const peer = await HttpScriptPeer.start(script);
  const connections = new Connections(maxSockets);
  opened.push(connections, peer);
  const request: HttpRequest = { method: 'POST', url: peer.url, headers: {}, body: 'mail' };
  const ask = (signal = AbortSignal.timeout(5_000), more: Partial<HttpRequest> = {}) =>
    connections.exchange({ ...request, ...more }, signal);
  return { peer, connections, ask };
}

/** Resolves when the peer sees its connection closed. */
function closed(socket: Socket): Promise<void> {
  return new Promise((resolve) => socket.once('close', () => resolve()));
}

const answerOf = (...headers: string[]) =>
  `${['HTTP/1.1 200 OK', 'content-length: 2', ...headers].join('\r\n')}\r\n\r\n{}`;
const OK = { kind: 'answer', status: 200, body: '{}', isComplete: true };

describe('Connections are kept and shared', () => {
  it('no more than there may be: who comes later waits, in turn', async () => {
    const { peer, ask } = await start({
      whole: (socket) => setTimeout(() => socket.write(answerOf()), 10),
    });
    const bodies = ['first', 'second', 'third', 'fourth'];
    const results = await Promise.all(bodies.map((body) => ask(undefined, { body })));
    expect(results).toEqual(bodies.map(() => expect.objectContaining(OK)));
    expect(peer.connections).toBe(1);
    expect(peer.requests.map((text) => text.split('\r\n\r\n')[1])).toEqual(bodies);
  });

  it('who waits for one that breaks opens another', async () => {
    const { peer, ask } = await start({
      whole: (socket, count) => (count === 1 ? socket.resetAndDestroy() : socket.write(answerOf())),
    });
    const [first, second] = await Promise.all([ask(), ask()]);
    expect(first).toMatchObject({ kind: 'fault', mayHaveArrived: true });
    expect(second).toMatchObject(OK);
    expect(peer.connections).toBe(2);
  });

  it('who waits and runs out of time has sent nothing', async () => {
    const waiting = new AbortController();
    const { peer, ask } = await start({
      whole: (socket) => {
        waiting.abort();
        socket.write(answerOf());
      },
    });
    const [first, second] = await Promise.all([ask(), ask(waiting.signal)]);
    expect(first).toMatchObject(OK);
    expect(second).toMatchObject({ kind: 'fault', mayHaveArrived: false, isAborted: true });
    expect(await ask()).toMatchObject(OK);
    expect([peer.connections, peer.requests.length]).toEqual([1, 2]);
  });

  it('who waits while everything is closed has sent nothing', async () => {
    const { connections, ask } = await start({ whole: () => connections.close() });
    const [first, second] = await Promise.all([ask(), ask()]);
    expect(first).toMatchObject({ kind: 'fault', mayHaveArrived: true });
    expect(second).toMatchObject({ kind: 'fault', mayHaveArrived: false });
  });
});

describe('A connection is not used again', () => {
  it('when the peer will close it', async () => {
    const { peer, ask } = await start({
      whole: (socket) => socket.write(answerOf('keep-alive: timeout=1')),
    });
    for (let i = 0; i < 2; i += 1) expect(await ask()).toMatchObject(OK);
    expect(peer.connections).toBe(2);
  });

  it('when the peer asks to close it', async () => {
    const { peer, ask } = await start({
      whole: (socket) => socket.write(answerOf('connection: close')),
    });
    for (let i = 0; i < 2; i += 1) expect(await ask()).toMatchObject(OK);
    expect(peer.connections).toBe(2);
  });

  it('when something came that nobody asked for', async () => {
    const gone: Promise<void>[] = [];
    const { peer, ask } = await start({
      whole: (socket) => {
        gone.push(closed(socket));
        socket.write(answerOf());
        setTimeout(() => socket.write('HTTP/1.1 408 Late\r\ncontent-length: 0\r\n\r\n'), 20);
      },
    });
    expect(await ask()).toMatchObject(OK);
    await gone[0];
    expect(await ask()).toMatchObject(OK);
    expect(peer.connections).toBe(2);
  });

  it('when the peer has just closed it: the request, not begun, goes over another', async () => {
    const sockets: Socket[] = [];
    const { peer, ask } = await start({
      whole: (socket) => {
        socket.write(answerOf());
        sockets.push(socket);
      },
    });
    expect(await ask()).toMatchObject(OK);
    await new Promise(setImmediate);
    // The end is on its way, and not read yet.
    sockets[0]!.destroy();
    expect(await ask()).toMatchObject(OK);
    expect([peer.connections, peer.requests.length]).toEqual([2, 2]);
  });

  it('when the answer came before the whole request had left', async () => {
    const gone: Promise<void>[] = [];
    const { ask } = await start({
      after: {
        bytes: 65_536,
        act: (socket) => {
          socket.pause();
          gone.push(closed(socket));
          socket.write(answerOf());
          // Reads on, so that it sees the end.
          setTimeout(() => socket.resume(), 100);
        },
      },
    });
    expect(await ask(undefined, { body: Buffer.alloc(32_000_000, 'x') })).toMatchObject(OK);
    await gone[0];
  });
});

describe('H4: a connection at rest is used by the clock', () => {
  /** The clock of the day goes on by so much, as after a sleep of the machine. */
  function sleep(ms: number): void {
    const now = Date.now() + ms;
    jest.spyOn(Date, 'now').mockImplementation(() => now);
  }

  it.each<[string, number, number, string[]]>([
    ['at once', 0, 1, []],
    ['after some seconds', 2_000, 1, []],
    ['after as long as servers keep them: no more', 4_000, 2, []],
    ['after an hour: no more', 3_600_000, 2, []],
    ['within the time of its peer', 1_100, 1, ['keep-alive: timeout=3, max=100']],
    ['past the time of its peer: no more', 2_000, 2, ['keep-alive: timeout=3, max=100']],
    ['past the time in other words: no more', 2_000, 2, ['Keep-Alive: max=5, Timeout = 3']],
    ['after as long as we keep them, whatever the peer says', 4_000, 2, ['keep-alive: timeout=60']],
    ['with a header that says nothing', 2_000, 1, ['keep-alive: max=5']],
  ])('%s', async (_, ms, count, headers) => {
    const { peer, ask } = await start({ whole: (socket) => socket.write(answerOf(...headers)) });
    expect(await ask()).toMatchObject(OK);
    sleep(ms);
    expect(await ask()).toMatchObject(OK);
    expect(peer.connections).toBe(count);
  });

  it('the time counts from the request: who knows how long the answer was there unread', async () => {
    const { peer, ask } = await start({
      whole: (socket) => {
        sleep(4_000);
        socket.write(answerOf());
      },
    });
    const results = await Promise.all([ask(), ask()]);
    expect(results).toEqual([expect.objectContaining(OK), expect.objectContaining(OK)]);
    expect(peer.connections).toBe(2);
  });

  it('one that is listened to while time runs out is left for the next', async () => {
    const { peer, ask } = await start({ whole: (socket) => socket.write(answerOf()) });
    expect(await ask()).toMatchObject(OK);
    sleep(2_000);
    const stop = new AbortController();
    const stopped = ask(stop.signal);
    stop.abort();
    expect(await stopped).toMatchObject({ kind: 'fault', mayHaveArrived: false, isAborted: true });
    expect(await ask()).toMatchObject(OK);
    expect([peer.connections, peer.requests.length]).toEqual([1, 2]);
  });

  it('one that was just opened is used, however long that took', async () => {
    const { peer, ask } = await start({
      connected: () => sleep(5_000),
      whole: (socket) => socket.write(answerOf()),
    });
    expect(await ask()).toMatchObject(OK);
    expect(peer.connections).toBe(1);
  });

  it('once closed, no other is opened', async () => {
    const { peer, connections, ask } = await start({ whole: (s) => s.write(answerOf()) });
    expect(await ask()).toMatchObject(OK);
    sleep(2_000);
    const asked = ask();
    connections.close();
    expect(await asked).toMatchObject({ kind: 'fault', mayHaveArrived: false });
    expect(peer.connections).toBe(1);
  });
});

describe('A request that cannot be written', () => {
  it('has not been sent, and its connection is still good', async () => {
    const { peer, ask } = await start({ whole: (socket) => socket.write(answerOf()) });
    expect(await ask()).toMatchObject(OK);
    expect(await ask(undefined, { headers: { 'x-key': 'a\r\nb: c' } })).toEqual({
      kind: 'fault',
      code: 'ERR_INVALID_CHAR',
      mayHaveArrived: false,
      isAborted: false,
    });
    expect(await ask()).toMatchObject(OK);
    expect([peer.connections, peer.requests.length]).toEqual([1, 2]);
  });

  it('text goes out as UTF-8, with its length in bytes', async () => {
    const { peer, ask } = await start({ whole: (socket) => socket.write(answerOf()) });
    expect(await ask(undefined, { body: 'žluť 📨' })).toMatchObject(OK);
    expect(peer.requests[0]).toMatch(/content-length: 11\r\n(?:[^]*\r\n)?\r\nžluť 📨$/);
  });
});
