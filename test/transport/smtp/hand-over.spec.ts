import { once } from 'node:events';
import { createServer, connect, type AddressInfo, type Socket } from 'node:net';
import { Readable, Writable } from 'node:stream';
import { setImmediate } from 'node:timers/promises';
import { HandOver } from '../../../lib/transport/smtp/hand-over.js';
import type { SmtpContent } from '../../../lib/transport/smtp/smtp-result.js';
import { eventually } from '../../fixtures/smtp-pool.js';

/** More than all buffers between the two ends hold together. */
const LARGE = 16 * 1024 * 1024;
const SLICE = 256 * 1024;
const END = '\r\n.\r\n';

const streamed = (...chunks: (Buffer | string)[]): SmtpContent => ({
  open: () =>
    Readable.from(
      chunks.map((chunk) => Buffer.from(chunk)),
      { objectMode: false },
    ),
});
const inMemory = (...chunks: (Buffer | string)[]): SmtpContent => ({
  chunks: chunks.map((chunk) => Buffer.from(chunk)),
});
const forms = [
  ['in memory', inMemory],
  ['from a stream', streamed],
] as const;

/** Both ends of a connection. */
class Wire {
  got = Buffer.alloc(0);

  private constructor(
    readonly ours: Socket,
    readonly theirs: Socket,
  ) {
    theirs.on('data', (chunk: Buffer) => (this.got = Buffer.concat([this.got, chunk])));
    for (const socket of [ours, theirs]) socket.on('error', () => undefined);
  }

  static async open(): Promise<Wire> {
    const server = createServer({ noDelay: true });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const ours = connect({ port: (server.address() as AddressInfo).port, host: '127.0.0.1' });
    const [theirs] = (await once(server, 'connection')) as [Socket];
    server.close();
    return new Wire(ours, theirs);
  }

  close(): void {
    this.ours.destroy();
    this.theirs.destroy();
  }
}

let wire: Wire;
beforeEach(async () => {
  wire = await Wire.open();
});
afterEach(() => wire.close());

function handOverOf(
  content: SmtpContent,
  socket: Writable = wire.ours,
  onFailure: (error: Error) => void = () => undefined,
): HandOver {
  return new HandOver(content, {
    socket,
    onProgress: () => undefined,
    onEnd: () => undefined,
    onFailure,
  });
}

/** Where every write goes, with what it was called. */
function recorder(): { readonly socket: Writable; readonly writes: Buffer[] } {
  const writes: Buffer[] = [];
  const socket = new Writable({
    write: (chunk: Buffer, _, done) => {
      writes.push(chunk);
      queueMicrotask(done);
    },
  });
  return { socket, writes };
}

