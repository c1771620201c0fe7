import { fileURLToPath } from 'node:url';
import { Child } from '../harness/child.mjs';

/** The parent's side of a sink: `http` or `smtp`, in a process of its own. */
export class Sink {
  #child;

  constructor(child, port) {
    this.#child = child;
    this.port = port;
    this.url = `http://127.0.0.1:${port}`;
  }

  static async start(kind) {
    const child = new Child(fileURLToPath(new URL(`./${kind}-sink.mjs`, import.meta.url)));
    const { port } = await child.hears();
    return new Sink(child, port);
  }

  /** What it has counted since it was started. */
  counters() {
    return this.#child.asks({});
  }

  /** From now on it waits that long, in milliseconds, before each answer. */
  async delays(delayMs) {
    await this.#child.asks({ delayMs });
  }

  close() {
    this.#child.close();
  }
}
