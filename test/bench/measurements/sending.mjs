// What it takes to send so many messages, as their sink counts it: no time is measured. Arguments: the
// sink (`http` or `smtp`), the contender, its settings as JSON, and how many messages.
import 'reflect-metadata';
import { Sink } from '../sinks/sink.mjs';

const [, , kind, contender, settings, count] = process.argv;
const sink = await Sink.start(kind);
// A client that does not wait for a reply has sent on long before it comes.
if (kind === 'smtp') await sink.delays(10);
const { start } = await import(`../contenders/${contender}.mjs`);
const send = await start({ ...JSON.parse(settings), url: sink.url, port: sink.port });
const accepted = await send(Number(count));
const counters = await sink.counters();
process.stdout.write(JSON.stringify({ accepted, ...counters }), () => process.exit());
