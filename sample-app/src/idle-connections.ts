import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { Injectable, type BeforeApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';

/**
 * Ends connections that nobody uses when the application shuts down. Nest waits for all of them, and
 * Node leaves two kinds open: those that a client opened in advance, and those whose request ends later.
 */
@Injectable()
export class IdleConnections implements OnModuleInit, BeforeApplicationShutdown {
  readonly #idle = new Set<Socket>();
  #isEnding = false;

  constructor(private readonly adapterHost: HttpAdapterHost) {}

  onModuleInit(): void {
    const server = this.adapterHost.httpAdapter.getHttpServer() as Server;
    server.on('connection', (socket: Socket) => {
      this.rest(socket);
      socket.once('close', () => this.#idle.delete(socket));
    });
    server.on('request', ({ socket }: IncomingMessage, response: ServerResponse) => {
      this.#idle.delete(socket);
      response.once('close', () => this.rest(socket));
    });
  }

  beforeApplicationShutdown(): void {
    this.#isEnding = true;
    for (const socket of this.#idle) socket.end();
  }

  private rest(socket: Socket): void {
    if (this.#isEnding) socket.end();
    else if (!socket.destroyed) this.#idle.add(socket);
  }
}
