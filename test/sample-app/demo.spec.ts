import { jest } from '@jest/globals';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { SampleProcess } from './process.js';

jest.setTimeout(60_000);

async function demo(env: Record<string, string> = {}) {
  return new SampleProcess('demo', ['--exit'], env).end();
}

/** A port of this machine that somebody listens on. */
async function occupiedPort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { port: String((server.address() as AddressInfo).port), server };
}

describe('the demo sends a newsletter to the shipped subscribers', () => {
  it('shows progress, counts each outcome, names what was wrong, and ends', async () => {
    const { code, output } = await demo();
    expect(output).toContain("1000 subscribers through the provider 'mailbox'");
    expect(output).toMatch(/\[#{30}] 100 % {2}1000 of 1000/);
    expect(output).toMatch(/accepted 993\n\s*rejected 7\n/);
    const lines = [...output.matchAll(/^ {2}([\d, ]+) {2}rejected: /gm)];
    expect(new Set(lines.flatMap(([, found = '']) => found.split(', ')))).toEqual(
      new Set(['88', '175', '303', '446', '592', '744', '914']),
    );
    expect(code).toBe(0);
  });

  it('goes on serving what the mailbox holds, until it is told to end', async () => {
    const child = new SampleProcess('demo');
    const [, url = ''] = await child.printed(/serving on (http:\S+)\. Try:[^]+Ctrl-C/);
    const response = await fetch(`${url}/messages?limit=1`);
    expect(await response.json()).toMatchObject({ total: 993 });
    child.signal('SIGINT');
    expect(await child.end()).toMatchObject({ code: 0, signal: null });
  });

  it('ships subscribers of whom no address appears twice', () => {
    const rows = readFileSync('sample-app/subscribers.csv', 'utf8').split('\n').slice(1, -1);
    const addresses = rows.map((row) => row.slice(0, row.indexOf(',')));
    expect(new Set(addresses).size).toBe(addresses.length);
  });
});

describe('the demo goes through the provider that the environment names', () => {
  it('shows a server that is not there as outcomes', async () => {
    const { port, server } = await occupiedPort();
    server.close();
    const env = { MAIL_PROVIDER: 'smtp', SMTP_URL: `smtp://127.0.0.1:${port}` };
    const { code, output } = await demo(env);
    expect(output).toMatch(/rejected 7\n\s*unsent 993\n/);
    expect(code).toBe(1);
  });
});

describe('what keeps the sample from starting is said in one sentence', () => {
  it.each<[string, Record<string, string>, RegExp]>([
    ['SMTP without a host', { MAIL_PROVIDER: 'smtp' }, /SMTP_HOST/],
    ['an unknown provider', { MAIL_PROVIDER: 'nope' }, /no mail provider 'nope'/],
    ['a sender that is no address', { MAIL_FROM: 'nope' }, /MAIL_FROM: has no address/],
    ['a port that is none', { PORT: 'http' }, /PORT must be a number/],
  ])('%s', async (_, env, sentence) => {
    const { code, output } = await demo(env);
    expect(output).toMatch(sentence);
    expect(output.trim().split('\n')).toHaveLength(1);
    expect(code).toBe(1);
  });

  it.each(['main', 'demo'] as const)('a port that is taken: %s', async (entry) => {
    const { port, server } = await occupiedPort();
    const { code, output } = await new SampleProcess(entry, [], { PORT: port }).end();
    server.close();
    expect(output).toBe(
      `Port ${port} on 127.0.0.1 is in use: choose another one, as in PORT=3001\n`,
    );
    expect(code).toBe(1);
  });
});
