import type { Socket } from 'node:net';
import { socketOf, type SmtpClient } from './smtp-client.js';
import { ENDED, type SmtpClientError } from './smtp-fault.js';
import { ReplyReader, type SmtpReply } from './smtp-reply.js';

/** What is told of a line to whoever speaks over it. */
export interface LineListener {
  /** The server has answered. */
  readonly onReply: (reply: SmtpReply) => void;
  /** The connection has ended; nothing more comes. */
  readonly onEnd: (reason: SmtpClientError) => void;
}

const FLOODED: SmtpClientError = { message: 'A reply does not end', code: 'EPROTOCOL' };

/**
 * An open connection, taken over from the client that opened it, so that each reply is known to belong to
 * one command. A server that speaks when nothing was asked is out of step and is hung up on.
 */
export class SmtpLine {
  readonly socket: Socket;
  #listener: LineListener | undefined;
  #reason: SmtpClientError = ENDED;
  #isOpen = true;
  readonly #ended: Promise<void>;
  readonly #replies = new ReplyReader();

  constructor(private readonly client: SmtpClient) {
    this.socket = socketOf(client);
    this.socket.removeAllListeners('data');
    this.socket.on('data', (chunk: Buffer) => this.hear(chunk));
    client.on('error', (error: SmtpClientError) => (this.#reason = error));
    this.#ended = new Promise((resolve) => {
      client.once('end', () => {
        this.end();
        resolve();
      });
    });
  }

  /** Whether the connection can be used. */
  get isOpen(): boolean {
    return this.#isOpen;
  }

  /** Settles when the connection has ended, whoever ended it. */
  get ended(): Promise<void> {
    return this.#ended;
  }

  /** True when nothing was heard that has not been told. */
  get isQuiet(): boolean {
    return this.#replies.isEmpty;
  }

  /** Tells one listener from now on, at most; with `undefined` nothing more is asked of the server. */
  tell(listener: LineListener | undefined): void {
    this.#listener = listener;
  }

  /** Sends command lines, each with its line break. */
  say(commands: string): void {
    this.socket.write(commands);
  }

  /** Ends our side: nothing more comes from us, and the server ends its own. */
  finish(): void {
    this.socket.end();
  }

  /** Ends the connection at once. */
  hangUp(): void {
    this.#isOpen = false;
    this.client.close();
  }

  /** What comes unasked would be taken for the answer to the next command. */
  private hear(chunk: Buffer): void {
    this.#replies.push(chunk);
    while (this.#listener !== undefined) {
      const reply = this.#replies.next();
      if (reply === undefined) break;
      this.#listener.onReply(reply);
    }
    if (this.#replies.isFlooded) {
      this.#reason = FLOODED;
      this.hangUp();
    } else if (this.#listener === undefined && !this.isQuiet) {
      this.hangUp();
    }
  }

  private end(): void {
    this.#isOpen = false;
    const listener = this.#listener;
    const lastWord = this.#replies.cutOff();
    if (lastWord !== undefined) listener?.onReply(lastWord);
    // The answer may have been all that was waited for.
    if (this.#listener === listener) listener?.onEnd(this.#reason);
  }
}
