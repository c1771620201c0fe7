import fc from 'fast-check';
import { retryAfterMs } from '../../../lib/providers/api/retry-after.js';
import { waitMs } from '../../../lib/providers/mailgun/mailgun-refusals.js';

const HOUR = 3_600_000;
const NOW = Date.UTC(1994, 10, 6, 8, 49, 0);
const PROSE = 'Domain example.com is not allowed to send: request limit exceeded, try again after';

describe('Retry-After is read', () => {
  it.each([
    ['seconds', '120', 120_000],
    ['no time at all', '0', 0],
    ['parts of a second', '1.5', 1_500],
    ['hundredths of a second', '1.25', 1_250],
    ['seconds with space around them', ' 7 ', 7_000],
    ['a date', 'Sun, 06 Nov 1994 08:49:37 GMT', 37_000],
    ['the date of RFC 850', 'Sunday, 06-Nov-94 08:49:37 GMT', 37_000],
    ['the date of asctime, which is in UTC', 'Sun Nov  6 08:49:37 1994', 37_000],
    ['a date with UTC for GMT', 'Sun, 06 Nov 1994 08:49:37 UTC', 37_000],
    ['a date that is over', 'Sun, 06 Nov 1994 08:48:37 GMT', 0],
    ['a date far away', 'Mon, 06 Nov 2094 08:49:37 GMT', HOUR],
    ['more than an hour', '3601', HOUR],
    ['a number without end', '9'.repeat(400), HOUR],
  ])('in the form of %s: %s', (_, value, ms) => {
    expect(retryAfterMs(value, NOW)).toBe(ms);
  });

  it.each([
    ['nothing', undefined],
    ['no text', ''],
    ['blanks', '  '],
    ['a negative number', '-1'],
    ['a number with a unit', '5s'],
    ['a number of another notation', '0x10'],
    ['two values', '3, 5'],
    ['words with a number, which a lenient reader takes for a date', 'slot 7'],
    ['words before a date', 'on Sun, 06 Nov 1994 08:49:37 GMT'],
    ['words after it', 'Sun, 06 Nov 1994 08:49:37 GMT or so'],
    ['a day that there is not', 'Sun, 36 Nov 1994 08:49:37 GMT'],
    ['a date with an offset', 'Sun, 06 Nov 1994 08:49:37 GMT+0500'],
    ['a zone of its own', 'Sun, 06 Nov 1994 08:49:37 PST'],
    ['words before seconds', 'in 5'],
  ])('never out of %s', (_, value) => {
    expect(retryAfterMs(value, NOW)).toBeUndefined();
  });

  it('as the seconds or the moment that it says, within an hour, whatever it says', () => {
    const date = fc.date({ noInvalidDate: true, min: new Date(0), max: new Date(9e12) });
    const hour = (ms: number) => Math.min(Math.max(0, ms), HOUR);
    fc.assert(
      fc.property(fc.nat(), date, fc.nat(4e12), (seconds, when, now) => {
        expect(retryAfterMs(String(seconds), now)).toBe(hour(seconds * 1000));
        const whole = Math.floor(when.getTime() / 1000) * 1000;
        expect(retryAfterMs(when.toUTCString(), now)).toBe(hour(whole - now));
      }),
    );
  });

  it('as nothing or a time between none and an hour, whatever stands there', () => {
    const piece = fc.constantFrom('-', '1', '99999999', 'Sun', ', ', ' ', ':', '08:49:37', 'GMT');
    const text = fc.oneof(
      fc.string(),
      fc.array(piece).map((pieces) => pieces.join('')),
    );
    fc.assert(
      fc.property(text, (value) => {
        for (const wait of [retryAfterMs(value), waitMs(value), waitMs(`${PROSE} ${value}`)]) {
          if (wait === undefined) continue;
          expect(wait).toBeGreaterThanOrEqual(0);
          expect(wait).toBeLessThanOrEqual(HOUR);
        }
      }),
    );
  });
});

describe('The prose of Mailgun is read', () => {
  it.each([
    ['seconds', '120 seconds', 120_000],
    ['one second', '1 second', 1_000],
    ['minutes', '2 Minutes', 120_000],
    ['an hour at most', '9 hours', HOUR],
    ['with a full stop', '60 seconds.', 60_000],
    ['a date that is over', 'Mon, 20 Dec 2021 20:33:21 UTC', 0],
    ['such a date with a full stop', 'Mon, 20 Dec 2021 20:33:21 UTC.', 0],
  ])('%s', (_, words, ms) => {
    expect(waitMs(`${PROSE} ${words}`)).toBe(ms);
  });

  it('a date counts from now', () => {
    const soon = new Date(Date.now() + 600_000).toUTCString().replace('GMT', 'UTC');
    const wait = waitMs(`${PROSE} ${soon}`);
    expect(wait).toBeGreaterThan(0);
    expect(wait).toBeLessThanOrEqual(600_000);
  });

  it.each(['a while', '5 fortnights', 'about 7 seconds'])('but not %s', (words) => {
    expect(waitMs(`${PROSE} ${words}`)).toBeUndefined();
  });

  it('and not where no time is spoken of', () => {
    expect(waitMs('Domain example.com is not allowed to send')).toBeUndefined();
  });
});
