import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

interface Measured {
  readonly count: number;
  readonly ahead: number;
  readonly rssMb: number;
}

/** One bulk from an async generator, in a process of its own with a heap of 64 MB. */
async function bulkOf(count: number): Promise<Measured> {
  const args = ['--max-old-space-size=64', 'test/bench/measurements/bulk.mjs', String(count)];
  const { stdout } = await run(process.execPath, args);
  return JSON.parse(stdout) as Measured;
}

describe('The memory of a bulk is flat', () => {
  it('200,000 messages from an async generator need no more than 20,000', async () => {
    const [small, large] = [await bulkOf(20_000), await bulkOf(200_000)];
    expect(large.count).toBe(200_000);
    // The young generation, which Node sizes as it likes, takes up to 32 MB.
    expect(large.rssMb - small.rssMb).toBeLessThan(35);
    expect(large.ahead).toBeLessThanOrEqual(51);
  }, 120_000);
});
