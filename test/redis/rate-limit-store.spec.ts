import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import { inspect } from 'node:util';
import { Redis } from 'ioredis';
import { isConfigurationError } from 'nest-mailbridge';
import { RedisRateLimitStore, type RedisScriptClient } from 'nest-mailbridge/redis';
import { startMailBridge } from '../fixtures/application.js';
import { REDIS_START_MS, TestRedis } from '../fixtures/redis.js';
import { SCRIPTED, ScriptedProvider, messages } from '../fixtures/scripted-provider.js';

let redis: TestRedis;
let client: Redis;
let store: RedisRateLimitStore;
let key: string;
let keys = 0;

beforeAll(async () => {
  redis = await TestRedis.start();
  client = redis.client();
  store = storeOf(client);
}, REDIS_START_MS);

afterAll(() => redis.stop());

beforeEach(() => {
  keys += 1;
  key = `provider-${keys}`;
});

const storeOf = (of: RedisScriptClient) => new RedisRateLimitStore(of, { prefix: redis.prefix });

// Reservations so far apart that the time which a test takes is no matter.
const APART_MS = 100_000;
const SLOW = 1000 / APART_MS;
const place = (waitMs: number) => Math.ceil(waitMs / APART_MS);

const failure = (work: Promise<unknown>) =>
  work.then(
    () => undefined,
    (error: unknown) => error,
  );
const outOfReach = (why: string) => ({
  name: 'MailBridgeError',
  code: 'RATE_LIMIT_STORE',
  message: `The rate limit in Redis is out of reach: ${why}`,
});

describe('A rate limit in Redis', () => {
  it('lets the first go at once, and spaces the others evenly', async () => {
    expect(await store.reserve(key, 1, SLOW)).toBe(0);
    const waits = [];
    for (let i = 0; i < 3; i += 1) waits.push(await store.reserve(key, 1, SLOW));
    expect(waits.map(place)).toEqual([1, 2, 3]);
  });

  it('moves the next as far as a reservation costs', async () => {
    const waits = [];
    for (const cost of [5, 0.5, 1, 1]) waits.push(await store.reserve(key, cost, SLOW));
    expect(waits.map((wait) => Math.ceil((2 * wait) / APART_MS))).toEqual([0, 10, 11, 13]);
  });

  it('gives no place twice, whoever asks at the same time', async () => {
    const stores = Array.from({ length: 4 }, () => storeOf(redis.client()));
    const waits = await Promise.all(
      Array.from({ length: 200 }, (_, i) => stores[i % 4]!.reserve(key, 1, SLOW)),
    );
    const places = waits.map(place).toSorted((a, b) => a - b);
    expect(places).toEqual(Array.from({ length: 200 }, (_, i) => i));
  });

  it('is precise to the microsecond', async () => {
    await store.pause(key, APART_MS);
    const before = Number(await client.get(redis.prefix + key));
    for (let i = 0; i < 10; i += 1) await store.reserve(key, 1, 8000);
    expect(Number(await client.get(redis.prefix + key)) - before).toBe(1250);
  });

  it('is one for each key, and for each prefix', async () => {
    await store.reserve(key, 1, SLOW);
    const other = new RedisRateLimitStore(client, { prefix: `${redis.prefix}other:` });
    expect(await store.reserve(`${key}-other`, 1, SLOW)).toBe(0);
    expect(await other.reserve(key, 1, SLOW)).toBe(0);
    expect(place(await store.reserve(key, 1, SLOW))).toBe(1);
  });

  it('N2: a pause is told from the limit, by whichever process it was asked for', async () => {
    for (let i = 0; i < 3; i += 1) await store.reserve(key, 1, SLOW);
    expect(await store.pausedFor(key)).toBe(0);
    await storeOf(redis.client()).pause(key, APART_MS);
    await store.pause(key, 10);
    expect(place(await store.pausedFor(key))).toBe(1);
    expect(await store.pausedFor(`${key}-other`)).toBe(0);
  });

  it('lets nobody go before a pause has passed, however often it is asked for', async () => {
    await store.pause(key, 5 * APART_MS);
    await storeOf(redis.client()).pause(key, APART_MS);
    expect(place(await store.reserve(key, 1, SLOW))).toBe(5);
    await store.pause(key, APART_MS);
    expect(place(await store.reserve(key, 1, SLOW))).toBe(6);
  });

  it.each([
    ['a reservation', () => store.reserve(key, 3, SLOW), 3 * APART_MS],
    ['a pause', () => store.pause(key, APART_MS), APART_MS],
    ['what has passed already', () => store.pause(key, 0), 0],
  ])('leaves nothing behind once %s is over', async (_, use, latestMs) => {
    await use();
    const left = await client.pttl(redis.prefix + key);
    // -2: gone already, -1 would be for ever.
    expect(left).not.toBe(-1);
    expect(left).toBeLessThanOrEqual(latestMs + 1);
    if (latestMs > 0) expect(Math.round(left / APART_MS)).toBe(latestMs / APART_MS);
  });
});

