import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { Readable } from 'node:stream';
import type { OutgoingEmail } from '../../../lib/message/outgoing-email.js';
import { outgoingEmail } from '../../fixtures/outgoing-email.js';
import { TEST_CERTIFICATE } from '../../fixtures/smtp-script-peer.js';
import { smtpProvider } from '../../fixtures/smtp-provider.js';

const MESSAGES = 60;
const AT_A_TIME = 6;

let server: ChildProcess;

afterEach(async () => {
  server.disconnect();
  await once(server, 'exit');
});

async function start(implicitTls: boolean, answer: string): Promise<number> {
  const argument = JSON.stringify({ ...TEST_CERTIFICATE, implicitTls, answer });
  server = fork('test/fixtures/fast-tls-server.mjs', [argument], { execArgv: [] });
  const [{ port }] = (await once(server, 'message')) as [{ port: number }];
  return port;
}

async function seenByServer(): Promise<{ taken: number; connections: number }> {
  const seen = once(server, 'message');
  server.send('what did you see?');
  return ((await seen) as [{ taken: number; connections: number }])[0];
}

const bytes = Buffer.alloc(1_000, 'x');
const CONTENTS: Readonly<Record<string, () => OutgoingEmail['attachments'][number]['content']>> = {
  'in memory': () => bytes,
  'from a function that opens a stream': () => () => Readable.from([bytes]),
  'from a function that opens a slow stream': () => () =>
    Readable.from(
      (async function* () {
        await new Promise((resolve) => setImmediate(resolve));
        yield bytes;
      })(),
    ),
  'from a stream of several slices': () => () =>
    Readable.from(Array.from({ length: 6 }, () => Buffer.alloc(65_536, 'x'))),
};

async function sendMany(port: number, secure: boolean, content: () => unknown): Promise<string[]> {
  const provider = smtpProvider({
    host: 'localhost',
    port,
    secure,
    ca: TEST_CERTIFICATE.cert,
    maxConnections: AT_A_TIME,
  });
  const outcomes: string[] = [];
  let left = MESSAGES;
  const sender = async (): Promise<void> => {
    while (left > 0) {
      left -= 1;
      const attachments = [{ filename: 'a.bin', content: content() }];
      const email = outgoingEmail({ attachments } as Partial<OutgoingEmail>);
      const signal = new AbortController().signal;
      const submission = await provider.send(email, { signal, attempt: 1 });
      const words = 'failure' in submission ? `: ${submission.failure.message}` : '';
      outcomes.push(`${submission.outcome}${words}`);
    }
  };
  await Promise.all(Array.from({ length: AT_A_TIME }, sender));
  await provider.close();
  return outcomes;
}

describe('S19: over TLS, what a server has taken is accepted, however soon it answers', () => {
  describe.each([
    ['STARTTLS', false],
    ['TLS from the first byte', true],
  ])('%s', (_, implicitTls) => {
    it.each(
      Object.entries(CONTENTS).flatMap(([name, content]) =>
        ['at once', 'later', 'in pieces'].map((answer) => [name, answer, content] as const),
      ),
    )('content %s, answered %s', async (__, answer, content) => {
      const outcomes = await sendMany(await start(implicitTls, answer), implicitTls, content);
      expect(outcomes).toEqual(Array.from({ length: MESSAGES }, () => 'accepted'));
      expect(await seenByServer()).toEqual({ taken: MESSAGES, connections: AT_A_TIME });
    });

    it.each(['followed by 421', 'and hangs up'])('with an answer %s', async (answer) => {
      const content = CONTENTS['from a function that opens a stream']!;
      const outcomes = await sendMany(await start(implicitTls, answer), implicitTls, content);
      expect(outcomes).toEqual(Array.from({ length: MESSAGES }, () => 'accepted'));
      expect(await seenByServer()).toEqual({ taken: MESSAGES, connections: MESSAGES });
    });
  });
});
