// npm run bench:bulk — a million messages through a provider that does nothing, in a small heap.
//
// Each row is a process of its own: `idle` shows what a Nest context with the module costs, the others
// what a bulk adds. The provider answers in a later turn of the event loop, as a real one does; one that
// answers at once would hide any buffering.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import 'reflect-metadata';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { MailBridgeModule, MailBridgeService } from '../../dist/index.js';

const CONCURRENCY = 50;
const LIMITS = { memoryMb: 60, ahead: CONCURRENCY + 1, linear: 12 };
const answer = { outcome: 'accepted' };

async function measure(count) {
  let [taken, finished, ahead] = [0, 0, 0];
  const noop = {
    send: () =>
      new Promise((resolve) =>
        setImmediate(() => {
          finished += 1;
          resolve(answer);
        }),
      ),
  };
  const options = { provider: 'noop', defaults: { from: 'sender@example.com' } };
  class Application {}
  Module({ imports: [MailBridgeModule.forRoot(options)] })(Application);
  const app = await NestFactory.create(Application, { logger: false });
  const mail = app.get(MailBridgeService);
  mail.registerProvider('noop', noop);
  async function* source() {
    for (; taken < count; taken += 1) {
      ahead = Math.max(ahead, taken - finished);
      yield { to: `person${taken}@example.com`, subject: 'News', text: 'Something happened' };
    }
  }
  const before = process.cpuUsage();
  const startedAt = performance.now();
  const { successful } = await mail.sendBulk(source(), {
    concurrency: CONCURRENCY,
    keepResponses: 'none',
  });
  const ms = performance.now() - startedAt;
  const { user, system } = process.cpuUsage(before);
  if (successful !== count) throw new Error(`${successful} of ${count} were accepted`);
  return {
    count,
    ms,
    cpuMs: (user + system) / 1000,
    ahead,
    rssMb: process.resourceUsage().maxRSS / 1024,
  };
}

function inProcess(count) {
  const args = ['--max-old-space-size=64', fileURLToPath(import.meta.url), String(count)];
  const { stdout, stderr, status } = spawnSync(process.execPath, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
  return JSON.parse(stdout);
}

function report() {
  const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
  const idle = inProcess(0);
  const [small, large] = [20_000, 200_000].map((count) => {
    const runs = Array.from({ length: 5 }, () => inProcess(count));
    return { ...runs[0], ms: median(runs.map(({ ms }) => ms)) };
  });
  const million = inProcess(1_000_000);
  const rows = [idle, small, large, million].map(({ count, ms, cpuMs, ahead, rssMb }) => ({
    messages: count,
    'messages/s': count === 0 ? '-' : Math.round((count / ms) * 1000),
    'µs CPU each': count === 0 ? '-' : ((cpuMs * 1000) / count).toFixed(1),
    'peak RSS MB': Math.round(rssMb),
    'taken ahead': ahead,
  }));
  console.table(rows);
  const checks = [
    ['a million over idle, MB', million.rssMb - idle.rssMb, LIMITS.memoryMb],
    ['taken ahead of the sender', million.ahead, LIMITS.ahead],
    ['200,000 take as many times as long as 20,000', large.ms / small.ms, LIMITS.linear],
  ];
  for (const [what, value, limit] of checks) {
    console.log(
      `${value <= limit ? 'ok  ' : 'MISS'} ${what}: ${value.toFixed(1)} (at most ${limit})`,
    );
  }
  process.exitCode = checks.every(([, value, limit]) => value <= limit) ? 0 : 1;
}

const [, , count] = process.argv;
if (count === undefined) report();
else console.log(JSON.stringify(await measure(Number(count))));
