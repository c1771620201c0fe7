import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib';
import { contentCodings, decodedBody } from '../../../lib/transport/http/content-coding.js';

const TEXT = JSON.stringify({ id: 'm-1', words: 'žluť 📨'.repeat(50) });
const LIMIT = 100_000;
const PACKED: [string, (data: string | Buffer) => Buffer][] = [
  ['gzip', gzipSync],
  ['x-gzip', gzipSync],
  ['deflate', deflateSync],
  ['deflate', deflateRawSync],
  ['br', brotliCompressSync],
];

describe('H9: a compressed body', () => {
  it.each(PACKED)('in %s is what it was before', async (coding, pack) => {
    const { bytes, isComplete } = await decodedBody(pack(TEXT), [coding], LIMIT);
    expect([bytes.toString(), isComplete]).toEqual([TEXT, true]);
  });

  it.each(PACKED)('in %s that ends early is a beginning', async (coding, pack) => {
    const packed = pack(TEXT);
    for (let length = 1; length < packed.length; length += 1) {
      const { bytes, isComplete } = await decodedBody(packed.subarray(0, length), [coding], LIMIT);
      expect(TEXT.startsWith(bytes.toString().replace(/�+$/, ''))).toBe(true);
      // The check sum may be all that is missing.
      expect(isComplete).toBe(false);
    }
  });

  it.each(PACKED)('in %s that grows too long is not unpacked', async (coding, pack) => {
    const { bytes, isComplete } = await decodedBody(pack(' '.repeat(LIMIT + 1)), [coding], LIMIT);
    expect([bytes.length, isComplete]).toEqual([0, false]);
    expect(await decodedBody(pack(' '.repeat(LIMIT)), [coding], LIMIT)).toMatchObject({
      isComplete: true,
    });
  });

  it.each(PACKED)('in %s that is none cannot be read', async (coding) => {
    const { bytes, isComplete } = await decodedBody(Buffer.from('<html>'), [coding], LIMIT);
    expect([bytes.length, isComplete]).toEqual([0, false]);
  });

  it('in several codings is undone in turn, and in no more than two', async () => {
    const twice = gzipSync(brotliCompressSync(TEXT));
    expect(await decodedBody(twice, ['br', 'gzip'], LIMIT)).toMatchObject({ isComplete: true });
    const thrice = gzipSync(twice);
    expect(await decodedBody(thrice, ['br', 'gzip', 'gzip'], LIMIT)).toMatchObject({
      isComplete: false,
    });
  });

  it.each<[string | undefined, string[]]>([
    [undefined, []],
    ['', []],
    ['identity', []],
    ['GZIP', ['gzip']],
    ['br , identity,gzip', ['br', 'gzip']],
  ])('says how by its header: %s', (header, codings) => {
    expect(contentCodings(header)).toEqual(codings);
  });
});
