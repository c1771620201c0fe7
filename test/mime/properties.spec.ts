import * as fc from 'fast-check';
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
