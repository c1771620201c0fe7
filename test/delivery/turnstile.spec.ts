import { jest } from '@jest/globals';
import { MemoryRateLimitStore, type RateLimitStore } from '../../lib/delivery/rate-limit.js';
import { Turnstile, type Entrant } from '../../lib/delivery/turnstile.js';
import { WaitAllowance } from '../../lib/delivery/wait-allowance.js';

const never = new AbortController().signal;
const waits = (maxMs: number) => new WaitAllowance({ maxMs, of: 'send' });
const entrant = (change: Partial<Entrant> = {}): Entrant => ({
  lane: 'normal',
  cost: 1,
  allowance: waits(Infinity),
  signal: never,
  ...change,
});

beforeEach(() => jest.useFakeTimers({ doNotFake: ['nextTick', 'queueMicrotask'] }));
afterEach(() => jest.useRealTimers());

/** When each of so many entrants got in, in milliseconds of the fake clock. */
async function entries(turnstile: Turnstile, entrants: readonly Entrant[]): Promise<number[]> {
  const start = performance.now();
  const times: number[] = [];
  for (const each of entrants) {
    void Promise.resolve(turnstile.enter(each)).then((entered) => {
      if (entered) times.push(Math.round(performance.now() - start));
      if (entered) turnstile.leave();
    });
  }
  await jest.advanceTimersByTimeAsync(60_000);
  return times;
}

const limited = (perSecond: number, store: RateLimitStore = new MemoryRateLimitStore()) =>
  new Turnstile({ maxInFlight: Infinity, rate: { perSecond, per: 'message', key: 'acme', store } });

describe('A turnstile lets so many in at a time', () => {
  it('the others when a place is free, the urgent ones first', async () => {
    const turnstile = new Turnstile({ maxInFlight: 1, rate: undefined });
    expect(turnstile.enter(entrant())).toBe(true);
    const order: string[] = [];
    for (const lane of ['bulk', 'normal', 'high'] as const) {
      void Promise.resolve(turnstile.enter(entrant({ lane }))).then(() => {
        order.push(lane);
        turnstile.leave();
      });
    }
    turnstile.leave();
    await jest.advanceTimersByTimeAsync(0);
    expect(order).toEqual(['high', 'normal', 'bulk']);
  });

  it('none whose signal has fired, also while waiting', async () => {
    const turnstile = new Turnstile({ maxInFlight: 1, rate: undefined });
    const abort = new AbortController();
    expect(turnstile.enter(entrant())).toBe(true);
    const waiting = turnstile.enter(entrant({ signal: abort.signal }));
    abort.abort();
    expect(await waiting).toBe(false);
    expect(turnstile.enter(entrant({ signal: abort.signal }))).toBe(false);
    turnstile.leave();
    expect(turnstile.enter(entrant())).toBe(true);
  });
});

describe('A rate limit', () => {
  it('spaces entries evenly', async () => {
    const times = await entries(
      limited(10),
      Array.from({ length: 6 }, () => entrant()),
    );
    expect(times).toEqual([0, 100, 200, 300, 400, 500]);
  });

  it('counts a call of many messages as many', async () => {
    const times = await entries(limited(10), [entrant({ cost: 5 }), entrant(), entrant()]);
    expect(times).toEqual([0, 500, 600]);
  });

  it('is one for all who share its store', async () => {
    const store = new MemoryRateLimitStore();
    const [one, other] = [limited(10, store), limited(10, store)];
    const three = Array.from({ length: 3 }, () => entrant());
    const [a, b] = [entries(one, three), entries(other, three)];
    const times = [...(await a), ...(await b)].toSorted((x, y) => x - y);
    expect(times).toEqual([0, 100, 200, 300, 400, 500]);
  });

  it('lets the urgent overtake those who wait', async () => {
    const turnstile = limited(1);
    const order: string[] = [];
    for (const lane of ['bulk', 'bulk', 'bulk', 'high'] as const) {
      void Promise.resolve(turnstile.enter(entrant({ lane }))).then(() => order.push(lane));
    }
    await jest.advanceTimersByTimeAsync(10_000);
    expect(order.slice(0, 2)).toContain('high');
  });

  it('holds in this process where the store is out of reach', async () => {
    const broken: RateLimitStore = {
      reserve: () => Promise.reject(new Error('connection refused')),
      pause: () => Promise.reject(new Error('connection refused')),
    };
    const turnstile = limited(10, broken);
    turnstile.pauseFor(1000);
    const times = await entries(turnstile, [entrant(), entrant(), entrant()]);
    expect(times).toEqual([1000, 1100, 1200]);
  });
});

describe('A pause', () => {
  it('holds everybody back for its time', async () => {
    const turnstile = new Turnstile({ maxInFlight: 5, rate: undefined });
    turnstile.pauseFor(2000);
    expect(await entries(turnstile, [entrant(), entrant()])).toEqual([2000, 2000]);
  });

  it('turns away at once who would not wait that long', async () => {
    const turnstile = new Turnstile({ maxInFlight: 1, rate: undefined });
    expect(turnstile.enter(entrant())).toBe(true);
    const waiting = turnstile.enter(entrant({ allowance: waits(1000) }));
    turnstile.pauseFor(2000);
    expect(await waiting).toBe(false);
    expect(turnstile.enter(entrant({ allowance: waits(1000) }))).toBe(false);
  });

  it('N2: also where pauses come one after the other, since their sum counts', async () => {
    const turnstile = new Turnstile({ maxInFlight: 1, rate: undefined });
    turnstile.pauseFor(800);
    const allowance = waits(1000);
    const waiting = turnstile.enter(entrant({ allowance }));
    await jest.advanceTimersByTimeAsync(600);
    turnstile.pauseFor(500);
    expect(await waiting).toBe(false);
    expect(allowance.leftMs()).toBeLessThanOrEqual(400);
  });

  it('N2: of another process is no limit: the store tells', async () => {
    const store = new MemoryRateLimitStore();
    const turnstile = limited(10, store);
    store.pause('acme', 12_000);
    const patient = Promise.resolve(turnstile.enter(entrant()));
    const waiting = Promise.resolve(turnstile.enter(entrant({ allowance: waits(1000) })));
    await jest.advanceTimersByTimeAsync(0);
    expect(await waiting).toBe(false);
    expect(turnstile.pausedForMs).toBeGreaterThan(11_000);
    await jest.advanceTimersByTimeAsync(12_000);
    expect(await patient).toBe(true);
  });

  it('N2: but the limit itself is waited for, however long that takes', async () => {
    const turnstile = limited(1);
    const times = await entries(
      turnstile,
      Array.from({ length: 5 }, () => entrant({ allowance: waits(10) })),
    );
    expect(times).toEqual([0, 1000, 2000, 3000, 4000]);
  });

  it('leaves no timer when nobody waits any more', async () => {
    const turnstile = new Turnstile({ maxInFlight: 1, rate: undefined });
    const abort = new AbortController();
    turnstile.pauseFor(3_600_000);
    const waiting = turnstile.enter(entrant({ signal: abort.signal }));
    abort.abort();
    expect(await waiting).toBe(false);
    await jest.advanceTimersByTimeAsync(0);
    expect(jest.getTimerCount()).toBe(0);
  });
});
