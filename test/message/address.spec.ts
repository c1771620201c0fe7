import {
  formatAddress,
  isSpecialAddress,
  parseAddress,
  parseBareAddress,
} from '../../lib/message/address.js';

const local64 = 'a'.repeat(64);
const label63 = 'b'.repeat(63);

describe('an address is taken as it is written', () => {
  it.each([
    ['a bare address', 'ada@example.org', { address: 'ada@example.org' }],
    ['the case as given', 'Ada.L@Example.ORG', { address: 'Ada.L@Example.ORG' }],
    [
      'every atom character',
      "a!#$%&'*+/?=^_`{|}~-b@x.org",
      { address: "a!#$%&'*+/?=^_`{|}~-b@x.org" },
    ],
    [
      'a name',
      'Ada Lovelace <ada@example.org>',
      { name: 'Ada Lovelace', address: 'ada@example.org' },
    ],
    [
      'a name of another script',
      'Žofie Čapková <z@x.org>',
      { name: 'Žofie Čapková', address: 'z@x.org' },
    ],
    [
      'a quoted name',
      '"Lovelace, Ada" <ada@x.org>',
      { name: 'Lovelace, Ada', address: 'ada@x.org' },
    ],
    [
      'escapes in quotes',
      '"Ada \\"A\\" \\\\ L" <ada@x.org>',
      { name: 'Ada "A" \\ L', address: 'ada@x.org' },
    ],
    [
      'an address in a quoted name',
      '"<e@evil.org>" <ada@x.org>',
      { name: '<e@evil.org>', address: 'ada@x.org' },
    ],
    ['angles without a name', '<ada@x.org>', { address: 'ada@x.org' }],
    ['an empty name', '"" <ada@x.org>', { address: 'ada@x.org' }],
    ['an object', { address: 'ada@x.org' }, { address: 'ada@x.org' }],
    [
      'an object with a name',
      { name: ' Ada, "L" ', address: 'ada@x.org' },
      { name: 'Ada, "L"', address: 'ada@x.org' },
    ],
    ['an undefined name', { name: undefined, address: 'ada@x.org' }, { address: 'ada@x.org' }],
    [
      'a lone surrogate in a name',
      { name: 'a\ud800b', address: 'ada@x.org' },
      { name: 'a\ufffdb', address: 'ada@x.org' },
    ],
    ['an international domain', 'a@bücher.example', { address: 'a@xn--bcher-kva.example' }],
    ['its punycode', 'a@xn--bcher-kva.example', { address: 'a@xn--bcher-kva.example' }],
    [
      'an international domain in capitals',
      'a@BÜCHER.example',
      { address: 'a@xn--bcher-kva.example' },
    ],
    ['decomposed letters', 'a@bu\u0308cher.example', { address: 'a@xn--bcher-kva.example' }],
    ['an eszett, which is its own letter', 'a@faß.example', { address: 'a@xn--fa-hia.example' }],
    [
      'a domain written from right to left',
      'a@مثال.إختبار',
      { address: 'a@xn--mgbh0fb.xn--kgbechtv' },
    ],
    [
      'a Persian domain with a non-joiner',
      'a@نامه\u200cای.com',
      { address: 'a@xn--mgba3gch31f060k.com' },
    ],
    ['its punycode', 'a@xn--mgba3gch31f060k.com', { address: 'a@xn--mgba3gch31f060k.com' }],
    [
      'a domain of Devanagari with a joiner',
      'a@क्\u200dष.com',
      { address: 'a@xn--11b2ezcw70k.com' },
    ],
    [
      'an international local part',
      'žluť@bücher.example',
      { address: 'žluť@xn--bcher-kva.example' },
    ],
    ['the longest local part', `${local64}@x.org`, { address: `${local64}@x.org` }],
    ['the longest label', `a@${label63}.org`, { address: `a@${label63}.org` }],
  ])('%s', (_case, input, address) => {
    expect(parseAddress(input)).toEqual({ address });
  });
});

