import { EventEmitter, once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { SMTPServer } from 'smtp-server';

/** An SMTP server that takes its time over each message, and counts those that it has taken. */
export class SlowSink extends EventEmitter<{ received: [] }> {
  taken = 0;
  readonly #server: SMTPServer;

  /** @param delayMs until it answers to a message, which it never does without */
  constructor(delayMs?: number) {
    super();
    this.#server = new SMTPServer({
      disabledCommands: ['AUTH', 'STARTTLS'],
      closeTimeout: 1,
      onData: (stream, _session, done) => {
        const take = () => {
          this.taken += 1;
          done();
        };
        stream.resume().once('end', () => {
          this.emit('received');
          if (delayMs !== undefined) setTimeout(take, delayMs);
        });
      },
    });
    this.#server.on('error', () => undefined);
  }

  /** Gives back its address. */
  async listen(): Promise<string> {
    const server = this.#server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return `smtp://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  close(): Promise<void> {
    return new Promise((resolve) => {
      this.#server.close(() => resolve());
    });
  }
}
