import { PhaseClock } from '../../../lib/transport/smtp/phase-clock.js';

const LONG = { connectMs: 60_000, handOverMs: 60_000, answerMs: 60_000 };
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
    expect(timers()).toBe(before + 1);
    end(clock);
    clock.enter('answer');
    expect(timers()).toBe(before);
  });
});
