import { getEventListeners } from 'node:events';
import { jest } from '@jest/globals';
import {
  REFUSED_TOGETHER,
  accepted,
  refusedTogether,
  rejected,
  unknown,
  unsent,
  type Submission,
} from '../../lib/contract/submission.js';
import { callHealth, pauseAskedFor } from '../../lib/delivery/call-health.js';
import {
  CircuitBreaker,
  type CallHealth,
  type Passage,
} from '../../lib/delivery/circuit-breaker.js';
import { WaitAllowance } from '../../lib/delivery/wait-allowance.js';
import { seededRandom } from '../fixtures/chaos-proxy.js';

const MINUTE = 60_000;
const never = new AbortController().signal;
const outage = (maxMs: number) => new WaitAllowance({ maxMs, of: 'outage' });
const breaker = () => new CircuitBreaker({ failures: 5, halfOpenAfterMs: 10_000 });

async function call(circuit: CircuitBreaker, health: CallHealth, patienceMs = 0): Promise<boolean> {
  const passage = await circuit.pass(outage(patienceMs), never);
  passage?.report(health);
  return passage !== undefined;
}

async function opened(): Promise<CircuitBreaker> {
  const circuit = breaker();
  for (let i = 0; i < 5; i += 1) await call(circuit, 'unwell');
  return circuit;
}

beforeEach(() => jest.useFakeTimers({ doNotFake: ['nextTick', 'queueMicrotask'] }));
afterEach(() => jest.useRealTimers());

describe('A circuit breaker opens', () => {
  it('on so many failures in a row, and then lets nothing through', async () => {
    const circuit = await opened();
    expect(circuit.state).toBe('open');
    expect(await call(circuit, 'well')).toBe(false);
  });

  it('at once when the provider refuses us', async () => {
    const circuit = breaker();
    await call(circuit, 'refusing-us');
    expect(circuit.state).toBe('open');
  });

  it('when more than half of many calls fail', async () => {
    const circuit = breaker();
    for (let i = 0; i < 40; i += 1) await call(circuit, i % 3 > 0 ? 'unwell' : 'well');
    expect(circuit.state).toBe('open');
  });

  it('whatever was before half a minute ago', async () => {
    const circuit = breaker();
    for (let i = 0; i < 10_000; i += 1) await call(circuit, 'well');
    jest.advanceTimersByTime(31_000);
    for (let i = 0; i < 40; i += 1) await call(circuit, i % 3 > 0 ? 'unwell' : 'well');
    expect(circuit.state).toBe('open');
  });

  it('but not on some failures among many successes', async () => {
    const circuit = breaker();
    for (let i = 0; i < 200; i += 1) await call(circuit, i % 3 === 0 ? 'unwell' : 'well');
    expect(circuit.state).toBe('closed');
  });

  const alternating = (count: number): CallHealth[] =>
    Array.from({ length: count }, (_, i) => (i % 2 === 0 ? 'well' : 'unwell'));

  async function after(...calls: CallHealth[]) {
    const circuit = breaker();
    for (const health of calls) await call(circuit, health);
    return circuit;
  }

  /** Three of four fail, never more in a row. */
  const mostly = (count: number): CallHealth[] =>
    Array.from({ length: count }, (_, i) => (i % 4 === 0 ? 'well' : 'unwell'));

  it.each<[string, CallHealth[], string]>([
    ['half of 20 and five more', mostly(20), 'open'],
    ['14 of 19', mostly(19), 'closed'],
    ['14 of 20', ['well', ...mostly(19)], 'closed'],
    ['half of 98', alternating(98), 'closed'],
    ['half of 100', alternating(100), 'open'],
    [
      'a third of 300',
      Array.from({ length: 300 }, (_, i) => (i % 3 ? 'well' : 'unwell')),
      'closed',
    ],
  ])('when half of the calls fail, of few of them five more: %s', async (_, calls, state) => {
    expect((await after(...calls)).state).toBe(state);
  });

  it.each([
    [29_999, 'open'],
    [30_000, 'closed'],
  ])('when they fail within half a minute: after %i ms', async (ms, state) => {
    const circuit = await after(...mostly(19));
    jest.advanceTimersByTime(ms);
    await call(circuit, 'unwell');
    expect(circuit.state).toBe(state);
  });

  it('but not on calls that were not made after all', async () => {
    const circuit = breaker();
    for (let i = 0; i < 25; i += 1) (await circuit.pass(outage(0), never))?.report(undefined);
    expect(circuit.state).toBe('closed');
  });

  it('and says so, and for how long', async () => {
    const changes: unknown[] = [];
    const onChange = (...change: unknown[]) => changes.push(change);
    const circuit = new CircuitBreaker({ failures: 1, halfOpenAfterMs: 10_000 }, onChange);
    await call(circuit, 'unwell');
    await call(circuit, 'unwell');
    jest.advanceTimersByTime(10_000);
    await call(circuit, 'unwell');
    jest.advanceTimersByTime(20_000);
    await call(circuit, 'well');
    expect(changes).toEqual([
      ['open', 10_000],
      ['half-open', 0],
      ['open', 20_000],
      ['half-open', 0],
      ['closed', 0],
    ]);
  });
});

