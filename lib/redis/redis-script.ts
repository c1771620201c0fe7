import { createHash } from 'node:crypto';

/** What a script needs of a Redis client: an `ioredis` client or cluster is one. */
export interface RedisScriptClient {
  evalsha(sha1: string, keyCount: number, ...keysAndArguments: string[]): Promise<unknown>;
  eval(script: string, keyCount: number, ...keysAndArguments: string[]): Promise<unknown>;
}

/** A Lua script that Redis runs as one step, during which nobody else is served. */
export class RedisScript {
  readonly #sha1: string;

  constructor(private readonly source: string) {
    this.#sha1 = createHash('sha1').update(source).digest('hex');
  }

  /**
   * Runs it on one key. Redis keeps scripts by their digest and forgets them when it restarts, so that
   * the source is sent only where it is not known.
   *
   * @throws whatever the client throws
   */
  async run(client: RedisScriptClient, key: string, ...args: readonly number[]): Promise<unknown> {
    const keyAndArguments = [key, ...args.map(String)];
    try {
      return await client.evalsha(this.#sha1, 1, ...keyAndArguments);
    } catch (error) {
      if (redisErrorCode(error) !== 'NOSCRIPT') throw error;
      return client.eval(this.source, 1, ...keyAndArguments);
    }
  }
}

/**
 * `NOAUTH`, `OOM` and the like: the first word of an error reply of Redis, in capitals by its protocol.
 * Nothing else of such an error is fit to be shown, since it may name keys, addresses and commands.
 */
export function redisErrorCode(error: unknown): string | undefined {
  const { message } = error as { message?: unknown };
  return /^[A-Z]+(?= |$)/.exec(String(message))?.[0];
}