describe('an address that mail servers take and no API', () => {
  const label = 'c'.repeat(60);

  it.each([
    ['quotes for a dot at the end', '"user."@docomo.ne.jp'],
    ['quotes for two dots', '"a..b"@docomo.ne.jp'],
    ['a space', '"john doe"@example.com'],
    ['an at sign', '"user@gmail.com x"@internal.example'],
    ['a comma', '"a,b"@example.com'],
    ['escapes', '"a\\"b\\\\c"@example.com'],
    ['letters outside ASCII', '"jürgen müller"@example.com'],
    ['quotes for nothing', '"ada"@example.com'],
    ['64 bytes', `"${'a'.repeat(62)}"@example.com`],
    ['an IPv4 literal', 'user@[192.0.2.5]'],
    ['the loopback', 'a@[127.0.0.1]'],
    ['an IPv6 literal', 'a@[IPv6:2001:db8::1]'],
    ['the shortest one', 'a@[IPv6:::1]'],
    ['one with IPv4 in it', 'a@[IPv6:::ffff:192.0.2.5]'],
    ['its tag in small letters', 'a@[ipv6:::1]'],
    ['localhost', 'root@localhost'],
    ['localhost in capitals', 'root@LOCALHOST'],
    ['a name below it', 'root@mail.localhost'],
    ['both', '"a b"@[192.0.2.5]'],
    ['a long name below it', `a@${label}.${label}.localhost`],
  ])('S17: %s', (_case, address) => {
    expect(parseAddress(address)).toEqual({ address: { address } });
    expect(parseAddress({ name: 'Ada', address })).toEqual({ address: { name: 'Ada', address } });
    expect(parseAddress(`"A, B" <${address}>`)).toEqual({ address: { name: 'A, B', address } });
    expect(parseAddress(formatAddress({ name: 'Ada', address }))).toEqual({
      address: { name: 'Ada', address },
    });
    expect(isSpecialAddress(address)).toBe(true);
  });

  it.each(['a@localhost.example', 'a@mylocalhost.org', 'a@x.at', 'localhost@x.org', 'a"b@x.net'])(
    'S17: is not %s',
    (address) => {
      expect(isSpecialAddress(address)).toBe(false);
    },
  );
});