describe('A circuit breaker that has closed again', () => {
  async function closedAgain() {
    const circuit = await opened();
    jest.advanceTimersByTime(10_000);
    await call(circuit, 'unwell');
    jest.advanceTimersByTime(20_000);
    await call(circuit, 'well');
    return circuit;
  }

  it('counts from the beginning', async () => {
    const circuit = await closedAgain();
    for (let i = 0; i < 4; i += 1) await call(circuit, 'unwell');
    expect(circuit.state).toBe('closed');
    await call(circuit, 'unwell');
    expect(circuit.state).toBe('open');
  });

  it('has forgotten the calls from before', async () => {
    const circuit = breaker();
    for (let i = 0; i < 18; i += 1) await call(circuit, i % 2 === 0 ? 'unwell' : 'well');
    await call(circuit, 'refusing-us');
    jest.advanceTimersByTime(10_000);
    await call(circuit, 'well');
    await call(circuit, 'unwell');
    expect(circuit.state).toBe('closed');
  });

  it('opens for as long as the first time', async () => {
    const circuit = await closedAgain();
    await call(circuit, 'refusing-us');
    jest.advanceTimersByTime(10_000);
    expect(await call(circuit, 'well')).toBe(true);
  });
});

describe('A circuit breaker in a brown-out', () => {
  it('does not flap: a few failures in a row are chance where four calls of ten fail', async () => {
    const random = seededRandom(1);
    const circuit = breaker();
    const openedAt: number[] = [];
    const startedAt = performance.now();
    while (performance.now() < startedAt + 10 * MINUTE) {
      const before = circuit.state;
      await call(circuit, random() < 0.4 ? 'unwell' : 'well');
      if (before === 'closed' && circuit.state === 'open') openedAt.push(performance.now());
      jest.advanceTimersByTime(10);
    }
    const inOneMinute = (from: number) =>
      openedAt.filter((at) => at >= from && at < from + MINUTE).length;
    expect(Math.max(0, ...openedAt.map(inOneMinute))).toBeLessThanOrEqual(2);
  });

  it('opens all the same when it becomes an outage', async () => {
    const circuit = breaker();
    for (let i = 0; i < 1_000; i += 1) await call(circuit, i % 5 < 2 ? 'unwell' : 'well');
    expect(circuit.state).toBe('closed');
    for (let i = 0; i < 30; i += 1) await call(circuit, 'unwell');
    expect(circuit.state).toBe('open');
  });
});

