import { Readable } from 'node:stream';
import type { EmailMessageDto } from 'nest-mailbridge';
import type { Draw } from './draw.js';
import { foreignUser, SMALL_MESSAGE_BYTES, unknownUser, type Door } from './mail-server.js';

/** Where a message goes, and what must become of it. */
export interface Expectation {
  readonly door: Door;
  /** The bytes of the attachments, in their order. */
  readonly files: readonly Buffer[];
  readonly outcome: 'accepted' | 'rejected' | 'unsent';
  /** Whose failure it may be. */
  readonly scopes: readonly string[];
  /** The addresses that get a copy. */
  readonly reached: readonly string[];
}

/** A message as a plain object, but for its id. */
export type PlainMessage = Omit<EmailMessageDto, 'id'>;

/**
 * What a kind of message has of its own. Without it there are a recipient, a subject and a text, and the
 * message is accepted and reaches everybody.
 */
export type Draft = Partial<Expectation> & { readonly message?: PlainMessage };

interface MailKind {
  readonly kind: string;
  readonly count: number;
  readonly draft: (draw: Draw, at: number) => Draft;
}

const SIZES = [0, 1, 56, 57, 58, 4_000, 65_535, 65_537, 1_000_000, 5_000_000];

const FILE_NAMES = [
  'plain.txt',
  'Übersicht 2025.pdf',
  '請求書.pdf',
  "it's; a=b, c.csv",
  `${'long'.repeat(30)}.bin`,
];

/** Lines that end a message, or seem to, where dots are not doubled. */
const DOTS = [
  '.',
  '..',
  '.\n.\n.',
  'a\n.\nb',
  '.leading\n..twice',
  'the last line is one\n.',
  'x\n.\n\n.\n.y',
  '.\tx\n. y',
];

const LONG = [
  'x'.repeat(998),
  'x'.repeat(999),
  'word '.repeat(1_000),
  'ä'.repeat(5_000),
  '🎉'.repeat(700),
  'y'.repeat(20_000),
  `${'z'.repeat(75)}\n${'z'.repeat(76)}\n${'z'.repeat(77)}`,
  `blanks at the end   \na tab\t\n${'='.repeat(2_000)}`,
];

/** The ways to give the bytes of an attachment. */
const FORMS: readonly ((bytes: Buffer) => Buffer | Readable | (() => Readable))[] = [
  (bytes) => bytes,
  (bytes) => Readable.from(pieces(bytes)),
  (bytes) => () => Readable.from(pieces(bytes)),
];

function pieces(bytes: Buffer, size = 50_000): Buffer[] {
  const count = Math.ceil(bytes.length / size);
  return Array.from({ length: count }, (_, at) => bytes.subarray(at * size, (at + 1) * size));
}

function attaching(draw: Draw, form: number, ...files: readonly Buffer[]): Draft {
  const attachments = files.map((bytes) => ({
    filename: draw.oneOf(FILE_NAMES),
    content: FORMS[form]!(bytes),
  }));
  return { message: { attachments }, files };
}

/** So many mailboxes, of which some have names. */
function crowd(draw: Draw, prefix: string, count: number): NonNullable<PlainMessage['to']> {
  return Array.from({ length: count }, (_, at) =>
    at % 3 === 0 ? draw.mailbox(`${prefix}-${at}`) : `${prefix}-${at}@example.org`,
  );
}

/** A refusal of those who send: no recipient is to blame. */
const NOT_THE_RECIPIENT = { outcome: 'unsent', scopes: ['sender', 'provider'] } as const;