describe('what is not surely one mailbox is refused, never repaired or dropped', () => {
  it.each([
    ['nothing', ''],
    ['empty angles', '<>'],
    ['a name alone', 'root'],
    ['no local part', '@example.org'],
    ['no domain', 'a@'],
    ['one label', 'a@example'],
    ['one label that only ends so', 'a@mylocalhost'],
    ['a space inside', 'a b@example.com'],
    ['a space before', ' a@example.com'],
    ['a space after', 'a@example.com '],
    ['two at signs', 'a@x.com@evil.example'],
    ['NUL before a second at sign', 'a@x.com\0@evil.example'],
    ['a full-width at sign', 'a＠example.com'],
    ['an empty quoted local part', '""@x.org'],
    ['a quote in a quoted local part', '"a"b"@x.org'],
    ['quotes in part of a local part', '"a".b@x.org'],
    ['a backslash at its end', '"a\\"@x.org'],
    ['an angle bracket in it', '"a>b"@x.org'],
    ['an escaped angle bracket in it', '"a\\<b"@x.org'],
    ['a tab in it', '"a\tb"@x.org'],
    ['a line end in it', '"a\r\nb"@x.org'],
    ['a picture in it', '"☃"@x.org'],
    ['65 bytes in it', `"${'a'.repeat(63)}"@x.org`],
    ['an encoded word', '=?utf-8?q?a?=foo@example.com'],
    ['the beginning of one', 'a=?b@example.com'],
    ['an encoded word in quotes', '"=?utf-8?q?a?= foo"@example.com'],
    ['an encoded word in an object', { name: 'A', address: '=?utf-8?b?YQ==?=@example.com' }],
    ['a bracket that does not close', 'Ada <a@x.orgx'],
    ['a comment', 'a(comment)@x.org'],
    ['a comment behind', 'a@x.org (Ada)'],
    ['a group', 'friends: a@x.org, b@x.org;'],
    ['a route', '<@relay.example:a@x.org>'],
    ['a list', 'a@example.com, evil@attacker.example'],
    ['a list with semicolons', 'a@example.com;evil@attacker.example'],
    ['a list of named ones', 'A <a@x.org>, B <b@x.org>'],
    ['a list in an object', { address: 'a@example.com, evil@attacker.example' }],
    ['a name in an object address', { address: 'A <a@x.org>' }],
    [
      'a command in an object address',
      { address: 'a@example.com>\r\nRCPT TO:<evil@attacker.example' },
    ],
    ['a header behind the address', 'f@example.com\r\nX: 1'],
    ['a line end behind the address', 'f@example.com\n'],
    ['a header in the name', { name: 'A\r\nBcc: e@x.org', address: 'a@x.org' }],
    ['a header in the name', 'A\r\nBcc: e@x.org <a@x.org>'],
    ['a line separator in the name', { name: 'A\u2028B', address: 'a@x.org' }],
    ['a C1 control in the name', { name: 'A\u0085B', address: 'a@x.org' }],
    ['an empty literal', 'a@[]'],
    ['a literal that does not close', 'a@[127.0.0.1'],
    ['a literal that is no address', 'a@[127.0.0.256]'],
    ['a literal with a leading zero', 'a@[127.0.0.01]'],
    ['a literal of another kind', 'a@[x:y]'],
    ['IPv6 without its tag', 'a@[::1]'],
    ['IPv4 with the tag of IPv6', 'a@[IPv6:127.0.0.1]'],
    ['IPv6 with a zone', 'a@[IPv6:fe80::1%eth0]'],
    ['a line end in a literal', 'a@[127.0.0.1\r\n]'],
    ['an IPv4 address', 'a@127.0.0.1'],
    ['a hexadecimal IPv4 address', 'a@127.0.0.0x1'],
    ['an IPv4 address in full-width digits', 'a@１２７.0.0.1'],
    ['a dot twice', 'a..b@x.org'],
    ['a dot first', '.a@x.org'],
    ['a dot last', 'a.@x.org'],
    ['a label that begins with a hyphen', 'a@-x.org'],
    ['a label that ends with a hyphen', 'a@x-.org'],
    ['an underscore in the domain', 'a@x_y.org'],
    ['a dot after the domain', 'a@x.org.'],
    ['an empty label', 'a@x..org'],
    ['65 bytes before the at sign', `a${local64}@x.org`],
    ['65 bytes of two-byte letters', `${'ž'.repeat(33)}@x.org`],
    ['a label of 64', `a@b${label63}.org`],
    ['255 bytes', `${local64}@${label63}.${label63}.${'c'.repeat(58)}.org`],
    ['an ideographic full stop', 'a@x。org'],
    ['a soft hyphen', 'a@ex\u00adample.org'],
    ['a direction mark', 'a@example\u202e.org'],
    ['a zero-width joiner', 'a@ex\u200dample.org'],
    ['a zero-width non-joiner', 'a@ex\u200cample.org'],
    ['a joiner first', 'a@\u200cنامه.com'],
    ['a joiner last', 'a@نامه\u200c.com'],
    ['a joiner in punycode', 'a@xn--example-i06c.org'],
    ['full-width letters', 'a@ｅxample.org'],
    ['a ligature', 'a@ﬁnance.example'],
    ['a ligature beside a letter of its own', 'a@büﬁ.example'],
    ['a full-width letter beside one', 'a@büｅ.example'],
    ['the Kelvin sign', 'a@\u212Aelvin.example'],
    ['a mark first in a label', 'a@\u0301x.example'],
    ['a lone surrogate', 'a\ud800@x.org'],
    ['a lone surrogate in the domain', 'a@x\ud800.org'],
    ['punycode of nothing', 'a@xn--.example'],
    ['punycode that cannot be decoded', 'a@xn--a.example'],
    ['an unquoted comma in the name', 'Lovelace, Ada <a@x.org>'],
    ['a stray quote in the name', 'A" <a@x.org>'],
    ['an address for a name', 'ceo@bank.example <a@x.org>'],
    ['a name of 321 bytes', `${'n'.repeat(321)} <a@x.org>`],
    ['an unknown key', { address: 'a@x.org', group: 'x' }],
    ['no address', { name: 'Ada' }],
    ['a name that is no text', { name: 5, address: 'a@x.org' }],
    ['an inherited address', Object.create({ address: 'a@x.org' })],
    ['null', null],
    ['a number', 5],
    ['a list for one', ['a@x.org']],
    ['an object that turns into text', { toString: () => 'a@x.org' }],
  ])('%s', (_case, input) => {
    expect(parseAddress(input)).toEqual({ problem: expect.any(String) });
  });

  const long = 'b'.repeat(320);

  it.each<[string, unknown, RegExp]>([
    ['nothing at all', null, /^must be 'a@b\.example', .* or \{ name\?, address \}$/],
    ['no address in an object', { name: 'Ada' }, /^must be text of the form 'a@b\.example'$/],
    ['no at sign', 'root', /^has no address of the form/],
    ['nothing before it', '@x.org', /^has no address of the form/],
    ['a list', 'a@x.org,b@x.org', /give several as a list/],
    ['a list with semicolons', 'a@x.org;b@x.org', /give several as a list/],
    ['a space', 'a b@x.org', /^has characters before the @/],
    ['a domain that is none', 'a@example', /^has no valid domain/],
    ['an encoded word', '=?utf-8?q?a?=b@x.org', /^must not have =\? before the @$/],
    ['a long local part', `${'a'.repeat(65)}@x.org`, /^has more than 64 bytes before the @$/],
    ['a long address', `${local64}@${`${label63}.`.repeat(3)}org`, /^is longer than 254 bytes$/],
    ['a longer one', `a@${long}`, /^is too long for an address$/],
    ['a key', { address: 'a@x.org', group: 'x' }, /^has a key besides/],
    ['a name that is no text', { name: 5, address: 'a@x.org' }, /^has a name that is no text$/],
    ['a long name', { name: `${long}b`, address: 'a@x.org' }, /^has a name of more than 320 bytes/],
    ['a line end', { name: 'A\nB', address: 'a@x.org' }, /^has a name with control characters$/],
    ['no quotes', 'Lovelace, Ada <a@x.org>', /needs quotes: .* \{ name, address \}$/],
    ['quotes only behind', 'Ada "L" <a@x.org>', /needs quotes/],
    ['quotes only in front', '"Ada" L <a@x.org>', /needs quotes/],
    ['a quote that does not end', '"Ada\\" <a@x.org>', /needs quotes/],
  ])('and says why: %s', (_, input, says) => {
    expect(parseAddress(input)).toEqual({ problem: expect.stringMatching(says) as string });
  });

  it('does not repeat the address in what it says', () => {
    const { problem } = parseAddress('secret@one@two.example') as { problem: string };
    expect(problem).not.toContain('secret');
  });
});

