import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Runs one of the benchmark's measurements in a process of its own, and gives what it prints. */
export async function measured<T>(
  name: string,
  args: readonly string[],
  nodeOptions: readonly string[] = [],
): Promise<T> {
  const script = `test/bench/measurements/${name}.mjs`;
  const { stdout } = await run(process.execPath, [...nodeOptions, script, ...args]);
  return JSON.parse(stdout) as T;
}
