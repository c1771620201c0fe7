import type { Socket } from 'node:net';
import { Connections } from '../../../lib/transport/http/connections.js';
import { MAX_ANSWER_BYTES } from '../../../lib/transport/http/exchange.js';
import type { HttpAnswer, HttpRequest } from '../../../lib/transport/http/http-result.js';
import { HttpScriptPeer, type HttpScript } from '../../fixtures/api/http-script-peer.js';

let connections: Connections;
let peer: HttpScriptPeer;

beforeEach(() => {
  connections = new Connections(10, 50);
});

afterEach(async () => {
  connections.close();
  await peer.close();
});

async function start(script: HttpScript): Promise<HttpRequest> {
  peer = await HttpScriptPeer.start(script);
  return { method: 'POST', url: peer.url, headers: { 'x-key': 'k' }, body: Buffer.from('mail') };
}

const patience = (ms = 5_000) => AbortSignal.timeout(ms);
const HEAD = 'HTTP/1.1 200 OK\r\n';

describe('An exchange ends in time and within bounds', () => {
  it('when a connection does not stand', async () => {
    const request = await start({});
    const url = peer.url.replace('http:', 'https:');
    const result = await connections.exchange({ ...request, url }, patience());
    expect(result).toEqual({
      kind: 'fault',
      code: 'ETIMEDOUT',
      mayHaveArrived: false,
      isAborted: false,
    });
  });

  it('the limit for connecting does not bind what comes after', async () => {
    const request = await start({
      whole: (socket) => setTimeout(() => socket.write(`${HEAD}content-length: 2\r\n\r\n{}`), 100),
    });
    for (let i = 0; i < 2; i += 1) {
      const result = await connections.exchange(request, patience());
      expect(result).toMatchObject({ kind: 'answer', status: 200, body: '{}', isComplete: true });
    }
    expect(peer.connections).toBe(1);
  });

  it.each([
    ['headers', HEAD, { kind: 'fault', mayHaveArrived: true, isAborted: true }],
    ['a body', `${HEAD}\r\n`, { kind: 'answer', status: 200, isComplete: false }],
  ])('when %s come byte by byte without end', async (_, begin, expected) => {
    const request = await start({
      whole: (socket) => {
        socket.write(begin);
        const timer = setInterval(() => socket.write('x'), 10);
        socket.on('close', () => clearInterval(timer));
      },
    });
    expect(await connections.exchange(request, patience(150))).toMatchObject(expected);
  });

  it('when a body has no end: what is kept has one, and the connection is closed', async () => {
    const gone: Promise<void>[] = [];
    const request = await start({
      whole: (socket) => {
        gone.push(new Promise((resolve) => socket.once('close', () => resolve())));
        socket.write(`${HEAD}\r\n`);
        const more = () => {
          while (!socket.destroyed && socket.write(Buffer.alloc(65_536, ' ')));
        };
        socket.on('drain', more);
        more();
      },
    });
    const result = (await connections.exchange(request, patience())) as HttpAnswer;
    expect(result).toMatchObject({ status: 200, isComplete: false });
    expect(result.body.length).toBeLessThanOrEqual(MAX_ANSWER_BYTES);
    await gone[0];
  });

  it.each([
    ['at once', (socket: Socket, text: string) => socket.write(text)],
    [
      'by itself',
      (socket: Socket, text: string) => {
        const [first = '', ...rest] = text.split(/(?=HTTP)/);
        socket.write(first);
        setTimeout(() => socket.write(rest.join('')), 20);
      },
    ],
  ])('an unasked 100 Continue is passed over, %s', async (_, write) => {
    const proceed = 'HTTP/1.1 100 Continue\r\n\r\n';
    // The body must not be taken for another.
    const answer = `${HEAD}content-length: ${proceed.length}\r\n\r\n${proceed}`;
    const request = await start({ whole: (socket) => write(socket, proceed + answer) });
    for (let i = 0; i < 2; i += 1) {
      const result = await connections.exchange(request, patience());
      expect(result).toMatchObject({ status: 200, body: proceed, isComplete: true });
    }
    expect(peer.connections).toBe(1);
  });

  it('gives back nothing of the request', async () => {
    const request = await start({ whole: (socket) => socket.end(`${HEAD}x: 1\r\n\r\nok`) });
    expect(await connections.exchange(request, patience())).toEqual({
      kind: 'answer',
      status: 200,
      headers: { x: '1' },
      body: 'ok',
      isComplete: true,
    });
  });
});
