import { jest } from '@jest/globals';
import { PhaseClock } from '../../../lib/transport/smtp/phase-clock.js';
import { smtpTimeouts } from '../../fixtures/smtp-pool.js';

const LONG = smtpTimeouts(60_000);
const timers = () => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;

describe('The clock of a message', () => {
  it('ends it once, for the first reason', () => {
    const controller = new AbortController();
    const clock = new PhaseClock(LONG, controller.signal);
    const heard: string[] = [];
    clock.watch((expiry) => heard.push(expiry));
    clock.expire('closed');
    controller.abort();
    expect([heard, clock.expired]).toEqual([['closed'], 'closed']);
  });

  it('has run out before it began where the signal has fired', () => {
    expect(new PhaseClock(LONG, AbortSignal.abort()).expired).toBe('aborted');
  });

  it.each<[string, (clock: PhaseClock) => void]>([
    ['stopped', (clock) => clock.stop()],
    ['run out', (clock) => clock.expire('closed')],
  ])('starts no timer any more once it has %s', (_, end) => {
    const before = timers();
    const clock = new PhaseClock(LONG, new AbortController().signal);
    clock.enter('connect');
    expect(timers()).toBe(before + 2);
    end(clock);
    clock.enter('answer');
    expect(timers()).toBe(before);
  });

  describe('as time goes by', () => {
    beforeEach(() => jest.useFakeTimers());
    afterEach(() => jest.useRealTimers());

    const start = (limits: Partial<ReturnType<typeof smtpTimeouts>>): PhaseClock =>
      new PhaseClock({ ...LONG, ...limits }, new AbortController().signal);

    it('S4: goes on as long as there is progress, and ends without', () => {
      const clock = start({ handOverMs: 1_000 });
      clock.enter('handOver');
      for (let i = 0; i < 10; i += 1) {
        jest.advanceTimersByTime(999);
        clock.progress();
      }
      expect(clock.expired).toBeUndefined();
      jest.advanceTimersByTime(1_000);
      expect(clock.expired).toBe('timeout');
      clock.progress();
      expect(jest.getTimerCount()).toBe(0);
    });

    it('S4: ends in the end, whatever the progress', () => {
      const clock = start({ handOverMs: 1_000, totalMs: 5_000 });
      clock.enter('reply');
      for (let i = 0; i < 5; i += 1) {
        clock.enter('handOver');
        jest.advanceTimersByTime(999);
        clock.progress();
      }
      jest.advanceTimersByTime(5);
      expect(clock.expired).toBe('timeout');
    });

    it('S15: gives each phase a time of its own', () => {
      const clock = start({ connectMs: 10, greetingMs: 30, tlsMs: 20, replyMs: 40 });
      for (const [phase, ms] of [
        ['connect', 9],
        ['greeting', 29],
        ['reply', 39],
        ['tls', 19],
        ['reply', 39],
      ] as const) {
        clock.enter(phase);
        jest.advanceTimersByTime(ms);
      }
      expect(clock.expired).toBeUndefined();
      jest.advanceTimersByTime(1);
      expect(clock.expired).toBe('timeout');
    });

    it('S1: stands still while a message waits, and takes its time anew', () => {
      const clock = start({ greetingMs: 1_000, totalMs: 1_500 });
      clock.enter('greeting');
      jest.advanceTimersByTime(1_000);
      clock.rest();
      jest.advanceTimersByTime(3_600_000);
      expect(clock.expired).toBeUndefined();
      clock.enter('greeting');
      jest.advanceTimersByTime(999);
      expect(clock.expired).toBeUndefined();
      clock.stop();
      expect(jest.getTimerCount()).toBe(0);
    });
  });
});