describe('The script', () => {
  it('is sent to a Redis that does not know it', async () => {
    const forgetful = storeOf({
      evalsha: (_, ...rest) => client.evalsha('0'.repeat(40), ...rest),
      eval: (...all) => client.eval(...all),
    });
    expect(await forgetful.reserve(key, 1, SLOW)).toBe(0);
    expect(place(await forgetful.reserve(key, 1, SLOW))).toBe(1);
  });

  it('is not sent again to one that does', async () => {
    await store.reserve(key, 1, SLOW);
    const frugal = storeOf({
      evalsha: (...all) => client.evalsha(...all),
      eval: () => Promise.reject(new Error('sent again')),
    });
    expect(place(await frugal.reserve(key, 1, SLOW))).toBe(1);
  });
});

describe('A Redis that is out of reach', () => {
  it('does not hold mail up: it is given up in time, and left alone for a while', async () => {
    let calls = 0;
    let hangs = true;
    const never = new Promise<unknown>(() => undefined);
    const hung = new RedisRateLimitStore(
      {
        evalsha: () => {
          calls += 1;
          return hangs ? never : Promise.resolve(7000);
        },
        eval: () => never,
      },
      { timeoutMs: 50 },
    );
    await expect(hung.reserve(key, 1, 10)).rejects.toMatchObject(
      outOfReach('it did not answer within 50 ms'),
    );
    await expect(hung.reserve(key, 1, 10)).rejects.toMatchObject(outOfReach('it timed out before'));
    await expect(hung.pause(key, 10)).rejects.toMatchObject(outOfReach('it timed out before'));
    expect(calls).toBe(1);

    hangs = false;
    let wait: number | undefined;
    for (let tries = 0; wait === undefined && tries < 300; tries += 1) {
      await setTimeout(10);
      wait = await hung.reserve(key, 1, 10).catch(() => undefined);
    }
    expect(wait).toBe(7);
  });

  it('is one whose socket is silent: mail goes out all the same', async () => {
    const sockets: Socket[] = [];
    const server = createServer((socket) => sockets.push(socket)).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const silent = new Redis((server.address() as AddressInfo).port);
    const rateLimitStore = new RedisRateLimitStore(silent, { timeoutMs: 50 });
    const provider = new ScriptedProvider();
    const mail = await startMailBridge(
      { ...SCRIPTED, rateLimitStore, providers: { scripted: { rateLimit: 1000 } } },
      [{ provide: ScriptedProvider, useValue: provider }],
    );
    expect(await mail.sendBulk(messages(20))).toMatchObject({ successful: 20 });
    silent.disconnect();
    sockets.forEach((socket) => socket.destroy());
    server.close();
  });

  it('is asked again at once where it was the connection that failed', async () => {
    const flaky = storeOf({
      evalsha: () => Promise.reject(new Error('Connection is closed.')),
      eval: () => Promise.reject(new Error('Connection is closed.')),
    });
    for (let i = 0; i < 2; i += 1) {
      await expect(flaky.reserve(key, 1, 10)).rejects.toMatchObject(
        outOfReach('the connection failed'),
      );
    }
  });

  it.each([null, 'OK', -1])('is one that answers %j', async (answer) => {
    const odd = storeOf({ evalsha: async () => answer, eval: async () => answer });
    await expect(odd.reserve(key, 1, 10)).rejects.toMatchObject(
      outOfReach('it answered something else'),
    );
  });
});

describe('No error', () => {
  const secret = 'hunter2';

  it('of Redis tells more than its code', async () => {
    await client.rpush(redis.prefix + key, secret);
    const error = await failure(store.reserve(key, 1, 10));
    expect(error).toMatchObject(outOfReach('WRONGTYPE'));
    expect(inspect(error, { depth: Infinity })).not.toContain(redis.prefix);
  });

  it('of the connection tells where it went and with what', async () => {
    const closed = new Redis(`redis://:${secret}@127.0.0.1:1/`, { retryStrategy: () => null });
    closed.on('error', () => undefined);
    const error = await failure(storeOf(closed).reserve(key, 1, 10));
    expect(error).toMatchObject(outOfReach('the connection failed'));
    expect(inspect(error, { depth: Infinity })).not.toMatch(/hunter2|127\.0\.0\.1/);
  });
});

describe('A store without a client of ioredis', () => {
  it.each([undefined, 'redis://127.0.0.1', { eval: () => undefined }])('%j is refused', (wrong) => {
    let error: unknown;
    try {
      storeOf(wrong as never);
    } catch (thrown) {
      error = thrown;
    }
    expect(isConfigurationError(error)).toBe(true);
  });
});
