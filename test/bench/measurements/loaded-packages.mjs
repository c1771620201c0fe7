// Which packages an application has loaded after its start, with the number of files of each. Node's
// inspector names every script, from both kinds of modules.
import { Session } from 'node:inspector';

const files = [];
const session = new Session();
session.connect();
session.on('Debugger.scriptParsed', ({ params }) => files.push(params.url));
session.post('Debugger.enable');
const { startApplication } = await import('./applications.mjs');
await startApplication(process.argv[2]);

const packages = {};
for (const file of files) {
  const name = /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(file)?.[1];
  if (name !== undefined) packages[name] = (packages[name] ?? 0) + 1;
}
console.log(JSON.stringify(packages));
