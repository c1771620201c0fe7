import { createReadStream } from 'node:fs';
import { mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { startMailBridge } from '../fixtures/application.js';
import { ChaosProxy, type FaultKind } from '../fixtures/chaos-proxy.js';
import { message } from '../fixtures/scripted-provider.js';
import { Ledger, numbered } from './ledger.js';
import { leftOpen, openResources } from './open-resources.js';
import { startSmtpSink } from './smtp-sink.js';

const MB = 1024 * 1024;
const SIZE = 24 * MB;

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mailbridge-'));
  await writeFile(join(folder, 'large.bin'), '');
  await truncate(join(folder, 'large.bin'), SIZE);
});
afterAll(() => rm(folder, { recursive: true }));

/** Sends a large file over a connection that is cut, the first time or every time, half way through. */
async function sendOverCut(kind: FaultKind, cuts: number) {
  const ledger = new Ledger(numbered(1));
  const id = ledger.submit();
  let connections = 0;
  const sink = await startSmtpSink({
    arrived: (copy) => ledger.arrived(copy),
    isBusy: () => false,
  });
  const proxy = await ChaosProxy.start({
    target: sink.port,
    draw: () => (connections++ < cuts ? { kind, direction: 'up', at: SIZE / 2 } : undefined),
    random: () => 0,
    stretch: Infinity,
  });
  const before = openResources();
  const opened: Readable[] = [];
  const content = () => {
    const stream = createReadStream(join(folder, 'large.bin'));
    opened.push(stream);
    return stream;
  };
  const mail = await startMailBridge({
    provider: 'smtp',
    defaults: { from: 'sender@example.com' },
    retry: { attempts: 2, baseDelayMs: 1, maxDelayMs: 1 },
    providers: { smtp: { host: '127.0.0.1', port: proxy.port, timeouts: { answerMs: 300 } } },
  });
  const attachments = [{ filename: 'large.bin', content }];
  const { responses } = await mail.sendBulk([{ ...message(`${id}@example.org`), id, attachments }]);
  ledger.settled(responses[0]!);
  await mail.close();
  const left = await leftOpen(before);
  await proxy.close();
  await sink.close();
  return { balance: ledger.balance(), response: responses[0]!, opened, left };
}

describe('A large attachment whose connection is cut half way', () => {
  it.each<FaultKind>(['rst', 'fin'])(
    '(%s) was surely not taken, and its file is closed',
    async (kind) => {
      const { response, balance, opened, left } = await sendOverCut(kind, Infinity);
      expect(response).toMatchObject({ outcome: 'unsent', attempts: 2 });
      expect(balance.violations).toEqual([]);
      expect(opened.map(({ closed }) => closed)).toEqual([true, true]);
      expect(left).toEqual([]);
    },
    20_000,
  );

  // What is swallowed is acknowledged all the same: seen from here, all of it has gone.
  it.each<FaultKind>(['black-hole', 'half-open'])(
    '(%s) may have been taken, and is not sent again',
    async (kind) => {
      const { response, balance, opened, left } = await sendOverCut(kind, Infinity);
      expect(response).toMatchObject({ outcome: 'unknown', attempts: 1 });
      expect(balance.violations).toEqual([]);
      expect(opened.map(({ closed }) => closed)).toEqual([true]);
      expect(left).toEqual([]);
    },
    20_000,
  );

  it('is read anew for the next attempt', async () => {
    const { response, balance, opened } = await sendOverCut('rst', 1);
    expect(response).toMatchObject({ outcome: 'accepted', attempts: 2 });
    expect(balance.violations).toEqual([]);
    expect(opened.map(({ closed }) => closed)).toEqual([true, true]);
  }, 20_000);
});
