import { Comparison } from '../harness/comparison.mjs';
import { Sink } from '../sinks/sink.mjs';
import { TARGETS } from '../targets.mjs';

/** What a user would take instead, one message a call. */
const CLIENTS = {
  postmark: { name: 'the postmark client', module: 'batch/postmark-client' },
  sendgrid: { name: '@sendgrid/mail', module: 'http/sendgrid-mail' },
  ses: { name: 'the AWS SDK', module: 'batch/ses-sdk' },
};
const BARE = 'the same batches, bare';
const LOADS = { template: 'one template', different: 'different messages' };

/** Which loads of which provider; `--quick` only takes those that have a target. */
const PROVIDERS = {
  postmark: ['different', 'template'],
  sendgrid: ['template', 'different'],
  ses: ['template', 'different'],
  mailgun: ['template', 'different'],
  brevo: ['template', 'different'],
};
const QUICK_PROVIDERS = { postmark: ['different'], sendgrid: ['template'], ses: ['template'] };
const LATENCIES_MS = [0, 20, 100];
const CONCURRENCY = 50;

const single = (load) => `${LOADS[load]}, one a request`;
const batched = (load) => `${LOADS[load]}, batched`;

/** A provider promises something for messages of one template, and Postmark for any. */
const PROMISED = {
  postmark: { template: TARGETS.batch.postmark, different: TARGETS.batch.postmark },
  sendgrid: { template: TARGETS.batch.sendgrid },
  ses: { template: TARGETS.batch.ses },
};

/** Native batches against one request a message, with as many requests in flight, near and far. */
export async function batch(plan, report) {
  const providers = plan.isQuick ? QUICK_PROVIDERS : PROVIDERS;
  for (const [provider, loads] of Object.entries(providers)) {
    const sink = await Sink.start('http');
    try {
      await ofProvider(provider, loads, { sink, plan, report });
    } finally {
      sink.close();
    }
  }
}

async function ofProvider(provider, loads, { sink, plan, report }) {
  const comparison = await Comparison.start(sink, contenders(provider, loads, sink, plan));
  try {
    for (const delayMs of LATENCIES_MS) {
      const result = await comparison.run(plan, delayMs);
      const title = `${provider}, ${delayMs} ms a call`;
      report.comparison({ topic: 'batch', title, result }, rows(provider, loads));
    }
  } finally {
    comparison.close();
  }
}

function contenders(provider, loads, { url }, { isQuick }) {
  const settings = { url, provider, concurrency: CONCURRENCY };
  const singles = { warmUp: 1_000, slice: () => (isQuick ? 100 : 1_000) };
  // Singles wait for twenty answers in a row; for batches as well the wait for one must not be all there is.
  const batches = { warmUp: 4_000, slice: () => (isQuick ? 1_000 : 4_000) };
  const ours = (load, more) => {
    return { module: 'batch/mailbridge', settings: { ...settings, load, ...more } };
  };
  return [
    ...loads.map((load) => {
      return { name: single(load), ...ours(load, { maxBatchSize: 1 }), ...singles };
    }),
    ...loads.map((load) => ({ name: batched(load), ...ours(load), ...batches })),
    ...(provider in CLIENTS ? [{ ...CLIENTS[provider], settings, ...singles }] : []),
    ...(provider === 'postmark'
      ? [{ name: BARE, module: 'batch/bare', settings, ...batches }]
      : []),
  ];
}

function rows(provider, loads) {
  const ofLoads = loads.flatMap((load) => [
    {
      what: `${LOADS[load]}: messages/s, times one a request`,
      value: (result) => result.ratio('wall', batched(load), single(load)),
      target: PROMISED[provider]?.[load],
    },
    {
      what: `${LOADS[load]}: times less CPU`,
      value: (result) => result.ratio('cpu', single(load), batched(load)),
      ...(provider === 'postmark' && { target: TARGETS.batch.postmarkCpu }),
    },
    {
      what: `${LOADS[load]}: messages a request`,
      isCounted: true,
      value: (result) => 1 / result.counted(batched(load)).requests,
    },
  ]);
  if (!(provider in CLIENTS)) return ofLoads;
  const [load] = loads;
  const { name } = CLIENTS[provider];
  const overClient = [
    {
      what: `${LOADS[load]}: messages/s, times ${name}`,
      value: (result) => result.ratio('wall', batched(load), name),
      target: PROMISED[provider][load],
    },
    {
      what: `one a request: messages/s, times ${name}`,
      value: (result) => result.ratio('wall', single(load), name),
    },
  ];
  if (provider !== 'postmark') return [...ofLoads, ...overClient];
  return [
    ...ofLoads,
    ...overClient,
    {
      what: `${BARE}: messages/s, times one a request`,
      value: (result) => result.ratio('wall', BARE, single(load)),
    },
    {
      what: `${LOADS[load]}: CPU, times ${BARE}`,
      value: (result) => result.ratio('cpu', batched(load), BARE),
    },
  ];
}
