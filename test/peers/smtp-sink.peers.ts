import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { connect, createServer, type AddressInfo } from 'node:net';
import { delimiter, join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { jest } from '@jest/globals';
import { outgoingEmail } from '../fixtures/outgoing-email.js';
import { smtpProvider } from '../fixtures/smtp-provider.js';

/** Postfix's test server, written by others, from the Debian package `postfix`. */
function findSmtpSink(): string {
  const found = lookFor('smtp-sink');
  if (found !== undefined) return found;
  if (process.getuid?.() === 0 && existsSync('/etc/debian_version')) install();
  const installed = lookFor('smtp-sink');
  if (installed !== undefined) return installed;
  throw new Error(
    'smtp-sink is missing: run apt-get install postfix (as root), or put it on the PATH',
  );
}

function lookFor(name: string): string | undefined {
  const folders = ['/usr/sbin', ...(process.env['PATH'] ?? '').split(delimiter)];
  return folders.map((folder) => join(folder, name)).find((path) => existsSync(path));
}

function install(): void {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const run = (...args: string[]) => execFileSync('apt-get', args, { env, stdio: 'ignore' });
  run('update');
  run('install', '-y', '--no-install-recommends', 'postfix');
}

// With `-A 0` the sink says 550 right behind its 354 and hangs up. Whether we read both at once (`unknown`)
// or the 550 as an answer to our dot (`rejected`) is a race, and either is true: we wait for the first.
jest.retryTimes(8);

const attempt = () => ({ signal: new AbortController().signal, attempt: 1 });
let smtpSink: string;
let sink: ChildProcess | undefined;

beforeAll(() => {
  smtpSink = findSmtpSink();
}, 300_000);

afterEach(async () => {
  if (sink === undefined) return;
  const ended = once(sink, 'exit');
  sink.kill('SIGKILL');
  await ended;
  sink = undefined;
});

async function startSink(options: readonly string[]): Promise<number> {
  const port = await freePort();
  const user = process.getuid?.() === 0 ? ['-u', 'nobody'] : [];
  sink = spawn(smtpSink, [...user, ...options, `127.0.0.1:${port}`, '100'], { stdio: 'ignore' });
  while (!(await answers(port))) await wait(20);
  return port;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

async function answers(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

describe('Postfix smtp-sink and we agree on what became of a message', () => {
  it.each<[string, string[], object]>([
    ['takes it', [], { outcome: 'accepted' }],
    ['takes it without ESMTP', ['-e'], { outcome: 'accepted' }],
    ['disconnects after the dot', ['-q', '.'], { outcome: 'unknown' }],
    ['says 421 to the dot', ['-Q', '.'], { outcome: 'unsent', failure: { statusCode: 421 } }],
    [
      'says 450 to the dot',
      ['-r', '.'],
      { outcome: 'unsent', failure: { statusCode: 450, retryable: true } },
    ],
    ['says 500 to the dot', ['-f', '.'], { outcome: 'rejected', failure: { statusCode: 500 } }],
    ['disconnects at DATA', ['-q', 'DATA'], { outcome: 'unsent' }],
    ['disconnects at MAIL', ['-q', 'MAIL'], { outcome: 'unsent' }],
    ['disconnects at EHLO', ['-q', 'EHLO'], { outcome: 'unsent' }],
    ['says 421 to RCPT', ['-Q', 'RCPT'], { outcome: 'unsent', failure: { statusCode: 421 } }],
    ['says 450 to RCPT', ['-r', 'RCPT'], { outcome: 'unsent', failure: { scope: 'recipient' } }],
    ['says 500 to RCPT', ['-f', 'RCPT'], { outcome: 'rejected', failure: { scope: 'recipient' } }],
    ['says no at once', ['-f', 'CONNECT'], { outcome: 'unsent', failure: { retryable: false } }],
    ['answers the dot too late', ['-W', '.:3'], { outcome: 'unknown' }],
    ['aborts after the dot', ['-A', '0'], { outcome: 'unknown' }],
  ])('when it %s', async (_, options, expected) => {
    const port = await startSink(options);
    const timeouts = { connectMs: 5_000, handOverMs: 5_000, answerMs: 1_000 };
    const provider = smtpProvider({ host: '127.0.0.1', port, timeouts });
    const submission = await provider.send(outgoingEmail(), attempt());
    expect(submission).toMatchObject(expected);
  });

  it('over a few connections for many messages', async () => {
    const port = await startSink([]);
    const provider = smtpProvider({ host: '127.0.0.1', port, maxConnections: 5 });
    const sending = Array.from({ length: 500 }, () => provider.send(outgoingEmail(), attempt()));
    const outcomes = (await Promise.all(sending)).map(({ outcome }) => outcome);
    expect(new Set(outcomes)).toEqual(new Set(['accepted']));
  });
});
