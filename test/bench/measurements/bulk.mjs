// One bulk from an async generator through a provider that does nothing; its argument is how many
// messages. 0 shows what a Nest context with the module costs.
import 'reflect-metadata';
import { later, mailOver } from './noop-mail.mjs';

const CONCURRENCY = 50;

async function measure(count) {
  let [taken, finished, ahead] = [0, 0, 0];
  const send = () =>
    later(() => {
      finished += 1;
      return { outcome: 'accepted' };
    });
  const mail = await mailOver({ send });
  async function* source() {
    for (; taken < count; taken += 1) {
      ahead = Math.max(ahead, taken - finished);
      yield { to: `person${taken}@example.com`, subject: 'News', text: 'Something happened' };
    }
  }
  const before = process.cpuUsage();
  const startedAt = performance.now();
  const options = { concurrency: CONCURRENCY, keepResponses: 'none' };
  const { successful } = await mail.sendBulk(source(), options);
  const ms = performance.now() - startedAt;
  const { user, system } = process.cpuUsage(before);
  if (successful !== count) throw new Error(`${successful} of ${count} were accepted`);
  const rssMb = process.resourceUsage().maxRSS / 1024;
  return { count, concurrency: CONCURRENCY, ms, cpuMs: (user + system) / 1000, ahead, rssMb };
}

console.log(JSON.stringify(await measure(Number(process.argv[2]))));
