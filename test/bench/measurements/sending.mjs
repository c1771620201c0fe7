// What it takes to send so many messages, as their sink counts it: no time is measured. Arguments: the
// sink (`http` or `smtp`), the contender, its settings as JSON, and how many messages.
import 'reflect-metadata';
import { createRequire } from 'node:module';
import { Sink } from '../sinks/sink.mjs';

const { cache } = createRequire(import.meta.url);
const [, , kind, contender, settings, count] = process.argv;
const sink = await Sink.start(kind);
// A client that does not wait for a reply has sent on long before it comes.
if (kind === 'smtp') await sink.delays(10);
const { start } = await import(`../contenders/${contender}.mjs`);
const send = await start({ ...JSON.parse(settings), url: sink.url, port: sink.port });
const accepted = await send(Number(count));
const counters = await sink.counters();
// This file of undici puts its agent behind everybody's `fetch`.
const hasOwnFetch = !Object.keys(cache).some((path) => path.endsWith('undici/lib/global.js'));
process.stdout.write(JSON.stringify({ accepted, hasOwnFetch, ...counters }), () => process.exit());
