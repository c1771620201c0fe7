import * as fc from 'fast-check';
import MailComposer from 'nodemailer/lib/mail-composer';
import PostalMime from 'postal-mime';
import type { OutgoingAttachment, OutgoingEmail } from '../../lib/message/outgoing-email.js';
import { renderContent } from '../../lib/message/substitutions.js';
import { headerBlock } from '../../lib/mime/header-block.js';
import { mailContent, type MailContentInput } from '../../lib/mime/mail-content.js';
import { withMediaTypes } from '../../lib/mime/media-type.js';
import { plainMessage } from '../../lib/mime/plain-message.js';
import { outgoingEmail } from '../fixtures/outgoing-email.js';
import { contentOf, headerLines, linesOf } from '../fixtures/read-mime.js';
import { parseStrictly, wireFaults, type StrictPart } from '../fixtures/strict-mime.js';

// What the rules for messages let through, with more weight on what is hard.
const awkward = fc.constantFrom(
  '\n',
  '\r',
  '\r\n',
  '\r\n.\r\n',
  '.',
  ' ',
  '  \r\n',
  '\t',
  '=',
  '=\r\n',
  '=20',
  'From ',
  '--',
  '--=_',
  '\r\n--=_00000000-0000-4000-8000-000000000000_1\r\n\r\n',
  '\r\n----_NmP-0-Part_1--\r\n',
  'Content-Type: text/html\r\n\r\n',
  'ü',
  'Ж',
  '注文',
  '🎉',
  '\ud83c',
  '\udf89',
  '\ufeff',
  '\u2028',
  '\x01',
  '\x7f',
  '{{',
  'x'.repeat(76),
  'x'.repeat(998),
  'x'.repeat(1000),
  'word '.repeat(30),
);
const body = fc
  .oneof(
    fc.array(fc.oneof(awkward, fc.string({ unit: 'grapheme', maxLength: 90 })), { maxLength: 12 }),
    fc.array(fc.string({ unit: 'binary' }), { maxLength: 3 }),
    fc.array(fc.constantFrom('plain words', '\n', '\r\n', '<p style="a:b">', ' ', '.')),
  )
  .map((pieces) => pieces.join('').replaceAll('\0', ''));
const line = fc
  .oneof(
    fc.string({ unit: 'grapheme', maxLength: 100 }),
    fc.string({ unit: 'grapheme-ascii', maxLength: 100 }),
    fc
      .array(
        fc.constantFrom('=?', '?=', 'utf-8', '?q?', ' ', '"', '\\', "'", '%', ';', 'ü', '🎉', 'a'),
      )
      .map((pieces) => pieces.join('')),
  )
  .map((text) => text.replace(/[\p{Cc}\u2028\u2029]/gu, ' ').toWellFormed());
const name = line.map((text) => text.trim());
const mailbox = fc.record({
  name: name,
  address: fc.constantFrom(
    'ada@example.org',
    "o'b+c@xn--bcher-kva.example",
    `${'a'.repeat(60)}@b.example`,
  ),
});
const mailboxes = fc.array(mailbox, { maxLength: 3 });
const filename = fc
  .oneof(
    line,
    fc.constantFrom(
      'a.pdf',
      'Größe.pdf',
      'b.PNG',
      'mail.eml',
      'x'.repeat(255),
      'x '.repeat(127),
      '注文'.repeat(40),
    ),
  )
  .filter((text) => text !== '');
const file: fc.Arbitrary<OutgoingAttachment> = fc.record(
  {
    filename,
    content: fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
    contentType: fc.constantFrom(
      'application/pdf',
      'image/png',
      'text/html',
      'text/plain; charset=utf-8',
      'text/calendar;method=REQUEST',
      'multipart/mixed; boundary=x',
    ),
    cid: fc.constantFrom('logo', 'a.b@c', 'x'.repeat(255)),
  },
  { requiredKeys: ['filename', 'content'] },
);
/** What may not be encoded. */
const nested: fc.Arbitrary<OutgoingAttachment> = fc.record(
  {
    filename,
    content: fc
      .array(fc.constantFrom('Subject: a', '.', '', '--', 'x'.repeat(998)))
      .map((lines) => Buffer.from(lines.join('\r\n'))),
    contentType: fc.constantFrom('message/rfc822', 'message/delivery-status'),
    cid: fc.constantFrom('inner', 'b@c'),
  },
  { requiredKeys: ['filename', 'content', 'contentType'] },
);
const attachment = fc.oneof({ weight: 4, arbitrary: file }, { weight: 1, arbitrary: nested });
const email = fc
  .record(
    {
      subject: line,
      from: mailbox,
      to: mailboxes,
      cc: mailboxes,
      replyTo: mailboxes,
      text: body,
      html: body,
      attachments: fc.array(attachment, { maxLength: 4 }),
      headers: fc.constantFrom({}, { 'X-A': 'b  c' }, { 'X-B': 'ü' }),
    },
    { requiredKeys: ['from', 'to', 'cc', 'replyTo', 'attachments', 'headers'] },
  )
  .map((parts): OutgoingEmail => ({ ...withoutText, ...parts }));

