import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { REDIS_START_MS, TestRedis } from '../fixtures/redis.js';
import { LimitedApi } from './limited-api.js';

const PER_SECOND = 50;
const CONCURRENCY = 10;

let redis: TestRedis;
let api: LimitedApi;
let runs = 0;
const senders: ChildProcess[] = [];

beforeAll(async () => {
  redis = await TestRedis.start();
}, REDIS_START_MS);

afterAll(() => redis.stop());

beforeEach(() => {
  runs += 1;
  api = new LimitedApi(PER_SECOND);
});

afterEach(async () => {
  senders.splice(0).forEach((each) => each.kill('SIGKILL'));
  await api.close();
});

/** What two processes report that send so many messages each, at the same time. */
async function sendFromTwo(count: number): Promise<unknown[]> {
  const common = {
    api: await api.listen(),
    redisUrl: redis.url,
    prefix: `${redis.prefix}${runs}:`,
    perSecond: PER_SECOND,
    concurrency: CONCURRENCY,
    count,
  };
  for (const sender of ['one', 'other']) {
    const argument = JSON.stringify({ ...common, sender });
    senders.push(fork('test/redis/sender.mjs', [argument], { execArgv: [] }));
  }
  await Promise.all(senders.map(nextMessage));
  return Promise.all(
    senders.map((each) => {
      each.send('go');
      return nextMessage(each);
    }),
  );
}

async function nextMessage(sender: ChildProcess): Promise<unknown> {
  const ended = once(sender, 'exit').then(() => Promise.reject(new Error('a sender has ended')));
  const [message] = (await Promise.race([once(sender, 'message'), ended])) as [unknown];
  return message;
}

describe('Two processes that share one Redis', () => {
  it('send as fast as the limit allows together, and no faster', async () => {
    const reports = await sendFromTwo(150);
    expect(reports).toEqual([
      { total: 150, accepted: 150 },
      { total: 150, accepted: 150 },
    ]);
    expect(api.arrivals).toHaveLength(300);
    expect(api.refusals).toEqual([]);
    expect(api.rate / PER_SECOND).toBeGreaterThanOrEqual(0.9);
    expect(api.rate / PER_SECOND).toBeLessThanOrEqual(1.05);
  }, 60_000);

  it('both pause when one of them is told to', async () => {
    api.refuse = 30;
    const reports = await sendFromTwo(50);
    expect(reports).toEqual([
      { total: 50, accepted: 50 },
      { total: 50, accepted: 50 },
    ]);
    expect(api.arrivals).toHaveLength(101);
    const refused = api.arrivals[29]!;
    expect(api.refusals).toEqual([refused]);
    const during = api.arrivals.filter(({ at }) => at > refused.at && at < refused.at + 1000);
    expect(during.length).toBeLessThanOrEqual(CONCURRENCY);
    for (const sender of ['one', 'other']) {
      const after = api.arrivals.filter((each) => each.at > refused.at + 1000);
      expect(after.some((each) => each.sender === sender)).toBe(true);
    }
  }, 60_000);
});
