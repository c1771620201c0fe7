import { ConfigurationError, MailBridgeError, type RateLimitStore } from 'nest-mailbridge';
import { BEGIN_PAUSE, GCRA, PAUSE_LEFT } from './gcra.script.js';
import { redisErrorCode, type RedisScript, type RedisScriptClient } from './redis-script.js';

/** How rate limits are kept in Redis. */
export interface RedisRateLimitStoreOptions {
  /**
   * Stands before the name of each key. Senders with the same prefix share the limits of providers
   * that have the same name: give accounts of their own a prefix of their own.
   * @default 'mailbridge:'
   */
  prefix?: string | undefined;
  /**
   * How long Redis may take, in milliseconds. When it took longer it is left alone for ten times as
   * long, so that a Redis that hangs costs little more than its answers.
   * @default 500
   */
  timeoutMs?: number | undefined;
}

const DEFAULTS = { prefix: 'mailbridge:', timeoutMs: 500 };
const TIMEOUTS_LEFT_ALONE = 10;
const TIMED_OUT = Symbol('timed out');

/**
 * Rate limits that several processes share, by way of one Redis (5 or later). The client stays yours:
 * it is neither configured nor closed here. Where Redis fails, the calls are rejected with a
 * `MailBridgeError` of code `RATE_LIMIT_STORE`, and MailBridge keeps the limit for each process alone.
 */
export class RedisRateLimitStore implements RateLimitStore {
  readonly #prefix: string;
  readonly #timeoutMs: number;
  #leftAloneUntil = 0;

  /**
   * @param client of `ioredis`, connected or about to be
   * @throws ConfigurationError when it is not such a client
   */
  constructor(
    private readonly client: RedisScriptClient,
    options: RedisRateLimitStoreOptions = {},
  ) {
    if (typeof client?.evalsha !== 'function' || typeof client.eval !== 'function') {
      throw new ConfigurationError('RedisRateLimitStore needs a client of ioredis');
    }
    this.#prefix = options.prefix ?? DEFAULTS.prefix;
    this.#timeoutMs = options.timeoutMs ?? DEFAULTS.timeoutMs;
  }

  /** @throws MailBridgeError when Redis fails or takes too long */
  reserve(key: string, cost: number, perSecond: number): Promise<number> {
    return this.advance(key, 0, (cost * 1000) / perSecond);
  }

  /** @throws MailBridgeError when Redis fails or takes too long */
  async pause(key: string, ms: number): Promise<void> {
    await this.advance(key, ms, 0);
    if (ms >= 1) await this.run(BEGIN_PAUSE, pauseKey(key), Math.ceil(ms));
  }

  /** @throws MailBridgeError when Redis fails or takes too long */
  pausedFor(key: string): Promise<number> {
    return this.run(PAUSE_LEFT, pauseKey(key));
  }

  private async advance(key: string, pauseMs: number, costMs: number): Promise<number> {
    return (await this.run(GCRA, key, pauseMs * 1000, costMs * 1000)) / 1000;
  }

  private async run(script: RedisScript, key: string, ...args: number[]): Promise<number> {
    if (performance.now() < this.#leftAloneUntil) throw outOfReach('it timed out before');
    const run = script.run(this.client, this.#prefix + key, ...args);
    const answer = await this.inTime(run).catch((error: unknown) => {
      throw outOfReach(redisErrorCode(error) ?? 'the connection failed');
    });
    if (answer === TIMED_OUT) {
      this.#leftAloneUntil = performance.now() + TIMEOUTS_LEFT_ALONE * this.#timeoutMs;
      throw outOfReach(`it did not answer within ${this.#timeoutMs} ms`);
    }
    const number = Number.parseInt(String(answer), 10);
    if (!(number >= 0)) throw outOfReach('it answered something else');
    return number;
  }

  private async inTime(run: Promise<unknown>): Promise<unknown> {
    let timer: NodeJS.Timeout | undefined;
    const timeout = new Promise((resolve) => {
      // After the input that is already there: it was this process that was slow, not Redis.
      timer = setTimeout(() => setImmediate(resolve, TIMED_OUT), this.#timeoutMs);
    });
    return Promise.race([run, timeout]).finally(() => clearTimeout(timer));
  }
}

/** The key of the pauses of a limit: a pause is no part of the limit, and must be told from it. */
function pauseKey(key: string): string {
  return `${key}:pause`;
}

function outOfReach(why: string): MailBridgeError {
  return new MailBridgeError(`The rate limit in Redis is out of reach: ${why}`, 'RATE_LIMIT_STORE');
}