describe('what is just within the limits is taken', () => {
  const label61 = 'c'.repeat(61);
  const longest = `${local64}@${label63}.${label61}.${label61}.c`;

  it.each<[string, unknown, object]>([
    ['254 bytes', longest, { address: longest }],
    [
      'a text of 1,000 characters',
      `A${' '.repeat(989)} <a@x.org>`,
      { name: 'A', address: 'a@x.org' },
    ],
    [
      'a name of 320 bytes',
      { name: 'n'.repeat(320), address: 'a@x.org' },
      { name: 'n'.repeat(320), address: 'a@x.org' },
    ],
  ])('%s', (_, input, address) => {
    expect(parseAddress(input)).toEqual({ address });
  });

  it('and one character more is not', () => {
    expect(parseAddress(`A${' '.repeat(990)} <a@x.org>`)).toHaveProperty('problem');
    expect(parseBareAddress(`${longest}o`)).toEqual({ problem: 'is longer than 254 bytes' });
  });
});

describe('an address is written so that it reads back', () => {
  it.each([
    [{ address: 'a@x.org' }, 'a@x.org'],
    [{ name: 'Ada Lovelace', address: 'a@x.org' }, 'Ada Lovelace <a@x.org>'],
    [{ name: 'Lovelace, Ada', address: 'a@x.org' }, '"Lovelace, Ada" <a@x.org>'],
    [{ name: 'Ada "A" \\ L', address: 'a@x.org' }, '"Ada \\"A\\" \\\\ L" <a@x.org>'],
  ])('%j', (address, written) => {
    expect(formatAddress(address)).toBe(written);
    expect(parseAddress(written)).toEqual({ address });
  });

  it('a bare one has no name', () => {
    expect(parseBareAddress('a@x.org')).toEqual({ address: { address: 'a@x.org' } });
    expect(parseBareAddress('Ada <a@x.org>')).toHaveProperty('problem');
  });
});

describe('a hostile input is refused unread', () => {
  const hostile = [
    'a'.repeat(1e6) + '@x.org',
    '('.repeat(1e6),
    'g:'.repeat(1e6),
    'a@b.c,'.repeat(1e6),
    '"'.repeat(1e6) + '<a@x.org>',
    `${'\\"'.repeat(1e6)}>`,
  ];

  it.each(hostile.map((input, at) => ({ start: input.slice(0, 10), at })))('$start…', ({ at }) => {
    const input = hostile[at];
    expect(parseAddress(input)).toEqual({ problem: 'is too long for an address' });
    expect(parseAddress({ address: input })).toEqual({ problem: expect.any(String) });
    expect(parseAddress({ name: input, address: 'a@x.org' })).toEqual({
      problem: expect.any(String),
    });
  });
});
