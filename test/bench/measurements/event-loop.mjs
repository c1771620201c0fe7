// How long one bulk blocks the event loop. Arguments: how many messages, the way they go, and for an API
// the URL of its sink. The way `nothing` is the control: short turns of the event loop, as busy as a bulk.
import 'reflect-metadata';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { apiOptions } from '../contenders/api-options.mjs';
import { mailBridge } from '../contenders/mailbridge.mjs';
import { messages, templateMessage, typicalMessage } from '../contenders/messages.mjs';
import { later, mailOver } from './noop-mail.mjs';

/** The monitor's timer; a turn that is not blocked takes as long. */
const RESOLUTION_MS = 1;
const accepted = () => ({ outcome: 'accepted' });

const noop = { send: () => later(accepted) };
const noopBatch = {
  ...noop,
  batching: { maxMessages: 500, key: () => 'all' },
  sendBatch: (emails) => later(() => emails.map(accepted)),
};

function spin() {
  const end = performance.now() + 1;
  while (performance.now() < end);
}

async function bulk(mail, count, messageAt = typicalMessage) {
  const { successful } = await mail.sendBulk(messages(count, messageAt));
  return successful;
}

async function api(provider, url) {
  return mailBridge({ provider, providers: { [provider]: apiOptions(provider, url) } });
}

/** Makes what sends, before the clock runs. */
const WAYS = {
  nothing: async () => async (count) => {
    for (let at = 0; at < count; at += 10) await later(spin);
    return count;
  },
  single: async () => {
    const mail = await mailOver(noop);
    return (count) => bulk(mail, count);
  },
  batches: async () => {
    const mail = await mailOver(noopBatch);
    return (count) => bulk(mail, count);
  },
  postmark: async (url) => {
    const mail = await api('postmark', url);
    return (count) => bulk(mail, count);
  },
  sendgrid: async (url) => {
    const mail = await api('sendgrid', url);
    return (count) => bulk(mail, count, templateMessage);
  },
};

/** The most CPU that passes between two chances of a timer: a block, without what other processes take. */
class CpuBlocks {
  #last = process.cpuUsage();
  maxMs = 0;
  #timer = setInterval(() => this.#look(), RESOLUTION_MS);

  #look() {
    const { user, system } = process.cpuUsage(this.#last);
    this.#last = process.cpuUsage();
    this.maxMs = Math.max(this.maxMs, (user + system) / 1000);
  }

  stop() {
    clearInterval(this.#timer);
  }
}

const [, , countText, way, url] = process.argv;
const count = Number(countText);
const send = await WAYS[way](url);
// Loads the client, and lets the code settle: an application has been running for a while.
await send(2_000);
const monitor = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
monitor.enable();
const cpuBlocks = new CpuBlocks();
const startedAt = performance.now();
const successful = await send(count);
const ms = performance.now() - startedAt;
// Lets the monitor see the last turn.
await new Promise((resolve) => setTimeout(resolve, 5));
monitor.disable();
cpuBlocks.stop();
if (successful !== count) throw new Error(`${successful} of ${count} were accepted`);
const blockedMs = (nanoseconds) => nanoseconds / 1e6 - RESOLUTION_MS;
const result = {
  way,
  count,
  ms: Math.round(ms),
  maxMs: blockedMs(monitor.max),
  p99Ms: blockedMs(monitor.percentile(99)),
  maxCpuMs: cpuBlocks.maxMs,
};
process.stdout.write(JSON.stringify(result), () => process.exit());
