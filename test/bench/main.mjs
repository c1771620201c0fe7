// npm run bench [-- topics] [--quick] [--rounds N] — everything that is measured, against the peers and
// against the targets. Ratios only mean something within one run; each has its quartiles, and a control
// says when the machine was too noisy for any. Writes bench-results.json.
import { readArguments } from './arguments.mjs';
import { Report } from './report.mjs';
import { batch } from './topics/batch.mjs';
import { cpu } from './topics/cpu.mjs';
import { http } from './topics/http.mjs';
import { memory } from './topics/memory.mjs';
import { smtp } from './topics/smtp.mjs';
import { startup } from './topics/startup.mjs';
import { about } from './versions.mjs';

const TOPICS = { http, smtp, batch, memory, startup, cpu };
const FILE = 'bench-results.json';

async function main(plan) {
  const report = new Report();
  const startedAt = performance.now();
  for (const topic of plan.topics) {
    try {
      await TOPICS[topic](plan, report);
    } catch (error) {
      report.failure(topic, error);
    }
  }
  const seconds = Math.round((performance.now() - startedAt) / 1000);
  report.show();
  report.save(FILE, { ...about(), ...plan, seconds });
  const rounds = plan.isQuick ? `quick, ${plan.rounds} rounds` : `${plan.rounds} rounds`;
  console.log(`${rounds}, Node ${process.version}, ${seconds} s; all of it in ${FILE}`);
  process.exitCode = report.isBroken ? 1 : 0;
}

function planned() {
  try {
    return readArguments(process.argv.slice(2), Object.keys(TOPICS));
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    console.error(error.message);
    process.exitCode = 2;
    return undefined;
  }
}

const plan = planned();
if (plan !== undefined) await main(plan);
