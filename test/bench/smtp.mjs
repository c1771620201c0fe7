// Messages a second over SMTP: this library (module, service, sendBulk) against nodemailer's own pool.
// Same process, same sink, same number of connections, alternating slices; ratios are taken round by
// round, and a row of nodemailer against itself shows how much of a difference is noise.
import 'reflect-metadata';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { NestFactory } from '@nestjs/core';
import { createTransport } from 'nodemailer';
import { MailBridgeModule, MailBridgeService } from '../../dist/index.js';

const CONNECTIONS = 5;
const ROUNDS = Number(process.env.ROUNDS ?? 9);
const SLICE = Number(process.env.SLICE ?? 1500);

const text = 'Thank you for your order. '.repeat(26);
const html = `<html><body>${'<p>Thank you for your <b>order</b>.</p>\n'.repeat(34)}</body></html>`;

const sink = fork(fileURLToPath(new URL('./smtp-sink.mjs', import.meta.url)));
const [{ port }] = await once(sink, 'message');

async function messagesAtSink() {
  sink.send('count');
  const [{ messages }] = await once(sink, 'message');
  return messages;
}

function* slice() {
  for (let i = 0; i < SLICE; i += 1) {
    yield {
      from: 'Shop <shop@example.com>',
      to: `customer-${i}@example.org`,
      subject: `Your order ${i}`,
      text,
      html,
    };
  }
}

const smtp = { host: '127.0.0.1', port, maxConnections: CONNECTIONS };
const module = MailBridgeModule.forRoot({ provider: 'smtp', providers: { smtp } });
const app = await NestFactory.createApplicationContext(module, { logger: ['error'] });
const mail = app.get(MailBridgeService);
const pool = createTransport({
  pool: true,
  host: '127.0.0.1',
  port,
  maxConnections: CONNECTIONS,
  ignoreTLS: true,
});

const contenders = {
  mailbridge: async () => {
    const { successful } = await mail.sendBulk(slice(), { keepResponses: 'none' });
    return successful;
  },
  nodemailer: async () => {
    const results = await Promise.all([...slice()].map((message) => pool.sendMail(message)));
    return results.length;
  },
};

/** Messages a second of one slice, every one of which must be at the sink. */
async function measure(name) {
  globalThis.gc?.();
  const before = await messagesAtSink();
  const start = process.hrtime.bigint();
  const accepted = await contenders[name]();
  const seconds = Number(process.hrtime.bigint() - start) / 1e9;
  const arrived = (await messagesAtSink()) - before;
  if (accepted !== SLICE || arrived !== SLICE) {
    throw new Error(`${name}: ${accepted} accepted, ${arrived} arrived, of ${SLICE}`);
  }
  return SLICE / seconds;
}

const quantile = (values, q) => {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (sorted.length - 1) * q;
  const low = sorted[Math.floor(at)];
  return low + (sorted[Math.ceil(at)] - low) * (at - Math.floor(at));
};
const quartiles = (values, digits) =>
  [0.25, 0.5, 0.75].map((q) => quantile(values, q).toFixed(digits).padStart(8)).join('');

for (const name of Object.keys(contenders)) await measure(name);

const rates = { mailbridge: [], nodemailer: [], again: [] };
for (let round = 0; round < ROUNDS; round += 1) {
  const order = ['mailbridge', 'nodemailer', 'again'];
  if (round % 2 === 1) order.reverse();
  for (const row of order) {
    rates[row].push(await measure(row === 'again' ? 'nodemailer' : row));
  }
}

const ratio = (row) => rates[row].map((rate, i) => rate / rates.nodemailer[i]);
console.log(
  `${ROUNDS} rounds of ${SLICE} messages, ${html.length + text.length} bytes of html and text,`,
);
console.log(`${CONNECTIONS} connections, Node ${process.version}; quartiles\n`);
console.log('messages a second               25 %    50 %    75 %');
console.log(`nest-mailbridge             ${quartiles(rates.mailbridge, 0)}`);
console.log(`nodemailer, pooled          ${quartiles(rates.nodemailer, 0)}\n`);
console.log('times nodemailer (paired)       25 %    50 %    75 %');
console.log(`nest-mailbridge             ${quartiles(ratio('mailbridge'), 2)}`);
console.log(`nodemailer again (A/A)      ${quartiles(ratio('again'), 2)}`);

await app.close();
pool.close();
sink.disconnect();
