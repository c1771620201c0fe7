import { Comparison } from '../harness/comparison.mjs';
import { Sink } from '../sinks/sink.mjs';
import { TARGETS } from '../targets.mjs';

const NODEMAILER = 'nodemailer, pooled';
const UPYO = '@upyo/smtp';
const OURS = 'MailBridge';

/** A reply takes so long where the server is far away. */
const DISTANT_MS = 20;

/** SMTP over five connections: 2 KB messages near and far, and an attachment of 1 MB. */
export async function smtp(plan, report) {
  const sink = await Sink.start('smtp');
  try {
    await small(sink, plan, report);
    await withAttachment(sink, plan, report);
  } finally {
    sink.close();
  }
}

async function small(sink, plan, report) {
  const size = (near, far) => (delayMs) => sized(delayMs === 0 ? near : far, plan);
  const slices = {
    nodemailer: { warmUp: 3_000, slice: size(600, 100) },
    upyo: { warmUp: 8_000, slice: size(2_000, 50) },
    ours: { warmUp: 8_000, slice: size(2_000, 100) },
  };
  const comparison = await Comparison.start(
    sink,
    contenders(sink, { hasAttachment: false }, slices),
  );
  try {
    const near = await comparison.run(plan);
    report.comparison({ topic: 'smtp', title: '2 KB', result: near }, [
      ...wallRows({ [NODEMAILER]: TARGETS.smtp.nodemailer, [UPYO]: TARGETS.smtp.upyo }),
      ...cpuRows(),
    ]);
    const far = await comparison.run(plan, DISTANT_MS);
    report.comparison({ topic: 'smtp', title: `2 KB, ${DISTANT_MS} ms a reply`, result: far }, [
      ...wallRows({ [NODEMAILER]: TARGETS.smtp.distant, [UPYO]: undefined }),
      // Only where replies take time does the sink see what was sent without waiting for them.
      ...[OURS, NODEMAILER, UPYO].map((name) => ({
        what: `${name}: round trips a message`,
        isCounted: true,
        value: (result) => result.counted(name).roundTrips,
        ...(name === OURS && { target: TARGETS.smtp.roundTrips }),
      })),
    ]);
  } finally {
    comparison.close();
  }
}

async function withAttachment(sink, plan, report) {
  const slice = { warmUp: 30, slice: () => sized(60, plan) };
  const slices = { nodemailer: slice, upyo: slice, ours: slice };
  const comparison = await Comparison.start(
    sink,
    contenders(sink, { hasAttachment: true }, slices),
  );
  try {
    const result = await comparison.run(plan);
    report.comparison({ topic: 'smtp', title: '1 MB attached', result }, [
      ...wallRows({ [NODEMAILER]: TARGETS.smtp.attachment, [UPYO]: undefined }),
      ...cpuRows(),
    ]);
  } finally {
    comparison.close();
  }
}

function sized(full, { isQuick }) {
  return isQuick ? Math.ceil(full / 3) : full;
}

function contenders({ port }, { hasAttachment }, slices) {
  const settings = { port, connections: 5, hasAttachment };
  return [
    { name: NODEMAILER, module: 'smtp/nodemailer', settings, ...slices.nodemailer },
    { name: UPYO, module: 'smtp/upyo', settings, ...slices.upyo },
    { name: OURS, module: 'smtp/mailbridge', settings, ...slices.ours },
  ];
}

function wallRows(targets) {
  return Object.entries(targets).map(([other, target]) => ({
    what: `${OURS}: messages/s, times ${other}`,
    value: (result) => result.ratio('wall', OURS, other),
    target,
  }));
}

function cpuRows() {
  return [OURS, UPYO].map((name) => ({
    what: `${name}: CPU, times ${NODEMAILER}`,
    value: (result) => result.ratio('cpu', name, NODEMAILER),
  }));
}