describe('An open circuit breaker', () => {
  it('lets one call probe after its time, and closes when that goes well', async () => {
    const circuit = await opened();
    jest.advanceTimersByTime(10_000);
    const probe = await circuit.pass(outage(0), never);
    expect([probe !== undefined, circuit.state]).toEqual([true, 'half-open']);
    expect(await circuit.pass(outage(0), never)).toBeUndefined();
    probe?.report('well');
    expect(circuit.state).toBe('closed');
  });

  it('stays open twice as long when the probe fails, up to five minutes', async () => {
    const circuit = await opened();
    let wait = 10_000;
    for (let i = 0; i < 8; i += 1) {
      jest.advanceTimersByTime(wait - 1);
      expect(await call(circuit, 'well')).toBe(false);
      jest.advanceTimersByTime(1);
      expect(await call(circuit, 'unwell')).toBe(true);
      wait = Math.min(2 * wait, 300_000);
    }
  });

  it('lets another call probe when the first was not made after all', async () => {
    const circuit = await opened();
    jest.advanceTimersByTime(10_000);
    (await circuit.pass(outage(0), never))?.report(undefined);
    expect(await call(circuit, 'unwell')).toBe(true);
    jest.advanceTimersByTime(19_999);
    expect(await call(circuit, 'well')).toBe(false);
    jest.advanceTimersByTime(1);
    expect(await call(circuit, 'well')).toBe(true);
  });

  it('is waited for by those who have the patience, all of whom go when the probe went well', async () => {
    const circuit = await opened();
    const passages: (Passage | undefined)[] = [];
    for (let i = 0; i < 3; i += 1) {
      void Promise.resolve(circuit.pass(outage(60_000), never)).then((passage) =>
        passages.push(passage),
      );
    }
    await jest.advanceTimersByTimeAsync(10_000);
    expect(passages).toHaveLength(1);
    passages[0]?.report('well');
    await jest.advanceTimersByTimeAsync(0);
    expect(passages.filter((passage) => passage !== undefined)).toHaveLength(3);
    expect(jest.getTimerCount()).toBe(0);
  });

  it('is not waited for beyond the patience of who waits, counted from when it went down', async () => {
    jest.advanceTimersByTime(5_000);
    const circuit = await opened();
    const { signal } = new AbortController();
    jest.advanceTimersByTime(10_000);
    await call(circuit, 'unwell');
    jest.advanceTimersByTime(2_000);
    const given: string[] = [];
    void Promise.resolve(circuit.pass(outage(15_000), signal)).then((passage) =>
      given.push(passage === undefined ? 'nothing' : 'a passage'),
    );
    await jest.advanceTimersByTimeAsync(2_999);
    expect(given).toEqual([]);
    await jest.advanceTimersByTimeAsync(1);
    expect(given).toEqual(['nothing']);
    expect(jest.getTimerCount()).toBe(0);
    expect(getEventListeners(signal, 'abort')).toEqual([]);
  });

  it('is waited for while another probes, as long as the patience lasts', async () => {
    const circuit = await opened();
    jest.advanceTimersByTime(10_000);
    const probe = await circuit.pass(outage(0), never);
    const given: string[] = [];
    for (const patience of [12_000, 60_000]) {
      void Promise.resolve(circuit.pass(outage(patience), never)).then((passage) =>
        given.push(`${patience}: ${passage === undefined ? 'nothing' : 'a passage'}`),
      );
    }
    await jest.advanceTimersByTimeAsync(1_999);
    expect(given).toEqual([]);
    await jest.advanceTimersByTimeAsync(1);
    expect(given).toEqual(['12000: nothing']);
    probe?.report('well');
    await jest.advanceTimersByTimeAsync(0);
    expect(given).toEqual(['12000: nothing', '60000: a passage']);
  });

  it('lets nobody through whose signal has fired already', async () => {
    const circuit = await opened();
    jest.advanceTimersByTime(10_000);
    expect(await circuit.pass(outage(60_000), AbortSignal.abort())).toBeUndefined();
    expect(circuit.state).toBe('open');
  });

  it('is not waited for any longer after an abort', async () => {
    const circuit = await opened();
    const abort = new AbortController();
    const waiting = circuit.pass(outage(60_000), abort.signal);
    abort.abort();
    expect(await waiting).toBeUndefined();
    expect(jest.getTimerCount()).toBe(0);
    expect(getEventListeners(abort.signal, 'abort')).toEqual([]);
  });

  it('is not moved by calls that were under way when it opened', async () => {
    const circuit = breaker();
    const late = await circuit.pass(outage(0), never);
    for (let i = 0; i < 5; i += 1) await call(circuit, 'unwell');
    jest.advanceTimersByTime(10_000);
    const probe = await circuit.pass(outage(0), never);
    late?.report('well');
    expect(circuit.state).toBe('half-open');
    probe?.report('unwell');
    expect(circuit.state).toBe('open');
  });
});

