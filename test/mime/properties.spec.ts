import * as fc from 'fast-check';
import { addressParser, decodeWords } from 'postal-mime';
import { outgoingEmail } from '../fixtures/outgoing-email.js';
import { contentOf, headerLines, linesOf, readBack, sourceOf } from '../fixtures/read-mime.js';

// What the rules for messages let through: one line, whole characters, nothing around a name.
const oneLine = fc
  .string({ unit: 'grapheme', maxLength: 120 })
  .map((text) => text.replace(/\p{Cc}|[\u2028\u2029]/gu, ' ').toWellFormed());
const awkwardLine = fc
  .array(
    fc.constantFrom(
      '=?',
      '?=',
      '?q?',
      'utf-8',
      ' ',
      '"',
      '\\',
      ',',
      ';',
      '<',
      '>',
      '@',
      'ü',
      '🎉',
      'ab',
      '=20',
    ),
  )
  .map((parts) => parts.join(''));
const singleLine = fc.oneof(oneLine, awkwardLine);
const name = singleLine.map((text) => text.trim()).filter((text) => text !== '');
const body = fc
  .array(fc.oneof(singleLine, fc.constantFrom('.', '..', '--', 'From ', '')), { minLength: 1 })
  .map((lines) => lines.join('\n'))
  .filter((text) => text.trim() !== '');
const filename = oneLine
  .map((text) => text.trim().replaceAll('=?', ''))
  .filter((text) => text !== '');

describe('what is written is what is read', () => {
  it('subject, names, text, html and attachments of any kind', async () => {
    await fc.assert(
      fc.asyncProperty(
        singleLine,
        name,
        body,
        body,
        filename,
        fc.uint8Array(),
        async (subject, display, text, html, file, bytes) => {
          const content = Buffer.from(bytes);
          const read = await readBack(
            outgoingEmail({
              subject,
              from: { name: display, address: 'a@example.com' },
              text,
              html,
              attachments: [{ filename: file, content, contentType: 'application/pdf' }],
            }),
          );

          expect(read.subject ?? '').toBe(subject);
          expect(read.from).toEqual({ name: display, address: 'a@example.com' });
          expect(linesOf(read.text)).toEqual(linesOf(text));
          expect(linesOf(read.html)).toEqual(linesOf(html));
          expect(read.attachments[0]?.filename).toBe(file);
          expect(contentOf(read.attachments[0]).equals(content)).toBe(true);
        },
      ),
      { numRuns: 300 },
    );
  });
});

describe('a line with an encoded word is at most 76 long', () => {
  const fieldName = fc.integer({ min: 1, max: 76 }).map((length) => `X-${'n'.repeat(length)}`);
  const structured = fc.constantFrom(
    'Disposition-Notification-To',
    'Mail-Followup-To',
    'List-Id',
    'Errors-To',
  );
  const address = fc.constantFrom('a@b.example', `${'a'.repeat(64)}@${'b'.repeat(60)}.example`);

  it('S10: behind a header name of any length, and reads as it was written', async () => {
    await fc.assert(
      fc.asyncProperty(fieldName, singleLine, async (header, text) => {
        const value = `${text}ü`;
        const email = outgoingEmail({ subject: value, headers: { [header]: value } });
        const { headers, subject } = await readBack(email);

        expect(subject).toBe(value);
        expect(headers.filter(({ originalKey }) => originalKey === header)).toHaveLength(1);
        expect(valueOf(await sourceOf(email), header)).toBe(value);
        expect(longestEncodedLine(await sourceOf(email))).toBeLessThanOrEqual(76);
      }),
      { numRuns: 300 },
    );
  });

  it('S10: in a structured header too, whose addresses are all there', async () => {
    const mailbox = fc.tuple(
      name.map((text) => `${text}ü`),
      address,
    );
    await fc.assert(
      fc.asyncProperty(
        structured,
        fc.array(mailbox, { minLength: 1, maxLength: 4 }),
        async (header, all) => {
          const written = all.map(([text, to]) => `"${text.replace(/["\\]/g, '\\$&')}" <${to}>`);
          const source = await sourceOf(
            outgoingEmail({ headers: { [header]: written.join(', ') } }),
          );
          const line = headerLines(source).find((each) => each.startsWith(`${header}:`)) ?? '';

          expect(addressParser(line.slice(header.length + 1))).toEqual(
            all.map(([text, to]) => ({ name: text, address: to })),
          );
          expect(longestEncodedLine(source)).toBeLessThanOrEqual(76);
        },
      ),
      { numRuns: 300 },
    );
  });
});

describe('whatever is written, the wire carries one message with the headers of its fields', () => {
  const anything = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 200 }),
    fc
      .array(
        fc.constantFrom(
          '\r\n',
          '\n',
          '\r',
          '\0',
          'Bcc: e@x',
          ':',
          ' ',
          '.',
          '\ud800',
          'é',
          'x'.repeat(999),
        ),
      )
      .map((parts) => parts.join('')),
  );

  it('7bit, in lines of at most 998, with no bare CR or LF', async () => {
    await fc.assert(
      fc.asyncProperty(
        anything,
        anything,
        anything,
        anything,
        anything,
        async (subject, display, value, text, file) => {
          const source = await sourceOf(
            outgoingEmail({
              subject,
              from: { name: display, address: 'a@example.com' },
              headers: { 'X-A': value },
              text: `${text}.`,
              html: `<p>${text}`,
              attachments: [{ filename: file.slice(0, 255) || 'x', content: Buffer.from(text) }],
            }),
          );

          expect(headerLines(source).map((line) => line.slice(0, line.indexOf(':')))).toEqual([
            'From',
            'To',
            'Subject',
            'X-A',
            'Message-ID',
            'Date',
            'MIME-Version',
            'Content-Type',
          ]);
          expect(source).toMatch(/^[^\0\x80-\xff]*$/);
          expect(source.replaceAll('\r\n', '')).not.toMatch(/[\r\n]/);
          expect(Math.max(...source.split('\r\n').map((line) => line.length))).toBeLessThanOrEqual(
            998,
          );
        },
      ),
      { numRuns: 200 },
    );
  });
});

/** The value of a header, decoded. */
function valueOf(source: string, header: string): string {
  const line = headerLines(source).find((each) => each.startsWith(`${header}:`)) ?? '';
  return decodeWords(line.slice(header.length + 1).trimStart());
}

function longestEncodedLine(source: string): number {
  const lines = source.slice(0, source.indexOf('\r\n\r\n')).split('\r\n');
  return Math.max(0, ...lines.filter((line) => line.includes('=?')).map(({ length }) => length));
}
