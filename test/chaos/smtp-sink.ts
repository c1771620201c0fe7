import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import type { Sink, SinkOptions } from './sink.js';

const OFFER = '250-sink\r\n250-PIPELINING\r\n250-8BITMIME\r\n250 SIZE 50000000\r\n';
const DOT = Buffer.from('\r\n.\r\n');

/** An SMTP server that takes everything but what it is told to put off. */
export async function startSmtpSink(options: SinkOptions): Promise<Sink> {
  const sockets = new Set<Socket>();
  const server = createServer({ noDelay: true }, (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    new SinkLine(socket, options).greet();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    close: async () => {
      server.close();
      sockets.forEach((socket) => socket.destroy());
      await once(server, 'close');
    },
  };
}

/** One connection. What it has not understood yet is `#rest`. */
class SinkLine {
  #rest: Buffer = Buffer.alloc(0);
  #recipients: string[] = [];
  #isInBody = false;

  constructor(
    private readonly socket: Socket,
    private readonly options: SinkOptions,
  ) {}

  greet(): void {
    this.socket.on('error', () => this.socket.destroy());
    this.socket.on('data', (chunk: Buffer) => this.read(chunk));
    this.say('220 sink ESMTP\r\n');
  }

  private read(chunk: Buffer): void {
    this.#rest = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    for (;;) {
      const mark = this.#isInBody ? DOT : '\r\n';
      const end = this.#rest.indexOf(mark);
      if (end < 0) {
        // Of a body nothing matters but where it ends.
        if (this.#isInBody) this.#rest = this.#rest.subarray(1 - DOT.length);
        return;
      }
      const line = this.#isInBody ? '' : this.#rest.toString('latin1', 0, end);
      this.#rest = this.#rest.subarray(end + mark.length);
      if (this.#isInBody) this.take();
      else this.answer(line);
    }
  }

  private take(): void {
    this.#isInBody = false;
    const trouble = this.options.trouble?.();
    if (trouble === 'error') return this.say('451 4.3.0 something went wrong\r\n');
    const recipients = this.#recipients.splice(0);
    for (const address of recipients) this.options.arrived(address);
    if (trouble === 'stall') return;
    const { answerAfterMs } = this.options;
    if (answerAfterMs === undefined) this.say('250 taken\r\n');
    else void delay(answerAfterMs()).then(() => this.say('250 taken\r\n'));
  }

  private answer(line: string): void {
    switch (line.slice(0, 4).toUpperCase()) {
      case 'EHLO':
        return this.say(OFFER);
      case 'MAIL':
        this.#recipients = [];
        return this.say(this.options.isBusy() ? '451 come back later\r\n' : '250 ok\r\n');
      case 'RCPT':
        this.#recipients.push(/<(.*?)>/.exec(line)?.[1] ?? '');
        return this.say('250 ok\r\n');
      case 'DATA':
        this.#isInBody = true;
        return this.say('354 go on\r\n');
      case 'QUIT':
        this.socket.end('221 bye\r\n');
        return undefined;
      default:
        return this.say('250 ok\r\n');
    }
  }

  private say(text: string): void {
    if (this.socket.writable) this.socket.write(text);
  }
}
