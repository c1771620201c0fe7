import fc from 'fast-check';
import { isEmail } from 'class-validator';
import { formatAddress, parseAddress, parseBareAddress } from '../../lib/message/address.js';

describe('an accepted address', () => {
  const atom = fc.stringMatching(/^[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]{1,20}$/);
  const label = fc
    .stringMatching(/^[a-z]([a-z0-9-]{0,20}[a-z0-9])?$/)
    .filter((text) => !text.startsWith('xn--'));
  const address = fc
    .tuple(
      fc.array(atom, { minLength: 1, maxLength: 3 }),
      fc.array(label, { minLength: 1, maxLength: 3 }),
    )
    .map(([local, domain]) => `${local.join('.')}@${domain.join('.')}.org`);
  const name = fc.string({ unit: 'binary', maxLength: 60 });

  it('reads back to the same mailbox from its written form', () => {
    fc.assert(
      fc.property(address, name, (bare, display) => {
        const parsed = parseAddress({ name: display, address: bare });
        if ('problem' in parsed) return;
        expect(parseAddress(formatAddress(parsed.address))).toEqual(parsed);
        expect(parseAddress(parsed.address)).toEqual(parsed);
      }),
    );
  });

  it('is what the input says after the last bracket, whatever the input', () => {
    const piece = fc.constantFrom(
      'a',
      'b@x.org',
      '<',
      '>',
      '"',
      '\\',
      ',',
      ' ',
      '@',
      '\r\n',
      '(',
      ':',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 8 }), (pieces) => {
        const input = pieces.join('');
        const parsed = parseAddress(input);
        if ('problem' in parsed) return;
        const bare = parsed.address.address;
        expect(input === bare || input.endsWith(`<${bare}>`)).toBe(true);
      }),
      { numRuns: 1000 },
    );
  });

  it('is one that an independent check takes for an address as well', () => {
    fc.assert(
      fc.property(address, (bare) => {
        const parsed = parseBareAddress(bare);
        if ('problem' in parsed) return;
        expect([bare, isEmail(bare, { allow_underscores: false })]).toEqual([bare, true]);
      }),
    );
  });

  it('is found in most well-formed ones', () => {
    const refused = fc.sample(address, 200).filter((bare) => 'problem' in parseBareAddress(bare));
    expect(refused.length).toBeLessThan(10);
  });
});