const { text: _text, subject: _subject, ...withoutText } = outgoingEmail();

describe('a message that is composed here reads the same as from nodemailer', () => {
  it('whatever is in it', async () => {
    await fc.assert(
      fc.asyncProperty(email, async (each) => {
        const { ours, theirs } = await composeBoth(each);

        expect(wireFaults(ours)).toEqual([]);
        if (!each.attachments.some(isInlineText)) {
          expect(await readByPostalMime(ours)).toEqual(await readByPostalMime(theirs));
        }
        expect(outlineOf(parseStrictly(ours))).toEqual(outlineOf(parseStrictly(theirs)));
        expect(headerNames(ours).toSorted()).toEqual(headerNames(theirs).toSorted());
      }),
      { numRuns: 300 },
    );
  });

  it('and every file name is the one that was given, for a reader that knows the standards only', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(attachment, { minLength: 1, maxLength: 3 }),
        async (attachments) => {
          const { ours } = await composeBoth(outgoingEmail({ attachments }));
          const { parts } = parseStrictly(ours);

          expect(parts.slice(1).map((part) => part.filename)).toEqual(
            attachments.map((each) => each.filename),
          );
          expect(parts.slice(1).map(({ bytes }) => bytes)).toEqual(
            attachments.map(({ content }) => content),
          );
        },
      ),
      { numRuns: 200 },
    );
  });
});

describe('a text travels in the encoding that suits it', () => {
  it.each([
    ['ASCII in lines of at most 998', `${'x'.repeat(998)}\n${'y'.repeat(998)}`, '7bit'],
    ['blanks at the end of lines', 'a  \nb\t\n', '7bit'],
    ['a line of 999', `a\n${'x'.repeat(999)}\nb`, 'quoted-printable'],
    ['a line of 999 at the end', `a\n${'x'.repeat(999)}`, 'quoted-printable'],
    ['a control character', 'a\x0bb', 'quoted-printable'],
    ['some umlauts', 'Die Größe der Bestellung wurde geändert.', 'quoted-printable'],
    ['another script', 'Ваш заказ отправлен', 'base64'],
    ['emoji among few words', 'Hi 🎉🎉', 'base64'],
  ])('%s', async (_case, text, encoding) => {
    const part = parseStrictly(await composeHere(outgoingEmail({ text })));

    expect(part.encoding).toBe(encoding);
    expect(linesOf(part.bytes.toString())).toEqual(linesOf(text));
  });

  it('in quoted-printable with lines as long as allowed and blanks that no server can strip', async () => {
    for (let length = 60; length < 90; length++) {
      const text = `${'x'.repeat(length)}ü \t\r\n${' '.repeat(length)}\n${'ü'.repeat(9)}${'y'.repeat(length)} `;
      const { encoding, bytes } = parseStrictly(await composeHere(outgoingEmail({ text })));

      expect(encoding).toBe('quoted-printable');
      expect(linesOf(bytes.toString())).toEqual(linesOf(text));
    }
  });

  it.each([
    ['quoted-printable', 'Die Größe, das Gewicht. '],
    ['base64', '注文の確認 '],
  ])('also 5 MB of it, in %s', async (expected, word) => {
    const text = word.repeat(5_000_000 / Buffer.byteLength(word));
    const { encoding, bytes } = parseStrictly(await composeHere(outgoingEmail({ text })));

    expect(encoding).toBe(expected);
    expect(bytes.toString().replace(/\r\n$/, '') === text).toBe(true);
  });
});

