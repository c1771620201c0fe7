// Installs the packed package as users do, and has it send. In short: one project. `--all`: every one;
// `--only TEXT`: those whose names hold it. `--tarball FILE`: the package, where it is packed already.
import { parseArgs } from 'node:util';
import { PROJECTS } from './projects.mjs';
import { Workshop, run } from './workshop.mjs';

const { values } = parseArgs({
  options: {
    all: { type: 'boolean' },
    only: { type: 'string' },
    tarball: { type: 'string' },
  },
});
const began = Date.now();
const shop = new Workshop();
let failures = 0;

const seconds = (since) => `${((Date.now() - since) / 1000).toFixed(1)} s`;

/** Runs one step, and says how it went. */
async function step(name, work) {
  const since = Date.now();
  try {
    const result = await work();
    console.log(`  ok      ${seconds(since).padStart(7)}  ${name}`);
    return result;
  } catch (error) {
    failures += 1;
    console.log(`  FAILED  ${seconds(since).padStart(7)}  ${name}\n${error.message}`);
    return undefined;
  }
}

async function check({ name, steps, inShort, ...settings }, index) {
  console.log(name);
  const project = await step('install', () => shop.project(`project-${index}`, settings));
  if (project === undefined) return;
  const isShort = !values.all && !values.only;
  for (const [title, work] of steps) {
    if (!isShort || inShort.includes(title)) await step(title, () => work(shop, project));
  }
}

function chosen() {
  if (values.only !== undefined) return PROJECTS.filter(({ name }) => name.includes(values.only));
  return values.all ? PROJECTS : PROJECTS.filter(({ inShort }) => inShort !== undefined);
}

try {
  console.log('The package');
  await step('pack, and bring other Nodes', () => shop.open(values.tarball));
  await step('publint', () => run('npx', ['--no', 'publint', '--strict', shop.tarball]));
  const attw = ['--no', 'attw', shop.tarball, '--profile', 'esm-only'];
  await step('are the types wrong', () => run('npx', attw));
  for (const [index, project] of chosen().entries()) await check(project, index);
} finally {
  shop.close();
}
console.log(`${failures === 0 ? 'All well' : `${failures} failed`}, ${seconds(began)}`);
process.exitCode = failures === 0 ? 0 : 1;
