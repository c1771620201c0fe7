import { asciiDomain, isInternational } from '../../lib/message/domain.js';

const label63 = 'b'.repeat(63);
const longest = `${`${label63}.`.repeat(3)}${'c'.repeat(59)}.d`;

const punycode = `bücher.${`${label63}.`.repeat(3)}`;

describe('A domain travels as it is written, or as punycode', () => {
  it.each([
    ['x.org', 'x.org'],
    ['X.Example.ORG', 'X.Example.ORG'],
    ['a-b.x9.org', 'a-b.x9.org'],
    ['9.x.org', '9.x.org'],
    ['x.o', 'x.o'],
    ['x.3d', 'x.3d'],
    ['x.0xyz', 'x.0xyz'],
    ['x.a0x1', 'x.a0x1'],
    [longest, longest],
    ['xn--bcher-kva.example', 'xn--bcher-kva.example'],
    ['XN--BCHER-KVA.example', 'XN--BCHER-KVA.example'],
    ['mail.xn--bcher-kva.example', 'mail.xn--bcher-kva.example'],
    ['axn--b.example', 'axn--b.example'],
    ['bücher.example', 'xn--bcher-kva.example'],
    [
      `${punycode}${'c'.repeat(45)}.d`,
      `${punycode.replace('bücher', 'xn--bcher-kva')}${'c'.repeat(45)}.d`,
    ],
    ['mail.bücher.example', 'mail.xn--bcher-kva.example'],
    ['BÜCHER.example', 'xn--bcher-kva.example'],
    ['bu\u0308cher.example', 'xn--bcher-kva.example'],
  ])('%s', (domain, ascii) => {
    expect(asciiDomain(domain)).toBe(ascii);
  });
});

describe('What is no domain of at least two labels is refused', () => {
  it.each([
    ['', 'nothing'],
    ['localhost', 'one label'],
    ['bücher', 'one international label'],
    [`x${longest}`, 'a label of 64'],
    [`e.${longest}`, '255 bytes'],
    [`${`${label63}.`.repeat(3)}${'c'.repeat(60)}.d`, '254 bytes'],
    [`ü${`${label63}.`.repeat(3)}${'c'.repeat(50)}.d`, 'more than 253 bytes as punycode'],
    [`ü.${`${label63}.`.repeat(3)}${'c'.repeat(54)}.d`, 'a little more'],
    [`${punycode}${'c'.repeat(46)}.d`, '254 bytes as punycode'],
    ['☃.example', 'a picture'],
    ['☃x.example', 'a picture first'],
    ['x.ex☃', 'a picture last'],
    ['x.1', 'a number last'],
    ['127.0.0.1', 'an IPv4 address'],
    ['x.0x1F', 'a hexadecimal number last'],
    ['x.0x', 'the beginning of one'],
    ['x.0XfF', 'one in capitals'],
    ['-x.org', 'a hyphen first'],
    ['x-.org', 'a hyphen last'],
    ['x.-o', 'a hyphen first in the last label'],
    ['x..org', 'an empty label'],
    ['.x.org', 'a dot first'],
    ['x.org.', 'a dot last'],
    ['x org.example', 'a space'],
    ['x.org\n', 'a line end'],
    ['>x.org', 'a bracket'],
    ['xn--.example', 'punycode of nothing'],
    ['xn--a.example', 'punycode that cannot be decoded'],
    ['mail.xn--a.example', 'the same behind a dot'],
    ['XN--A.example', 'the same in capitals'],
    ['bü\u00adcher.example', 'a soft hyphen'],
    ['bü cher.example', 'a space beside a letter'],
    ['ｅxample.org', 'a full-width letter'],
    ['büﬁ.example', 'a ligature'],
    ['\u212Aelvin.example', 'the Kelvin sign'],
    ['bü.\u212Aelvin.example', 'the Kelvin sign behind another label'],
  ])('%s: %s', (domain) => {
    expect(asciiDomain(domain)).toBeUndefined();
  });
});

describe('International is what ASCII cannot carry', () => {
  it.each([
    ['', false],
    ['a@x.org~\x7f', false],
    ['\x80', true],
    ['plain ž', true],
  ])('%j: %s', (text, expected) => {
    expect(isInternational(text)).toBe(expected);
  });
});
