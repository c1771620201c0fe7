import { ConfigurationError, MailBridgeError, type RateLimitStore } from 'nest-mailbridge';
import { GCRA } from './gcra.script.js';
import { redisErrorCode, type RedisScriptClient } from './redis-script.js';

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
  }

  private async advance(key: string, pauseMs: number, costMs: number): Promise<number> {
    if (performance.now() < this.#leftAloneUntil) throw outOfReach('it timed out before');
    const run = GCRA.run(this.client, this.#prefix + key, pauseMs * 1000, costMs * 1000);
    const answer = await this.inTime(run).catch((error: unknown) => {
      throw outOfReach(redisErrorCode(error) ?? 'the connection failed');
    });
    if (answer === TIMED_OUT) {
      this.#leftAloneUntil = performance.now() + TIMEOUTS_LEFT_ALONE * this.#timeoutMs;
      throw outOfReach(`it did not answer within ${this.#timeoutMs} ms`);
    }
    const waitMs = Number.parseInt(String(answer), 10) / 1000;
    if (!(waitMs >= 0)) throw outOfReach('it answered something else');
    return waitMs;
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

function outOfReach(why: string): MailBridgeError {
  return new MailBridgeError(`The rate limit in Redis is out of reach: ${why}`, 'RATE_LIMIT_STORE');
}
