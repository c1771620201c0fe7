import fc from 'fast-check';
import { cleanText } from '../../lib/contract/clean-text.js';

describe('Words of a provider that are shown', () => {
  it.each([
    ['250 2.0.0 Ok: queued as 4F2', '250 2.0.0 Ok: queued as 4F2'],
    ['  two\r\nlines ', 'two lines'],
    ['to <ada@example.com> and b%40example.com', 'to <[address]> and [address]'],
    ['550 <a.b@[192.0.2.5]>: no', '550 <[address]>: no'],
    ["for o'brien+x@example.com", 'for [address]'],
    ["'@aws-sdk/client-sesv2'", "'@aws-sdk/client-sesv2'"],
    ['at smtp://user:pass@host', 'at smtp://[secret]@host'],
    ['half \ud83d', 'half \ufffd'],
    ['x'.repeat(600), `${'x'.repeat(499)}…`],
  ])('%j', (words, shown) => {
    expect(cleanText(words)).toBe(shown);
  });

  it('hold no secret, address or line break, whatever they are', () => {
    const piece = fc.constantFrom(
      'a',
      ' ',
      '@',
      '%40',
      '//',
      '<',
      '>',
      '\n',
      'é',
      '\ud800',
      'token',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
        const shown = cleanText(pieces.join(''), ['token']);
        expect(shown).not.toMatch(
          /token|[^\s<>()[\]"',;:@%]@[^\s<>()[\]"',;:@]|[\p{Cc}\u2028\u2029]/u,
        );
        expect(shown).toBe(shown.trim().toWellFormed());
      }),
    );
  });
});
