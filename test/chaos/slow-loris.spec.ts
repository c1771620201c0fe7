import { createServer, type AddressInfo, type Socket } from 'node:net';
import { once } from 'node:events';
import { startMailBridge } from '../fixtures/application.js';
import { message } from '../fixtures/scripted-provider.js';
import { smtpTimeouts } from '../fixtures/smtp-pool.js';
import { SmtpScriptPeer, stopReading, trickle, type Script } from '../fixtures/smtp-script-peer.js';
import { leftOpen, openResources } from './open-resources.js';

const EVERY_MS = 20;
// Whoever waits for the peer to come to an end waits for ever.
const DEADLINE_MS = 200;

const defaults = { from: 'sender@example.com' };
const retry = { attempts: 1 };
const closing: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

// More than all buffers between the two ends hold together.
const large = [{ filename: 'large.bin', content: Buffer.alloc(16 * 1024 * 1024) }];

describe('A server that is in no hurry holds a message up no longer than its deadline', () => {
  it.each<[string, Script, string, typeof large]>([
    ['its greeting', { greeting: trickle('2', EVERY_MS) }, 'unsent', []],
    ['a reply', { mail: trickle('250-wait\r\n', EVERY_MS) }, 'unsent', []],
    ['its final answer', { dot: trickle('250-wait\r\n', EVERY_MS) }, 'unknown', []],
    [
      'reading',
      { data: (line) => [line.deafen('354 go on\r\n'), stopReading(line)] },
      'unsent',
      large,
    ],
  ])('over SMTP, with %s', async (_, script, outcome, attachments) => {
    const before = openResources();
    const peer = await SmtpScriptPeer.start({ script: () => script });
    closing.push(() => peer.close());
    const timeouts = smtpTimeouts(DEADLINE_MS);
    const smtp = { host: '127.0.0.1', port: peer.port, timeouts };
    const mail = await startMailBridge({ provider: 'smtp', defaults, retry, providers: { smtp } });
    const { responses } = await mail.sendBulk([{ ...message(), attachments }]);
    expect(responses[0]).toMatchObject({ outcome, failure: { category: 'timeout' } });
    await mail.close();
    await closing.pop()?.();
    expect(await leftOpen(before)).toEqual([]);
  });

  const head = 'HTTP/1.1 202 Accepted\r\nx-message-id: sg-1\r\n';
  it.each<[string, (socket: Socket) => void, string, typeof large]>([
    ['its status line', (socket) => slowly(socket, 'HTTP/1.1 2'), 'unknown', []],
    ['its headers', (socket) => slowly(socket, head), 'unknown', []],
    ['its body', (socket) => slowly(socket, `${head}content-length: 9999\r\n\r\n`), 'accepted', []],
    ['reading', (socket) => socket.pause(), 'unsent', large],
  ])('over HTTP, with %s', async (_, answer, outcome, attachments) => {
    const before = openResources();
    const port = await slowServer(answer);
    const sendgrid = { apiKey: 'SG.key', baseUrl: `http://127.0.0.1:${port}` };
    const mail = await startMailBridge({
      provider: 'sendgrid',
      defaults,
      retry,
      timeoutMs: 2 * DEADLINE_MS,
      providers: { sendgrid },
    });
    const { responses } = await mail.sendBulk([{ ...message(), attachments }]);
    expect(responses[0]?.outcome).toBe(outcome);
    await mail.close();
    await closing.pop()?.();
    expect(await leftOpen(before)).toEqual([]);
  });
});

/** Writes what has been said so far at once, and then another byte from time to time, for ever. */
function slowly(socket: Socket, begun: string): void {
  socket.write(begun);
  const timer = setInterval(() => socket.write('0'), EVERY_MS);
  socket.on('close', () => clearInterval(timer));
  socket.resume();
}

async function slowServer(answer: (socket: Socket) => void) {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => sockets.delete(socket));
    answer(socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const close = async () => {
    const closed = once(server, 'close');
    server.close();
    sockets.forEach((socket) => socket.destroy());
    await closed;
  };
  closing.push(close);
  return (server.address() as AddressInfo).port;
}
