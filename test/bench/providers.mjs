// Bulk over the HTTP providers: 2,000 messages of one template and 2,000 different ones, in native batches
// against one request for each message (`maxBatchSize: 1`), with the same number of calls in flight. The
// server is a child process on loopback that answers after 20 ms, as a network would.
import 'reflect-metadata';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { NestFactory } from '@nestjs/core';
import { MailBridgeModule, MailBridgeService } from '../../dist/index.js';

const CONCURRENCY = 10;
const MESSAGES = Number(process.env.MESSAGES ?? 2_000);
const ROUNDS = Number(process.env.ROUNDS ?? 3);

const server = fork(fileURLToPath(new URL('./providers-server.mjs', import.meta.url)));
const [{ port }] = await once(server, 'message');
const url = `http://127.0.0.1:${port}`;

const PROVIDERS = {
  sendgrid: { apiKey: 'SG.bench', baseUrl: url },
  postmark: { serverToken: 'bench', baseUrl: url },
  mailgun: { apiKey: 'key-bench', domain: 'mg.example.com', baseUrl: url },
  brevo: { apiKey: 'xkeysib-bench', baseUrl: url },
  ses: {
    region: 'eu-west-1',
    endpoint: url,
    credentials: { accessKeyId: 'AKIABENCH', secretAccessKey: 'bench' },
  },
};

const html = `<p>Dear {{name}},</p>${'<p>Thank you for your <b>order</b>.</p>\n'.repeat(34)}`;

const LOADS = {
  'one template': (at) => ({
    to: `customer-${at}@example.org`,
    subject: 'News for {{name}}',
    html: `${html}<a href="https://example.com/u/{{token}}">leave</a>`,
    substitutions: { name: `Customer ${at}`, token: `t-${at}` },
  }),
  different: (at) => ({
    to: `customer-${at}@example.org`,
    subject: `Your order ${at}`,
    html: html.replace('{{name}}', `customer ${at}`),
  }),
};

async function counts() {
  server.send('count');
  return (await once(server, 'message'))[0];
}

/** One bulk, every message of which must have come: its calls, and messages a second. */
async function run(provider, load, common) {
  const options = {
    provider,
    defaults: { from: 'Shop <shop@example.com>' },
    bulk: { concurrency: CONCURRENCY },
    providers: { [provider]: { ...PROVIDERS[provider], ...common } },
  };
  const root = MailBridgeModule.forRoot(options);
  const app = await NestFactory.createApplicationContext(root, { logger: ['error'] });
  const mail = app.get(MailBridgeService);
  // Loads the client and opens the connections.
  await mail.sendBulk(Array.from({ length: CONCURRENCY * 2 }, (_, at) => LOADS.different(at)));
  const before = await counts();
  const start = process.hrtime.bigint();
  const { successful } = await mail.sendBulk(
    Array.from({ length: MESSAGES }, (_, at) => LOADS[load](at)),
    { keepResponses: 'none' },
  );
  const seconds = Number(process.hrtime.bigint() - start) / 1e9;
  const after = await counts();
  await app.close();
  const arrived = after.messages - before.messages;
  if (successful !== MESSAGES || arrived !== MESSAGES) {
    throw new Error(`${provider}, ${load}: ${successful} accepted, ${arrived} arrived`);
  }
  return { calls: after.calls - before.calls, rate: MESSAGES / seconds };
}

const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
const cell = (value, digits = 0) => value.toFixed(digits).padStart(10);

console.log(
  `${MESSAGES} messages of ${html.length} bytes, ${CONCURRENCY} calls in flight, 20 ms a call,`,
);
console.log(`Node ${process.version}; medians of ${ROUNDS} rounds\n`);
console.log(
  `${'provider'.padEnd(10)}${'messages'.padEnd(14)}     calls   a second   one each     times`,
);
for (const provider of Object.keys(PROVIDERS)) {
  for (const load of Object.keys(LOADS)) {
    const rounds = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      const batched = await run(provider, load, {});
      const single = await run(provider, load, { maxBatchSize: 1 });
      rounds.push({ batched, single, times: batched.rate / single.rate });
    }
    const calls = median(rounds.map(({ batched }) => batched.calls));
    const rates = ['batched', 'single'].map((way) => median(rounds.map((each) => each[way].rate)));
    const times = median(rounds.map((each) => each.times));
    console.log(
      `${provider.padEnd(10)}${load.padEnd(14)}${cell(calls)}${cell(rates[0])} ${cell(rates[1])}${cell(times, 1)}`,
    );
  }
}

server.disconnect();