describe('What a call says of its provider', () => {
  const failure = (
    scope: 'network' | 'provider' | 'sender' | 'recipient' | 'message',
    category: 'unknown' | 'auth' | 'quota' | 'rate-limit' = 'unknown',
  ) => ({ code: 'X', message: 'x', scope, category }) as const;

  const heldBack = unsent({ code: REFUSED_TOGETHER, message: 'held back' });

  it.each<[string, readonly Submission[], CallHealth | undefined]>([
    ['accepted', [accepted()], 'well'],
    ['a refused message', [rejected(failure('message'))], 'well'],
    ['a refused recipient', [rejected(failure('recipient'))], 'well'],
    ['a message that the provider as such refuses', [rejected(failure('provider'))], 'well'],
    ['a recipient refused for now', [unsent(failure('recipient'))], 'well'],
    ['a refused sender', [unsent(failure('sender'))], 'well'],
    ['a rate limit', [unsent(failure('provider', 'rate-limit'))], 'well'],
    ['no connection', [unsent(failure('network'))], 'unwell'],
    ['an error of the provider', [unsent(failure('provider'))], 'unwell'],
    ['a lost answer', [unknown(failure('network'))], 'unwell'],
    ['a lost answer of one who refuses us', [unknown(failure('provider', 'auth'))], 'unwell'],
    ['a rate limit of the network', [unsent(failure('network', 'rate-limit'))], 'well'],
    ['nothing', [], 'well'],
    ['one of many', [accepted(), unknown(failure('provider'))], 'unwell'],
    ['a refused key', [unsent(failure('provider', 'auth'))], 'refusing-us'],
    ['H14: a quota that is used up', [unsent(failure('provider', 'quota'))], 'refusing-us'],
    ['H1: what is held back with its neighbours', refusedTogether(2, failure('message')), 'well'],
    ['H1: a call that is divided', [heldBack, heldBack], undefined],
    ['H1: a call of which a part is held back', [heldBack, accepted()], 'well'],
  ])('%s: %s', (_, submissions, health) => {
    expect(callHealth(submissions)).toBe(health);
  });

  it('how long it asks to be left alone, where it speaks for all', () => {
    const wait = (scope: 'provider' | 'recipient') =>
      unsent({ ...failure(scope), retryAfterMs: 5000 });
    expect(pauseAskedFor([accepted(), wait('provider')])).toBe(5000);
    expect(pauseAskedFor([wait('recipient')])).toBe(0);
    expect(pauseAskedFor([unsent(failure('provider'))])).toBe(0);
    expect(pauseAskedFor([unknown({ ...failure('provider'), retryAfterMs: 5000 })])).toBe(0);
    expect(
      pauseAskedFor([
        unsent({ ...failure('provider'), retryAfterMs: 1 }),
        wait('provider'),
        unsent({ ...failure('provider'), retryAfterMs: 2 }),
      ]),
    ).toBe(5000);
    expect(pauseAskedFor([accepted()])).toBe(0);
  });
});