describe('boundaries cannot be known beforehand', () => {
  it('another for each message and each level', async () => {
    const each = outgoingEmail({
      html: '<img src="cid:a">',
      attachments: [
        { filename: 'a.png', content: Buffer.from('a'), cid: 'a' },
        { filename: 'b.pdf', content: Buffer.from('b') },
      ],
    });
    const sources = await Promise.all(Array.from({ length: 50 }, () => composeHere(each)));
    const boundaries = sources.flatMap((source) =>
      Array.from(source.matchAll(/boundary="([^"]+)"/g), (match) => match[1]),
    );

    expect(boundaries).toHaveLength(150);
    expect(new Set(boundaries).size).toBe(150);
  });
});

describe('what is not of the plain kind is left to nodemailer', () => {
  it.each<[string, Partial<OutgoingAttachment>]>([
    [
      'a media type with several parameters',
      { contentType: 'text/calendar; method=REQUEST; charset=utf-8' },
    ],
    ['a media type with a quoted parameter', { contentType: 'text/plain; title="a; b"' }],
    ['a media type with a name of its own', { contentType: 'text/plain; name=evil.exe' }],
    ['a media type past the rules', { contentType: 'text/plain\r\nX-Injected: 1' }],
    ['a content id past the rules', { cid: 'c>\r\nX-Injected: 1' }],
    ['a content id that looks encoded', { cid: '=?utf-8?q?x?=' }],
    ['no file name', { filename: '' }],
    ['content that is no Buffer', { content: { path: 'package.json' } as unknown as Buffer }],
  ])('%s', async (_case, parts) => {
    const attachments = [{ filename: 'a.txt', content: Buffer.from('a'), ...parts }];
    const each = outgoingEmail({ attachments });

    expect(plainMessage(headerBlock(each, each.subject), await inputOf(each))).toBeUndefined();
  });
});

async function inputOf(each: OutgoingEmail): Promise<MailContentInput> {
  const { subject: _, ...bodies } = renderContent(each);
  return {
    bodies,
    attachments: await withMediaTypes(each.attachments),
    messageId: '<order-1@example.com>',
    date: new Date(),
    maxStreamedBytes: 1000,
  };
}

async function composeHere(each: OutgoingEmail): Promise<string> {
  const chunks = plainMessage(headerBlock(each, each.subject), await inputOf(each));
  if (chunks === undefined) throw new Error('The message is not of the plain kind');
  return Buffer.concat(chunks).toString('latin1');
}

async function composeBoth(each: OutgoingEmail): Promise<{ ours: string; theirs: string }> {
  const composer = new MailComposer(mailContent(await inputOf(each)));
  const head = Buffer.from(headerBlock(each, each.subject));
  const theirs = Buffer.concat([head, await composer.compile().build()]).toString('latin1');
  return { ours: await composeHere(each), theirs };
}

async function readByPostalMime(source: string): Promise<unknown> {
  const read = await PostalMime.parse(Buffer.from(source, 'latin1'), {
    forceRfc822Attachments: true,
  });
  const { subject, from, to, cc, replyTo, messageId, text, html, attachments } = read;
  return {
    subject,
    from,
    to,
    cc,
    replyTo,
    messageId,
    text: linesOf(text),
    html: linesOf(html),
    attachments: attachments.map((part) => ({
      filename: part.filename,
      mimeType: part.mimeType,
      disposition: part.disposition,
      related: part.related,
      contentId: part.contentId,
      bytes: contentOf(part).toString('latin1'),
    })),
  };
}

/** What the parser takes for more of the body, and ends with as many line breaks as its encoding has. */
function isInlineText({ cid, contentType = '' }: OutgoingAttachment): boolean {
  return cid !== undefined && /^text\/(?:html|plain)/.test(contentType);
}

/** Everything of a part but how it was encoded. */
function outlineOf({ encoding: _encoding, bytes, parts, ...part }: StrictPart): unknown {
  // Of a message of one part the last line may have been ended.
  const content = parts.length === 0 ? bytes.toString('latin1').replace(/\r\n$/, '') : '';
  return { ...part, content, parts: parts.map(outlineOf) };
}

function headerNames(source: string): string[] {
  const names = headerLines(source).map((each) => each.slice(0, each.indexOf(':')).toLowerCase());
  // Only nodemailer leaves it out, of an empty body.
  return names.filter((each) => each !== 'content-transfer-encoding');
}
