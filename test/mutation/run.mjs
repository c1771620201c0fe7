// npm run mutate [-- TOPIC ...] [--file brevo] [--concurrency 2]
//
// Changes the code that decides what became of a message, one small change at a time, and sees whether
// a test notices. Prints what none noticed, and the share of the noticed changes of each topic.
import { parseArgs } from 'node:util';
import { Stryker } from '@stryker-mutator/core';
import { TOPICS } from './topics.mjs';

const ENOUGH = 90;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    concurrency: { type: 'string', default: '1' },
    file: { type: 'string', default: '' },
  },
});
const strangers = positionals.filter((name) => !Object.hasOwn(TOPICS, name));
if (strangers.length > 0) {
  throw new Error(`no topic: ${strangers.join(', ')}; there are ${Object.keys(TOPICS).join(', ')}`);
}

const scores = [];
for (const [topic, parts] of Object.entries(TOPICS)) {
  if (positionals.length > 0 && !positionals.includes(topic)) continue;
  const results = [];
  for (const part of parts) {
    if (!part.files.some((file) => file.includes(values.file))) continue;
    results.push(...(await mutate(part)));
  }
  if (results.length > 0) scores.push({ topic, ...scoreOf(results) });
}
const sum = (column) => scores.reduce((total, score) => total + score[column], 0);
const [killed, byTimeout, mutants] = [sum('killed'), sum('byTimeout'), sum('mutants')];
scores.push({ topic: 'all', killed, byTimeout, mutants, score: percent(killed, mutants) });
console.table(scores);
process.exitCode = scores.every(({ score }) => score >= ENOUGH) ? 0 : 1;

/** Mutates some files with the spec files that hold them to their promises. */
function mutate({ files, specs }) {
  return new Stryker({
    mutate: files,
    testRunner: 'jest',
    testRunnerNodeArgs: ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning'],
    // Only the specs named for it, and without the build that other tests want.
    jest: {
      projectType: 'custom',
      enableFindRelatedTests: false,
      config: {
        globalSetup: null,
        testRegex: specs.map((spec) => `${spec.replaceAll('.', '\\.')}$`),
        watchman: false,
      },
    },
    coverageAnalysis: 'perTest',
    concurrency: Number(values.concurrency),
    // A busy machine is no endless loop.
    timeoutMS: 20_000,
    thresholds: { high: 100, low: ENOUGH, break: ENOUGH },
    warnings: false,
    reporters: ['clear-text'],
    clearTextReporter: {
      allowColor: false,
      logTests: false,
      reportTests: false,
      reportScoreTable: false,
    },
    allowConsoleColors: false,
    logLevel: 'warn',
    tempDirName: '.stryker-tmp',
    ignorePatterns: ['/coverage', '/dist', '/sample-app'],
  }).runMutationTest();
}

/** What could not be run at all counts neither way. */
function scoreOf(results) {
  const count = (...statuses) => results.filter(({ status }) => statuses.includes(status)).length;
  const noticed = count('Killed', 'Timeout');
  const all = noticed + count('Survived', 'NoCoverage');
  return {
    killed: noticed,
    byTimeout: count('Timeout'),
    mutants: all,
    score: percent(noticed, all),
  };
}

function percent(part, whole) {
  return Math.round((part / whole) * 1000) / 10;
}
