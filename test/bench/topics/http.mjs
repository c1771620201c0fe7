import { Comparison } from '../harness/comparison.mjs';
import { Sink } from '../sinks/sink.mjs';
import { TARGETS } from '../targets.mjs';

const UNDICI = 'undici.request';
const SENDGRID = '@sendgrid/mail';
const OBVIOUS = 'HttpService + mergeMap';
const BARE = 'our transport, bare';
const OURS = { 'MailBridge sendBulk': 'sendBulk', 'MailBridge send': 'send' };

/** Single messages over HTTP, as SendGrid takes them, at three concurrencies. */
export async function http(plan, report) {
  const sink = await Sink.start('http');
  try {
    for (const concurrency of [50, 10, 100]) {
      const comparison = await Comparison.start(sink, contenders(sink, concurrency, plan));
      try {
        const result = await comparison.run(plan);
        const title = `concurrency ${concurrency}`;
        report.comparison({ topic: 'http', title, result }, rows());
      } finally {
        comparison.close();
      }
    }
  } finally {
    sink.close();
  }
}

/**
 * A slice is the longer the faster its contender, so that all take about as long. What is fast by few
 * instructions takes about 10,000 messages until its code is compiled as well as it gets; the others spend
 * their time elsewhere.
 */
function contenders({ url }, concurrency, { isQuick }) {
  const settings = { url, concurrency };
  const fast = { warmUp: 12_000, slice: () => (isQuick ? 2_000 : 4_000) };
  const middling = { warmUp: 12_000, slice: () => (isQuick ? 1_000 : 3_000) };
  const slow = { warmUp: isQuick ? 2_000 : 6_000, slice: () => (isQuick ? 250 : 1_000) };
  return [
    { name: UNDICI, module: 'http/undici', settings, ...fast },
    { name: SENDGRID, module: 'http/sendgrid-mail', settings, ...slow },
    { name: OBVIOUS, module: 'http/http-service', settings, ...slow },
    { name: BARE, module: 'http/bare-transport', settings, ...middling },
    ...Object.entries(OURS).map(([name, way]) => {
      return { name, module: 'http/mailbridge', settings: { ...settings, way }, ...middling };
    }),
  ];
}

function rows() {
  const ours = Object.keys(OURS).flatMap((name) => [
    {
      what: `${name}: CPU, times ${UNDICI}`,
      value: (result) => result.ratio('cpu', name, UNDICI),
      target: TARGETS.http.cpu,
    },
    ...[SENDGRID, OBVIOUS].map((other) => ({
      what: `${name}: messages/s, times ${other}`,
      value: (result) => result.ratio('wall', name, other),
      target: TARGETS.http.wall,
    })),
    {
      what: `${name}: CPU over our transport called bare`,
      unit: ' µs',
      value: (result) => result.difference('cpu', name, BARE),
      target: TARGETS.http.ownLayers,
    },
    {
      what: `${name}: the same, times ${UNDICI}`,
      value: (result) => result.relativeDifference('cpu', name, BARE, UNDICI),
      target: TARGETS.http.ownLayersOverUndici,
    },
  ]);
  const others = [SENDGRID, OBVIOUS, BARE].map((name) => ({
    what: `${name}: CPU, times ${UNDICI}`,
    value: (result) => result.ratio('cpu', name, UNDICI),
  }));
  return [...ours, ...others];
}
