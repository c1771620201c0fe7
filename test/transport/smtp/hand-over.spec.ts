import { once } from 'node:events';
import { Readable } from 'node:stream';
import { setImmediate } from 'node:timers/promises';
import { HandOver } from '../../../lib/transport/smtp/hand-over.js';

const ready = () => true;
const source = (...chunks: (Buffer | string)[]) =>
  Readable.from(
    chunks.map((chunk) => Buffer.from(chunk)),
    { objectMode: false },
  );

describe('A message that is handed over', () => {
  it('is not opened before it is read', async () => {
    let opened = false;
    const handOver = new HandOver(() => {
      opened = true;
      return source('x');
    }, ready);
    await setImmediate();
    expect([opened, handOver.started, handOver.ended]).toEqual([false, false, false]);
  });

  it.each([1, 65_536, 65_537, 1_000_000])('arrives whole and in order: %i bytes', async (size) => {
    const bytes = Buffer.from(Array.from({ length: size }, (_, i) => i % 251));
    const slices: Buffer[] = [];
    const handOver = new HandOver(() => source(bytes), ready);
    for await (const slice of handOver) slices.push(slice as Buffer);
    expect(Buffer.concat(slices).equals(bytes)).toBe(true);
    expect(Math.max(...slices.map(({ length }) => length))).toBeLessThanOrEqual(65_536);
    expect(handOver.ended).toBe(true);
  });

  it('arrives whole from a source that is at its end at once', async () => {
    const bytes = Buffer.alloc(300_000, 'x');
    const handOver = new HandOver(() => {
      const atOnce = new Readable({ read: () => undefined });
      atOnce.push(bytes);
      atOnce.push(null);
      return atOnce;
    }, ready);
    let length = 0;
    for await (const slice of handOver) {
      await setImmediate();
      length += (slice as Buffer).length;
    }
    expect(length).toBe(bytes.length);
  });

  it('has not ended as long as the reader has not taken all of it', async () => {
    const handOver = new HandOver(() => source(Buffer.alloc(8_000_000)), ready);
    await once(handOver, 'readable');
    handOver.read();
    await setImmediate();
    expect([handOver.started, handOver.ended]).toEqual([true, false]);
    expect(handOver.readableLength).toBeLessThan(1_000_000);
    handOver.destroy();
  });

  it('is not started where the server did not ask for it', async () => {
    const handOver = new HandOver(
      () => source('x'),
      () => false,
    );
    handOver.resume();
    await once(handOver, 'error');
    expect([handOver.problem, handOver.started]).toEqual(['out-of-step', false]);
  });
});

describe('Content that cannot be read never ends as a message', () => {
  const broken: [string, () => Readable][] = [
    [
      'it cannot be opened',
      () => {
        throw new Error('no such thing');
      },
    ],
    [
      'it fails half-way',
      () =>
        Readable.from(
          (async function* () {
            yield Buffer.from('half');
            await setImmediate();
            throw new Error('disk');
          })(),
          { objectMode: false },
        ),
    ],
    [
      'it is closed before its end',
      () => {
        const stream = new Readable({ read: () => undefined });
        stream.push('half');
        setTimeout(() => stream.destroy(), 5);
        return stream;
      },
    ],
  ];

  it.each(broken)('when %s', async (_, openContent) => {
    const handOver = new HandOver(openContent, ready);
    handOver.resume();
    await once(handOver, 'error');
    expect([handOver.problem, handOver.ended]).toEqual(['content', false]);
  });

  it('and is let go of when the reader goes away', async () => {
    const content = source(Buffer.alloc(1_000_000));
    const handOver = new HandOver(() => content, ready);
    await once(handOver, 'readable');
    handOver.destroy();
    await once(content, 'close');
    expect(content.destroyed).toBe(true);
  });
});
