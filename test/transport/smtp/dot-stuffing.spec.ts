import fc from 'fast-check';
import { ChunkedBody } from '../../../lib/transport/smtp/chunked-body.js';
import { DotStuffing } from '../../../lib/transport/smtp/dot-stuffing.js';

/** The rule in one line each, over the whole text at once. */
function wireForm(text: string): string {
  const lines = text.replace(/\r\n|\r|\n/g, '\r\n');
  const ended = lines.endsWith('\r\n') ? lines : `${lines}\r\n`;
  return `${ended.replace(/(^|\r\n)\./g, '$1..')}.\r\n`;
}

function stuffed(chunks: readonly string[]): string {
  const stuffing = new DotStuffing();
  const wire = chunks.map((chunk) => stuffing.stuff(Buffer.from(chunk, 'latin1')));
  return Buffer.concat([...wire, stuffing.end()]).toString('latin1');
}

function chunked(chunks: readonly Buffer[]): string {
  const body = new ChunkedBody(chunks);
  const pieces: Buffer[] = [];
  while (!body.ended) pieces.push(...body.read());
  return Buffer.concat([...pieces, body.finalDot()]).toString('latin1');
}

// Little else than what matters, so that every way of standing side by side comes up.
const text = fc.string({ unit: fc.constantFrom('\r', '\n', '\r\n', '.', 'a', '\xff', '') });

describe('On the wire', () => {
  it.each([
    ['a dot at the start of the message', '.a\r\n', '..a\r\n.\r\n'],
    ['a dot at the start of a line', 'a\r\n.\r\n', 'a\r\n..\r\n.\r\n'],
    ['a dot elsewhere', 'a.\r\n', 'a.\r\n.\r\n'],
    ['no line break at the end', 'a', 'a\r\n.\r\n'],
    ['half a line break at the end', 'a\r', 'a\r\n.\r\n'],
    ['a lone LF before a dot', 'a\n.\nb\r\n', 'a\r\n..\r\nb\r\n.\r\n'],
    ['a lone CR before a dot', 'a\r.\rb\r\n', 'a\r\n..\r\nb\r\n.\r\n'],
    ['nothing', '', '\r\n.\r\n'],
  ])('%s has its right form', (_, message, wire) => {
    expect(stuffed([message])).toBe(wire);
  });

  it('a message has the same form however it was cut, with no lone CR or LF and one end', () => {
    fc.assert(
      fc.property(fc.array(text), (chunks) => {
        const wire = stuffed(chunks);
        expect(wire).toBe(chunks.length === 0 ? '\r\n.\r\n' : wireForm(chunks.join('')));
        expect(wire).not.toMatch(/\r(?!\n)|(?<!\r)\n/);
        expect(`\r\n${wire}`.indexOf('\r\n.\r\n')).toBe(wire.length - 3);
      }),
      { numRuns: 2_000 },
    );
  });
});

describe('What is held in memory', () => {
  it('has the right form, as a part of its first message and of its second', () => {
    const filling = 'x'.repeat(262_140);
    fc.assert(
      fc.property(fc.array(fc.tuple(text, fc.boolean())), (parts) => {
        const texts = parts.map(([part, isLarge]) => (isLarge ? `${part}${filling}${part}` : part));
        const chunks = texts.map((each) => Buffer.from(each, 'latin1'));
        const wire = wireForm(texts.join(''));
        expect(chunked(chunks) === wire).toBe(true);
        expect(chunked(chunks) === wire).toBe(true);
        // The same chunks behind others: what was found out about them must not depend on these.
        expect(chunked([Buffer.from('\r'), ...chunks]) === wireForm(`\r${texts.join('')}`)).toBe(
          true,
        );
      }),
      { numRuns: 100 },
    );
  });

  it('has no lone LF where it was cut for another message', () => {
    const content = `${'x'.repeat(65_536)}\n${'x'.repeat(65_536)}`;
    const chunk = Buffer.from(content);
    chunked([chunk]);
    expect(chunked([Buffer.from('y'), chunk]) === wireForm(`y${content}`)).toBe(true);
  });

  it('is left as it is', () => {
    const chunk = Buffer.from('a\n.b\r.c'.repeat(20_000));
    const copy = Buffer.from(chunk);
    chunked([chunk]);
    expect(chunk.equals(copy)).toBe(true);
  });
});
