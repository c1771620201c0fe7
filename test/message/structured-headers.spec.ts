import { structuredPieces } from '../../lib/message/structured-headers.js';
import { normalize, problemsOf, message } from './normalizing.js';

const MAILBOXES = [
  'Disposition-Notification-To',
  'Return-Receipt-To',
  'Errors-To',
  'Mail-Followup-To',
  'Mail-Reply-To',
  'Author',
  'List-Id',
  'LIST-ID',
];
const URLS = [
  'List-Archive',
  'List-Help',
  'List-Owner',
  'List-Post',
  'List-Subscribe',
  'List-Unsubscribe',
];
const TOKENS = [
  'References',
  'In-Reply-To',
  'Auto-Submitted',
  'List-Unsubscribe-Post',
  'CFBL-Address',
  'Archived-At',
];

describe('A structured header may have text outside ASCII where it can be encoded', () => {
  it.each([
    ...MAILBOXES.flatMap((name) => [
      [name, 'Jürgen Test <j@example.com>'],
      [name, '"Jürgen, Test" <j@example.com>'],
      [name, 'j@example.com (Jürgen)'],
      [name, 'Jürgen (daheim) <j@example.com>'],
      [name, 'Ada <a@example.com>, Jürgen <j@example.com>'],
    ]),
    ['Mail-Followup-To', 'Größe: j@example.com, Jürgen <k@example.com>;'],
    ...URLS.map((name) => [name, '<https://example.com/u?a=b> (Abmelden für alle)']),
    ['Keywords', 'Größe, Gewicht, "Maß, Zahl"'],
    // Nobody reads the structure of others.
    ['X-Note', 'Grüße: <a@bücher.example>'],
    ['Organization', 'Bücher & Söhne'],
    ['Comments', 'Größe (unbekannt'],
  ])('S10: %s: %s', (name, value) => {
    // As it was written: it is encoded where it is sent.
    expect(normalize({ headers: { [name]: value } }).headers).toEqual({ [name]: value });
  });
});

describe('Anywhere else in one it is refused, with what to do', () => {
  it.each([
    ...MAILBOXES.flatMap((name) => [
      [name, 'Jürgen <jürgen@example.com>', /in front of <…>/],
      [name, 'Jürgen <j@bücher.example>', /xn--/],
      [name, 'jürgen@example.com', /Name <a@b\.example>/],
      [name, 'jürgen@example.com (Jürgen)', /in front of <…>/],
      [name, 'jürgen@example.com <j@example.com>', /in front of <…>/],
      [name, 'Jürgen', /in front of <…>/],
      [name, 'Jürgen, Test <j@example.com>', /in front of <…>/],
      [name, '"Jürgen <j@example.com>', /in front of <…>/],
      [name, 'Jürgen <j@example.com', /in front of <…>/],
    ]),
    ...URLS.flatMap((name) => [
      [name, '<https://example.com/abmelden/für-alle>', /percent-encode/],
      [name, '<https://bücher.example/>', /percent-encode.*xn--/],
      [name, 'für alle', /percent-encode/],
      [name, 'Größe <https://example.com/>', /percent-encode/],
    ]),
    ...TOKENS.flatMap((name) => [
      [name, '<ü@example.com>', /must be ASCII/],
      [name, '<1@example.com> (ü)', /must be ASCII/],
    ]),
    ['Keywords', '"Größe', /in quotes/],
  ] as [string, string, RegExp][])('S10: %s: %s', (name, value, says) => {
    expect(problemsOf(message({ headers: { [name]: value } }))).toEqual([
      { path: `headers.${name}`, message: expect.stringMatching(says) as string },
    ]);
  });

  it('S10: a value of the largest size is read in no time', () => {
    for (const part of ['"ü', '(ü', '<ü', 'ü,', '"\\"ü', 'ü ']) {
      const value = `${part} `.repeat(2_400).slice(0, 7_000);
      expect(problemsOf(message({ headers: { 'List-Id': value } }))).toHaveLength(1);
    }
  });
});

describe('A structured value in ASCII is never touched', () => {
  it.each([
    ['Disposition-Notification-To', '=?UTF-8?Q?J=C3=BCrgen?= <j@example.com>'],
    ['List-Id', 'no brackets "at (all'],
    ['References', '<1@example.com>  <2@example.com>'],
  ])('S10: %s: %s', (name, value) => {
    expect(normalize({ headers: { [name]: value } }).headers).toEqual({ [name]: value });
  });
});

describe('A structured value in pieces', () => {
  it.each([
    [
      'Errors-To',
      'Ada <a@x.org>,Jürgen  "T. \\"x\\"" (so) <j@x.org> , k@x.org (Ünal)',
      [
        { kind: 'verbatim', text: 'Ada <a@x.org>,' },
        { kind: 'phrase', text: 'Jürgen  T. "x"' },
        { kind: 'verbatim', text: '(so) <j@x.org> , k@x.org' },
        { kind: 'comment', text: 'Ünal' },
      ],
    ],
    [
      'List-Post',
      'NO (für niemand)',
      [
        { kind: 'verbatim', text: 'NO' },
        { kind: 'comment', text: 'für niemand' },
      ],
    ],
    [
      'Keywords',
      'a, ü b,c',
      [
        { kind: 'verbatim', text: 'a,' },
        { kind: 'phrase', text: 'ü b' },
        { kind: 'verbatim', text: ',c' },
      ],
    ],
  ])('%s: %s', (name, value, pieces) => {
    expect(structuredPieces(name, value)).toEqual(pieces);
  });
});
