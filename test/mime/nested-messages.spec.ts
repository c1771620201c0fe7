import { Readable } from 'node:stream';
import * as fc from 'fast-check';
import { isAttachmentError } from '../../lib/errors/message.errors.js';
import { MimeComposer } from '../../lib/mime/mime-composer.js';
import { unsendableAttachments } from '../../lib/mime/media-type.js';
import { SevenBit } from '../../lib/mime/seven-bit.js';
import { dkimKey } from '../fixtures/dkim-key.js';
import { outgoingEmail } from '../fixtures/outgoing-email.js';
import { bytesOf } from '../fixtures/read-mime.js';
import { parseStrictly, wireFaults, type StrictPart } from '../fixtures/strict-mime.js';

const NESTED = 'From: a@example.com\r\nSubject: inner\r\n\r\nHello\r\n.\r\nthere\r\n';
const TYPES = [
  'message/rfc822',
  'MESSAGE/RFC822',
  'message/delivery-status',
  'message/disposition-notification',
  'message/feedback-report',
];

/** Ways to give the same content. */
const WAYS: ReadonlyArray<readonly [string, (text: string) => Buffer | (() => Readable)]> = [
  ['bytes', (text) => Buffer.from(text, 'latin1')],
  ['a function', (text) => () => Readable.from([Buffer.from(text, 'latin1')])],
  [
    'a function of small pieces',
    (text) => () => Readable.from(Array.from(text, (each) => Buffer.from(each, 'latin1'))),
  ],
];

function emailWith(content: Buffer | (() => Readable), contentType?: string, filename = 'a.eml') {
  const type = contentType === undefined ? {} : { contentType };
  return outgoingEmail({ attachments: [{ filename, content, ...type }] });
}

async function partOf(email: ReturnType<typeof emailWith>): Promise<StrictPart> {
  const source = (await bytesOf(email)).toString('latin1');
  expect(wireFaults(source)).toEqual([]);
  return parseStrictly(source).parts[1]!;
}

describe.each(WAYS)('A nested message given as %s', (_way, contentOf) => {
  it.each(TYPES)('S12: keeps its type and is not encoded: %s', async (contentType) => {
    const part = await partOf(emailWith(contentOf(NESTED), contentType));

    expect(part).toMatchObject({
      type: contentType.toLowerCase(),
      encoding: '7bit',
      disposition: 'attachment',
      filename: 'a.eml',
    });
    expect(part.bytes.toString()).toBe(NESTED);
  });

  it.each([
    ['LF', NESTED.replaceAll('\r\n', '\n')],
    ['CRLF and LF', NESTED.replace('\r\n', '\n')],
  ])('S12: gets CRLF for %s', async (_case, text) => {
    const part = await partOf(emailWith(contentOf(text), 'message/rfc822'));

    expect(part.bytes.toString()).toBe(NESTED);
  });

  it.each([
    ['bytes outside ASCII', `${NESTED}Gr\xfc\xdfe\r\n`],
    ['NUL', `${NESTED}\0`],
    ['a line of 999', `${NESTED}${'x'.repeat(999)}\r\n`],
    ['a line of 999 at the end', `${NESTED}${'x'.repeat(999)}`],
    ['a CR alone', `${NESTED}a\rb\r\n`],
    ['a CR at the end', `${NESTED}a\r`],
    ['two CRs', `${NESTED}a\r\r\n`],
  ])('S12: is refused by name with %s', async (_case, text) => {
    const email = emailWith(contentOf(text), 'message/rfc822');
    const error: unknown = await bytesOf(email).catch((reason: unknown) => reason);

    expect(isAttachmentError(error)).toBe(true);
    expect((error as Error).message).toMatch(
      /attachments\[0\].*contentType.*RFC 2046.*application\/octet-stream/,
    );
  });

  it('S12: of 998 a line is taken', async () => {
    const text = `${'x'.repeat(998)}\r\n${'y'.repeat(998)}\r\n${'z'.repeat(998)}`;

    expect((await partOf(emailWith(contentOf(text), 'message/rfc822'))).bytes.toString()).toBe(
      text,
    );
  });

  it('S12: is encoded where RFC 6532 lets it be', async () => {
    const part = await partOf(emailWith(contentOf(`Gr\xfc\xdfe${NESTED}`), 'message/global'));

    expect(part).toMatchObject({ type: 'message/global', encoding: 'base64' });
    expect(part.bytes.toString('latin1')).toBe(`Gr\xfc\xdfe${NESTED}`);
  });
});