describe('A message that is handed over', () => {
  it('is not opened before the server wants it', async () => {
    let opened = false;
    const handOver = handOverOf({
      open: () => {
        opened = true;
        return Readable.from(['x']);
      },
    });
    await setImmediate();
    expect([opened, handOver.started, handOver.ended]).toEqual([false, false, false]);
  });

  describe.each(forms)('%s', (_, content) => {
    it.each([1, 65_536, 65_537, 1_000_000])(
      'arrives whole and in order: %i bytes',
      async (size) => {
        const bytes = Buffer.from(Array.from({ length: size }, (__, i) => 32 + (i % 91)));
        const half = size >> 1;
        const handOver = handOverOf(content(bytes.subarray(0, half), bytes.subarray(half)));
        handOver.start();
        const expected = Buffer.concat([bytes, Buffer.from(END)]);
        await eventually(() => wire.got.length >= expected.length);
        expect(wire.got.equals(expected)).toBe(true);
        expect([handOver.started, handOver.ended]).toEqual([true, true]);
      },
    );

    it('has not ended as long as the peer has not taken nearly all of it', async () => {
      wire.theirs.pause();
      const handOver = handOverOf(content(Buffer.alloc(LARGE, 'x')));
      handOver.start();
      await eventually(() => wire.ours.writableLength > 0);
      await eventually(() => wire.ours.bytesWritten > 1_000_000);
      expect([handOver.started, handOver.ended]).toEqual([true, false]);
      expect(wire.ours.writableLength).toBeLessThanOrEqual(SLICE);
      wire.theirs.resume();
      await eventually(() => wire.got.length === LARGE + END.length);
      expect(handOver.ended).toBe(true);
    });

    it('is handed on in slices, and its end only when the last of them has been taken', async () => {
      const { socket, writes } = recorder();
      const handOver = handOverOf(content(Buffer.alloc(900_000, 'x')), socket);
      handOver.start();
      await eventually(() => handOver.ended);
      const lengths = writes.map(({ length }) => length);
      expect(Math.max(...lengths)).toBe(SLICE);
      expect(lengths.reduce((sum, length) => sum + length)).toBe(900_000 + END.length);
      expect(lengths.at(-1)).toBe(END.length);
    });

    it('writes nothing any more once it is closed', async () => {
      wire.theirs.pause();
      const handOver = handOverOf(content(Buffer.alloc(LARGE, 'x')));
      handOver.start();
      await eventually(() => wire.ours.writableLength > 0);
      handOver.close();
      wire.theirs.resume();
      await eventually(() => wire.ours.writableLength === 0);
      await setImmediate();
      expect(handOver.ended).toBe(false);
      expect(wire.ours.bytesWritten).toBeLessThan(LARGE);
    });

    it('does not end over a connection that is going down', async () => {
      const handOver = handOverOf(content('x'));
      wire.ours.end();
      handOver.start();
      await once(wire.ours, 'close');
      expect([handOver.started, handOver.ended, wire.got.length]).toEqual([false, false, 0]);
    });
  });

  it('is one write with its end, when it is small and in memory', () => {
    const { socket, writes } = recorder();
    handOverOf(inMemory('Subject: x\r\n', '\r\n', '.hello\r\n'), socket).start();
    expect(writes.map(String)).toEqual(['Subject: x\r\n\r\n..hello\r\n.\r\n']);
  });

  it.each([
    [65_536, 1],
    [65_537, 3],
  ])('of %i bytes in memory takes %i writes', async (size, count) => {
    const { socket, writes } = recorder();
    const handOver = handOverOf(inMemory(Buffer.alloc(size, 'x')), socket);
    handOver.start();
    await eventually(() => handOver.ended);
    expect(writes).toHaveLength(count);
  });

  it('arrives whole from a source that is at its end at once', async () => {
    const bytes = Buffer.alloc(300_000, 'x');
    const handOver = handOverOf({
      open: () => {
        const atOnce = new Readable({ read: () => undefined });
        atOnce.push(bytes);
        atOnce.push(null);
        return atOnce;
      },
    });
    handOver.start();
    await eventually(() => wire.got.length === bytes.length + END.length);
    expect(handOver.ended).toBe(true);
  });

  it('arrives whole from a source that takes its time', async () => {
    const handOver = handOverOf({
      open: () =>
        Readable.from(
          (async function* () {
            for (const word of ['one\r\n', '.two\r\n', 'three']) {
              await setImmediate();
              yield Buffer.from(word);
            }
          })(),
          { objectMode: false },
        ),
    });
    handOver.start();
    await eventually(() => handOver.ended);
    await eventually(() => wire.got.toString() === `one\r\n..two\r\nthree${END}`);
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

  it.each(broken)('when %s', async (_, open) => {
    const error = await new Promise((resolve) => handOverOf({ open }, wire.ours, resolve).start());
    expect(error).toBeInstanceOf(Error);
    wire.ours.end();
    await once(wire.theirs, 'end');
    expect(wire.got.toString()).not.toContain('.');
  });

  it('and is let go of when the client goes away', async () => {
    const source = Readable.from([Buffer.alloc(LARGE)], { objectMode: false });
    const errors: Error[] = [];
    const handOver = handOverOf({ open: () => source }, wire.ours, (error) => errors.push(error));
    handOver.start();
    await eventually(() => handOver.started);
    handOver.close();
    await once(source, 'close');
    expect([source.destroyed, errors, handOver.ended]).toEqual([true, [], false]);
  });
});
