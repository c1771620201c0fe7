import { measured } from '../gates/measured.js';

interface Measured {
  readonly count: number;
  readonly ahead: number;
  readonly rssMb: number;
}

/** One bulk from an async generator, in a process of its own with a heap of 64 MB. */
const bulkOf = (count: number) =>
  measured<Measured>('bulk', [String(count)], ['--max-old-space-size=64']);

describe('The memory of a bulk is flat', () => {
  it('200,000 messages from an async generator need no more than 20,000', async () => {
    const [small, large] = [await bulkOf(20_000), await bulkOf(200_000)];
    expect(large.count).toBe(200_000);
    // The young generation, which Node sizes as it likes, takes up to 32 MB.
    expect(large.rssMb - small.rssMb).toBeLessThan(35);
    expect(large.ahead).toBeLessThanOrEqual(51);
  }, 120_000);
});
