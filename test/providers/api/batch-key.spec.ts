import fc from 'fast-check';
import { batchKey } from '../../../lib/providers/api/batch-key.js';

const LONG = 'x'.repeat(300);

describe('A batch key', () => {
  it('is the same for the same data, in whatever strings they are', () => {
    const build = () =>
      batchKey([{ from: ['a', 'b'].join('@') }], [['x'.repeat(150)].join(''), LONG]);
    expect(build()).toBe(build());
  });

  it('is another one where anything differs', () => {
    const text = fc.option(fc.constantFrom('', 'a', 'b', LONG, `${LONG}a`), { nil: undefined });
    const texts = fc.tuple(text, text, text);
    fc.assert(
      fc.property(texts, texts, fc.json(), fc.json(), (one, other, shared, otherShared) => {
        const isSame = JSON.stringify([shared, one]) === JSON.stringify([otherShared, other]);
        expect(batchKey([shared], one) === batchKey([otherShared], other)).toBe(isSame);
      }),
    );
  });

  it('is short, however long the data', () => {
    expect(batchKey([LONG.repeat(100)], [LONG.repeat(1_000)]).length).toBeLessThan(100);
  });

  it('cannot be had by a text that names the digest of another', () => {
    const [plain, tricky] = [batchKey([], [LONG]), batchKey([], [batchKey([], [LONG])])];
    expect(plain).not.toBe(tricky);
  });
});
