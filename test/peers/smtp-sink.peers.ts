import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as wait } from 'node:timers/promises';
import { jest } from '@jest/globals';
import { outgoingEmail } from '../fixtures/outgoing-email.js';
import { smtpProvider } from '../fixtures/smtp-provider.js';
import { provideProgram, SERVER_START_MS } from './debian-packages.js';
import { answers, freePorts } from './private-server.js';

// With `-A 0` the sink says 550 right behind its 354 and hangs up. Whether we read both at once (`unknown`)
// or the 550 as an answer to our dot (`rejected`) is a race, and either is true: we wait for the first.
jest.retryTimes(8);

const attempt = () => ({ signal: new AbortController().signal, attempt: 1 });
let smtpSink: string;
let sink: ChildProcess | undefined;

beforeAll(async () => {
  smtpSink = await provideProgram('smtp-sink', 'postfix');
}, SERVER_START_MS);

afterEach(async () => {
  if (sink === undefined) return;
  const ended = once(sink, 'exit');
  sink.kill('SIGKILL');
  await ended;
  sink = undefined;
});

async function startSink(options: readonly string[]): Promise<number> {
  const [port = 0] = await freePorts(1);
  const user = process.getuid?.() === 0 ? ['-u', 'nobody'] : [];
  sink = spawn(smtpSink, [...user, ...options, `127.0.0.1:${port}`, '100'], { stdio: 'ignore' });
  while (!(await answers(port))) await wait(20);
  return port;
}

/** Its own words are `500 5.3.0`, which says that the mail system is at fault (RFC 3463, section 3.4). */
const OUT_OF_ORDER = { outcome: 'unsent', failure: { statusCode: 500, scope: 'provider' } };

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
    [
      'says 554 5.6.0 to the dot',
      ['-f', '.', '-B', '554 5.6.0 No'],
      { outcome: 'rejected', failure: { statusCode: 554 } },
    ],
    ['has a fault of its own at the dot', ['-f', '.'], OUT_OF_ORDER],
    ['disconnects at DATA', ['-q', 'DATA'], { outcome: 'unsent' }],
    ['disconnects at MAIL', ['-q', 'MAIL'], { outcome: 'unsent' }],
    ['disconnects at EHLO', ['-q', 'EHLO'], { outcome: 'unsent' }],
    ['says 421 to RCPT', ['-Q', 'RCPT'], { outcome: 'unsent', failure: { statusCode: 421 } }],
    [
      'says 450 4.2.1 to RCPT',
      ['-r', 'RCPT', '-b', '450 4.2.1 Later'],
      { outcome: 'unsent', failure: { scope: 'recipient' } },
    ],
    [
      'says 550 5.1.1 to RCPT',
      ['-f', 'RCPT', '-B', '550 5.1.1 No such user'],
      { outcome: 'rejected', failure: { scope: 'recipient' } },
    ],
    ['has a fault of its own at RCPT', ['-f', 'RCPT'], OUT_OF_ORDER],
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
