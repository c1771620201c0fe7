import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { readMail } from './read-mail.js';
import { idIn, type Sink, type SinkOptions } from './sink.js';

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
    problems: [],
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
  #hasSender = false;
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
        // Of a body that nobody reads nothing matters but where it ends.
        if (this.#isInBody && this.options.reads !== true)
          this.#rest = this.#rest.subarray(1 - DOT.length);
        return;
      }
      const read = this.#rest.subarray(0, end);
      this.#rest = this.#rest.subarray(end + mark.length);
      if (this.#isInBody) this.take(read);
      else this.answer(read.toString('latin1'));
    }
  }

  private take(body: Buffer): void {
    this.#isInBody = false;
    this.#hasSender = false;
    const recipients = this.#recipients.splice(0);
    const trouble = this.options.trouble?.();
    if (trouble === 'error') return this.say('451 4.3.0 something went wrong\r\n');
    this.options.arrived({
      id: idIn(recipients[0]),
      recipients,
      ...(this.options.reads === true && { content: readMail(body) }),
    });
    if (trouble === 'stall') return undefined;
    if (trouble === 'late-error') {
      this.socket.resetAndDestroy();
      return undefined;
    }
    const { answerAfterMs } = this.options;
    if (answerAfterMs === undefined) return this.say('250 taken\r\n');
    void delay(answerAfterMs()).then(() => this.say('250 taken\r\n'));
    return undefined;
  }

  private answer(line: string): void {
    switch (line.slice(0, 4).toUpperCase()) {
      case 'EHLO':
        return this.say(OFFER);
      case 'MAIL':
        this.#recipients = [];
        this.#hasSender = !this.options.isBusy();
        return this.say(this.#hasSender ? '250 ok\r\n' : '451 come back later\r\n');
      case 'RCPT':
        return this.say(this.recipient(line));
      case 'DATA':
        this.#isInBody = this.#recipients.length > 0;
        return this.say(this.#isInBody ? '354 go on\r\n' : '503 nobody to send it to\r\n');
      case 'QUIT':
        this.socket.end('221 bye\r\n');
        return undefined;
      default:
        return this.say('250 ok\r\n');
    }
  }

  private recipient(line: string): string {
    if (!this.#hasSender) return '503 who are you?\r\n';
    if (this.options.isBusy()) return '450 come back later\r\n';
    this.#recipients.push(/<(.*?)>/.exec(line)?.[1] ?? '');
    return '250 ok\r\n';
  }

  private say(text: string): void {
    if (this.socket.writable) this.socket.write(text);
  }
}
