import { measurement, repeated } from '../harness/measurement.mjs';
import { median, quartiles } from '../harness/statistics.mjs';
import { Sink } from '../sinks/sink.mjs';
import { TARGETS } from '../targets.mjs';

const SMALL_HEAP = ['--max-old-space-size=64'];

/** A million messages in a small heap, and how long a bulk blocks the event loop. */
export async function memory(plan, report) {
  await million(plan, report);
  await eventLoop(plan, report);
}

async function million({ isQuick }, report) {
  const times = isQuick ? 1 : 5;
  const bulkOf = (count) => measurement('bulk', [count], SMALL_HEAP);
  const idle = await bulkOf(0);
  const small = await repeated(times, () => bulkOf(20_000));
  const large = await repeated(times, () => bulkOf(200_000));
  const all = isQuick ? large[0] : await bulkOf(1_000_000);
  console.log('\nmemory: bulks through a provider that does nothing, in a heap of 64 MB');
  console.table([...new Set([idle, ...small, ...large, all])].map(shown));
  report.detail('memory', { idle, small, large, all });
  const { overIdleMb, linear } = TARGETS.memory;
  const many = `${all.count} messages`;
  const ms = (runs) => median(runs.map((run) => run.ms));
  const rows = [
    [`${many} over idle`, all.rssMb - idle.rssMb, overIdleMb, ' MB'],
    [`${many}, taken ahead of the sender`, all.ahead, { atMost: all.concurrency + 1 }],
    ['200,000 messages, times as long as 20,000', ms(large) / ms(small), linear],
    [`${many}, CPU each`, (all.cpuMs * 1000) / all.count, undefined, ' µs'],
  ];
  for (const [what, value, target, unit] of rows) {
    report.figure({ topic: 'memory', what, value, target, unit });
  }
}

/** The ways of a bulk besides the control. */
const WAYS = {
  single: 'one by one, a provider that does nothing',
  batches: 'in batches of 500, a provider that does nothing',
  postmark: 'in batches of 500, postmark',
  sendgrid: 'in batches of one template, sendgrid',
};

async function eventLoop({ isQuick }, report) {
  const count = isQuick ? 10_000 : 100_000;
  const times = isQuick ? 1 : 3;
  const sink = await Sink.start('http');
  try {
    const runs = { nothing: [] };
    for (const way of ['nothing', ...Object.keys(WAYS)]) {
      runs[way] = await repeated(times, () => measurement('event-loop', [count, way, sink.url]));
    }
    console.log(`\nmemory: the event loop during a bulk of ${count} messages of 2 KB`);
    console.table(Object.values(runs).flat());
    report.detail('memory', { eventLoop: runs });
    tell(report, count, runs);
  } finally {
    sink.close();
  }
}

/** Where even the control is kept waiting, the machine does it, and nothing is known of the library. */
function tell(report, count, runs) {
  const longest = (way) => quartiles(runs[way].map(({ maxMs }) => maxMs));
  const target = TARGETS.memory.blockedMs;
  const isNoisy = longest('nothing').median > target.atMost;
  for (const [way, words] of Object.entries(WAYS)) {
    const row = { topic: 'memory', unit: ' ms' };
    const what = `event loop, ${count} messages ${words}`;
    if (isNoisy) report.tooNoisy({ ...row, what: `${what}: longest block`, target });
    else report.figure({ ...row, what: `${what}: longest block`, value: longest(way), target });
    // Holds on a busy machine too: what other processes take is not in it.
    const maxCpu = quartiles(runs[way].map(({ maxCpuMs }) => maxCpuMs));
    report.figure({ ...row, what: `${what}: most CPU in one block`, value: maxCpu, target });
    const p99 = quartiles(runs[way].map(({ p99Ms }) => p99Ms));
    report.figure({ ...row, what: `${what}: 99 % below`, value: p99 });
  }
}

function shown({ count, ms, cpuMs, ahead, rssMb }) {
  return {
    messages: count,
    'messages/s': count === 0 ? '-' : Math.round((count / ms) * 1000),
    'µs CPU each': count === 0 ? '-' : ((cpuMs * 1000) / count).toFixed(1),
    'peak RSS MB': Math.round(rssMb),
    'taken ahead': ahead,
  };
}
