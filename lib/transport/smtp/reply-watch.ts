import { socketOf, type SmtpClient } from './smtp-client.js';

/**
 * Watches what the server sends beside the client, which pairs replies and commands by their order
 * alone: a server that answers twice would have its second answer taken for that to the next command.
 */
export class ReplyWatch {
  #lastChunk: Buffer = Buffer.alloc(0);

  constructor(private readonly client: SmtpClient) {
    socketOf(client).prependListener('data', (chunk: Buffer) => {
      this.#lastChunk = chunk;
    });
  }

  /** True when the last that was heard is the go-ahead for the message (354) and nothing came after it. */
  endWithGoAhead(): boolean {
    const reply = lastLine(String(this.client.lastServerResponse));
    if (!reply.startsWith('3')) return false;
    const heard = lastLine(this.#lastChunk.toString('latin1'));
    // A reply may come in pieces.
    return heard.endsWith(reply) || reply.endsWith(heard);
  }

  /** True when the socket has handed everything to the network. */
  nothingLeftToSend(): boolean {
    return socketOf(this.client).writableLength === 0;
  }
}

function lastLine(text: string): string {
  const lines = text.trimEnd();
  // Only what every decoding of a reply has in common.
  return lines.slice(lines.lastIndexOf('\n') + 1).replace(/[^ -~]/g, '');
}