/** Every kind of message, and how many of it there are: 150 together. */
export const MAIL_KINDS: readonly MailKind[] = [
  {
    kind: 'text in all scripts',
    count: 11,
    draft: (draw) => ({ message: { text: draw.paragraph(12) } }),
  },
  {
    kind: 'text and html',
    count: 10,
    draft: (draw) => ({ message: { html: `<p>${draw.paragraph(4)}</p>` } }),
  },
  {
    kind: 'long lines',
    count: 2 * LONG.length,
    draft: (_, at) => ({ message: { [at % 2 === 0 ? 'text' : 'html']: LONG[at >> 1]! } }),
  },
  {
    kind: 'dots',
    count: 2 * DOTS.length,
    draft: (_, at) => ({ message: { [at % 2 === 0 ? 'text' : 'html']: DOTS[at >> 1]! } }),
  },
  {
    kind: 'an attachment',
    count: FORMS.length * SIZES.length,
    draft: (draw, at) => attaching(draw, at % 3, draw.bytes(SIZES[Math.floor(at / 3)]!)),
  },
  {
    kind: 'several attachments',
    count: FORMS.length,
    draft: (draw, at) => attaching(draw, at, draw.bytes(3_000), draw.bytes(0), draw.bytes(70_000)),
  },
  {
    kind: 'an attached text with dots',
    count: FORMS.length,
    draft: (draw, at) => attaching(draw, at, Buffer.from(DOTS.join('\r\n'))),
  },
  {
    kind: 'an image within html',
    count: 4,
    draft: (draw) => {
      const image = draw.bytes(2_000);
      const attachments = [{ filename: 'logo.png', content: image, cid: 'logo' }];
      return { message: { html: '<img src="cid:logo">', attachments }, files: [image] };
    },
  },
  {
    kind: 'names everywhere',
    count: 8,
    draft: (draw, at) => ({
      message: {
        from: { ...draw.mailbox('x'), address: 'shop@example.com' },
        to: [draw.mailbox(`named-${at}-a`), draw.mailbox(`named-${at}-b`)],
        cc: draw.mailbox(`named-${at}-c`),
        replyTo: [draw.mailbox('support'), draw.mailbox('sales')],
      },
    }),
  },
  {
    kind: 'many recipients',
    count: 5,
    draft: (draw, at) => ({
      message: {
        to: crowd(draw, `many-${at}-to`, 10 + draw.below(50)),
        cc: crowd(draw, `many-${at}-cc`, 1 + draw.below(20)),
        bcc: crowd(draw, `many-${at}-bcc`, 1 + draw.below(30)),
      },
    }),
  },
  {
    kind: 'a mailbox twice, and one in secret',
    count: 5,
    draft: (draw, at) => ({
      message: {
        to: draw.mailbox(`twice-${at}`),
        cc: [`twice-${at}@EXAMPLE.org`, `seen-${at}@example.org`],
        bcc: [`secret-${at}@example.org`, `seen-${at}@example.org`],
      },
      reached: [`twice-${at}@example.org`, `seen-${at}@example.org`, `secret-${at}@example.org`],
    }),
  },
  {
    kind: 'addresses outside ASCII',
    count: 4,
    draft: (draw, at) => ({
      message: {
        to: [`jörg-${at}@example.org`, draw.mailbox(`山田-${at}`), `plain-${at}@example.org`],
      },
    }),
  },
  {
    kind: 'headers and priority',
    count: 6,
    draft: (draw, at) => ({
      message: {
        priority: at % 2 === 0 ? 'high' : 'low',
        headers: {
          'X-Short': 'one word',
          'X-Long': 'many words '.repeat(60).trim(),
          'X-Unicode': draw.sentence(20),
          'List-Unsubscribe': '<https://shop.example.com/u?a=1&b=2>, <mailto:off@example.com>',
        },
      },
    }),
  },
  {
    kind: 'some recipients refused',
    count: 6,
    draft: (draw, at) => ({
      message: {
        to: [`some-${at}-a@example.org`, unknownUser(`${at}`), draw.mailbox(`some-${at}-b`)],
        bcc: at % 2 === 0 ? [unknownUser(`${at}-hidden`), foreignUser(`${at}`)] : [],
      },
      reached: [`some-${at}-a@example.org`, `some-${at}-b@example.org`],
    }),
  },
  {
    kind: 'all recipients refused',
    count: 4,
    draft: (_, at) => ({
      message: { to: [unknownUser(`${at}`)], cc: at % 2 === 0 ? [unknownUser(`${at}-cc`)] : [] },
      outcome: 'rejected',
      scopes: ['recipient'],
    }),
  },
  {
    kind: 'relaying refused',
    count: 3,
    draft: (_, at) => ({ message: { to: foreignUser(`${at}`) }, ...NOT_THE_RECIPIENT }),
  },
  {
    kind: 'a refused client',
    count: 4,
    draft: (_, at) => ({
      door: at % 2 === 0 ? 'refused-client' : 'refused-client-at-once',
      ...NOT_THE_RECIPIENT,
    }),
  },
  {
    kind: 'a refused HELO',
    count: 4,
    draft: (_, at) => ({
      door: at % 2 === 0 ? 'refused-helo' : 'refused-helo-at-once',
      ...NOT_THE_RECIPIENT,
    }),
  },
  {
    kind: 'a refused sender',
    count: 4,
    draft: (_, at) => ({
      door: at % 2 === 0 ? 'refused-sender' : 'refused-sender-at-once',
      ...NOT_THE_RECIPIENT,
    }),
  },
  {
    kind: 'more than the server takes',
    count: 4,
    draft: (draw, at) => ({
      ...attaching(draw, at % 2 === 0 ? 0 : 2, draw.bytes(2 * SMALL_MESSAGE_BYTES)),
      door: 'small-messages',
      outcome: 'rejected',
      scopes: ['message'],
    }),
  },
];
