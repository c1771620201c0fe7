import { Comparison } from '../harness/comparison.mjs';
import { Sink } from '../sinks/sink.mjs';
import { TARGETS } from '../targets.mjs';

const CLIENT = 'the postmark client';
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
    ...(provider === 'postmark'
      ? [
          { name: CLIENT, module: 'batch/postmark-client', settings, ...singles },
          { name: BARE, module: 'batch/bare', settings, ...batches },
        ]
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
  if (provider !== 'postmark') return ofLoads;
  return [
    ...ofLoads,
    {
      what: `${BARE}: messages/s, times one a request`,
      value: (result) => result.ratio('wall', BARE, single('different')),
    },
    {
      what: `different messages: CPU, times ${BARE}`,
      value: (result) => result.ratio('cpu', batched('different'), BARE),
    },
    {
      what: `different messages: messages/s, times ${CLIENT}`,
      value: (result) => result.ratio('wall', batched('different'), CLIENT),
    },
    {
      what: `one a request: messages/s, times ${CLIENT}`,
      value: (result) => result.ratio('wall', single('different'), CLIENT),
    },
  ];
}