describe('By its file name alone', () => {
  it('S12: a message is one where it fits', async () => {
    expect(await partOf(emailWith(Buffer.from(NESTED)))).toMatchObject({
      type: 'message/rfc822',
      encoding: '7bit',
    });
  });

  it.each([
    ['it does not', Buffer.from('Gr\xfc\xdfe', 'latin1')],
    ['nobody knows before it is read', () => Readable.from([NESTED])],
  ])('S12: and a plain file where %s', async (_case, content) => {
    expect(await partOf(emailWith(content))).toMatchObject({
      type: 'application/octet-stream',
      encoding: 'base64',
    });
  });
});

describe('Before anything is sent', () => {
  it('S12: is said what cannot go out as it is', () => {
    const ascii = { filename: 'a.eml', content: Buffer.from(NESTED) };
    const other = { filename: 'b.eml', content: Buffer.from('\xfc') };
    const attachments = [
      { ...ascii, contentType: 'message/rfc822' },
      { ...other, contentType: 'message/rfc822' },
      { ...other, contentType: 'application/octet-stream' },
      other,
    ];

    expect(unsendableAttachments(outgoingEmail({ attachments }))).toEqual([
      expect.stringMatching(/^attachments\[1\], which has a contentType that may not be encoded/),
    ]);
  });
});

describe('A signed message', () => {
  it('S12: has a nested one as well', async () => {
    const { options: dkim } = dkimKey();
    for (const [, contentOf] of WAYS) {
      const email = emailWith(contentOf(NESTED), 'message/rfc822');
      const message = await new MimeComposer({ dkim }).compose(email);
      const source = Buffer.concat(await message.open().toArray()).toString('latin1');

      expect(source).toMatch(/^DKIM-Signature: /);
      expect(source).toContain(NESTED);
    }
  });
});

describe('Content that may not be encoded', () => {
  const text = fc.array(
    fc.constantFrom('\r', '\n', '\r\n', 'a', 'x'.repeat(500), 'y'.repeat(498), '\xfc'),
    { maxLength: 12 },
  );

  it('S12: is taken or refused alike in whatever pieces it comes', () => {
    fc.assert(
      fc.property(text, (pieces) => {
        expect(through(pieces)).toBe(through([pieces.join('')]));
      }),
      { numRuns: 500 },
    );
  });

  it('S12: is what was given but for lone LFs, and fit for any server, or refused', () => {
    fc.assert(
      fc.property(text, (pieces) => {
        const given = pieces.join('');
        const result = through([given]);
        const lines = given.replace(/\r\n|\n/g, '\n').split('\n');
        const isFit =
          !/[\r\xfc]/.test(lines.join('')) && lines.every(({ length }) => length <= 998);

        expect(result).toBe(isFit ? lines.join('\r\n') : undefined);
      }),
      { numRuns: 500 },
    );
  });
});

/** What comes out of pieces, or nothing where one is refused. */
function through(pieces: readonly string[]): string | undefined {
  const lines = new SevenBit();
  let result = '';
  for (const piece of pieces) {
    const bytes = lines.next(Buffer.from(piece, 'latin1'));
    if (!Buffer.isBuffer(bytes)) return undefined;
    result += bytes.toString('latin1');
  }
  return lines.end() === undefined ? result : undefined;
}
