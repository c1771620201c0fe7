import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Longer than any measurement takes: past it the process hangs. */
const PATIENCE_MS = 300_000;

/**
 * Runs one of `measurements/` in a fresh process, and gives what it prints, which is JSON.
 *
 * @throws Error with what the process says when it fails
 */
export async function measurement(name, args = [], nodeOptions = []) {
  const script = fileURLToPath(new URL(`../measurements/${name}.mjs`, import.meta.url));
  const words = [...nodeOptions, script, ...args.map(String)];
  const { stdout } = await run(process.execPath, words, { timeout: PATIENCE_MS });
  return JSON.parse(stdout);
}

/** Several runs of the same, one after the other. */
export async function repeated(times, measure) {
  const results = [];
  for (let time = 0; time < times; time += 1) results.push(await measure());
  return results;
}
