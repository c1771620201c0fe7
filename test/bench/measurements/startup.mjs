// The start of an application, in a fresh process: `empty`, with the `peers` of MailBridge loaded, or
// `configured` with MailBridge and four providers. Prints the milliseconds since the process began, its memory, and its CPU.
import { startApplication } from './applications.mjs';

await startApplication(process.argv[2]);
const ms = performance.now();
const rssMb = process.memoryUsage.rss() / 1024 / 1024;
const { user, system } = process.cpuUsage();
console.log(JSON.stringify({ ms, rssMb, cpuMs: (user + system) / 1000 }));
