import { fork } from 'node:child_process';
import { once } from 'node:events';
import { titleOf } from './dimensions.js';
import { runRow, type RowReport } from './row-run.js';
import { CROSSINGS, SEED, needsTrust } from './rows.js';

/** What the rows came to that run in a process that trusts the test's certificate, by title. */
const trusting = new Map<string, RowReport>();
const errors: string[] = [];

beforeAll(async () => {
  const child = fork('test/crossings/trusting.mjs', {
    execArgv: [],
    env: { ...process.env, NODE_EXTRA_CA_CERTS: 'test/fixtures/tls/localhost.cert.pem' },
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  child.on('message', ([title, report]: [string, RowReport]) => trusting.set(title, report));
  child.stderr?.on('data', (chunk) => errors.push(String(chunk)));
  await once(child, 'exit');
}, 120_000);

describe(`Where two things meet (seed ${SEED})`, () => {
  it.each(CROSSINGS.rows.map((row) => [titleOf(row), row] as const))('%s', async (title, row) => {
    const report = needsTrust(row) ? trusting.get(title) : await runRow(row);
    if (report === undefined) throw new Error(`no report came: ${errors.join('')}`);
    expect(report.violations).toEqual([]);
  });
});
