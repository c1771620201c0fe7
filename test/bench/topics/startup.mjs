import { QUIET } from '../harness/comparison.mjs';
import { measurement } from '../harness/measurement.mjs';
import { quartiles } from '../harness/statistics.mjs';
import { TARGETS } from '../targets.mjs';

/** What no application should load before it sends. */
const HEAVY =
  /^(?:axios|@nestjs\/axios|nodemailer|postal-mime|ioredis|undici|@aws-sdk\/.*|@smithy\/.*)$/;

/** What an application with four providers is held against. */
const BASES = {
  empty: 'an empty context',
  // What MailBridge has to load of its peers, so that the rest is its own.
  peers: 'a context with @nestjs/config, class-transformer and four decorators',
};
const FIGURES = [
  { what: '', figure: 'ms', unit: ' ms' },
  { what: ', CPU', figure: 'cpuMs', unit: ' ms' },
  { what: ', memory', figure: 'rssMb', unit: ' MB' },
];

/** Four providers configured against an empty Nest context, in fresh processes. */
export async function startup({ rounds, warmUps }, report) {
  const runs = { empty: [], again: [], peers: [], configured: [] };
  for (let round = 0; round < warmUps + rounds; round += 1) {
    const order = Object.keys(runs);
    if (round % 2 === 1) order.reverse();
    for (const name of order) {
      const measured = await measurement('startup', [name === 'again' ? 'empty' : name]);
      if (round >= warmUps) runs[name].push(measured);
    }
  }
  const over = (base, figure) =>
    quartiles(runs.configured.map((run, round) => run[figure] - runs[base][round][figure]));
  const times = (figure) =>
    quartiles(runs.again.map((run, round) => run[figure] / runs.empty[round][figure]));
  const control = { cpu: times('cpuMs'), wall: times('ms') };
  const packages = await added();
  const heavy = Object.keys(packages).filter((name) => HEAVY.test(name));
  show(runs, control, packages);
  report.detail('startup', { runs, control, packages, heavy });

  // What counts is a time, so that must be quiet as well.
  const isNoisy = Object.values(control).some(isOff);
  for (const [base, context] of Object.entries(BASES)) {
    for (const { what, figure, unit } of FIGURES) {
      const row = `four providers over ${context}${what}`;
      const all = { topic: 'startup', what: row, unit, target: TARGETS.startup[figure] };
      if (isNoisy) report.tooNoisy(all);
      else report.figure({ ...all, value: over(base, figure) });
    }
  }
  report.figure({
    topic: 'startup',
    what: 'heavy packages loaded',
    value: heavy.length,
    target: TARGETS.startup.heavyPackages,
  });
}

function isOff({ median }) {
  return median < QUIET.atLeast || median > QUIET.atMost;
}

/** The packages that only the configured application loads, with their number of files. */
async function added() {
  const [empty, configured] = [
    await measurement('loaded-packages', ['empty']),
    await measurement('loaded-packages', ['configured']),
  ];
  return Object.fromEntries(Object.entries(configured).filter(([name]) => !(name in empty)));
}

function show(runs, control, packages) {
  console.log('\nstartup: a fresh process each');
  const figures = Object.entries(runs).map(([name, all]) => {
    const middle = (figure) => Number(quartiles(all.map((run) => run[figure])).median.toFixed(1));
    return [name, { ms: middle('ms'), 'RSS MB': middle('rssMb'), 'CPU ms': middle('cpuMs') }];
  });
  console.table(Object.fromEntries(figures));
  const [cpu, wall] = [control.cpu, control.wall].map(({ median }) => median.toFixed(2));
  console.log(`  empty again: ${cpu} times the CPU, and ${wall} times as long as empty`);
  const list = Object.entries(packages).map(([name, files]) => `${name} (${files} files)`);
  console.log(`  loaded besides: ${list.join(', ') || 'no package'}`);
}
