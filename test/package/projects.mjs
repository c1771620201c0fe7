import { bundlers } from './bundlers.mjs';
import { testRunners } from './test-runners.mjs';
import { run } from './workshop.mjs';

/**
 * What users have beside the package, and what each of their projects does with it. A step is a name and a
 * function that throws when it does not work.
 *
 * @typedef {[name: string, step: (shop: Workshop, project: string) => Promise<void>]} Step
 */

const COMMON = {
  'class-transformer': '^0.5.1',
  'class-validator': '^0.15.0',
  nodemailer: '^10.0.0',
  'reflect-metadata': '^0.2.0',
  rxjs: '^7.8.0',
};
const nest = (version, config) => ({
  ...COMMON,
  '@nestjs/common': version,
  '@nestjs/core': version,
  '@nestjs/config': config,
});
const NEST = { 11: nest('^11.0.0', '^4.0.0'), 12: nest('^12.0.0', '^12.0.0') };
const typescript = (version) => ({ typescript: version, '@types/node': '^20.0.0' });
const BUNDLERS = { esbuild: '^0.28.0', webpack: '^5.0.0', '@rspack/core': '^1.0.0' };
const SWC = { '@swc/core': '1.16.18', '@swc/jest': '^0.2.0' };
const JEST = { jest: '^30.0.0', '@types/jest': '^30.0.0', ...SWC };
const NATIVES = { 'unrs-resolver': '1.12.2' };
const overrides = { overrides: NATIVES, resolutions: NATIVES, pnpm: { overrides: NATIVES } };

const ESM = { type: 'module', tsconfig: { module: 'nodenext', moduleResolution: 'nodenext' } };
const CJS = { ...ESM, type: 'commonjs' };
const NODE10 = { type: 'commonjs', tsconfig: { module: 'commonjs', moduleResolution: 'node10' } };
const NODE20 = { type: 'commonjs', tsconfig: { module: 'node20', moduleResolution: 'node16' } };
const PRESERVE = { type: 'module', tsconfig: { module: 'preserve', moduleResolution: 'bundler' } };

/** Compiled by the project's own compiler with those settings, it sends on every Node. */
const compiled = (name, settings) => [
  name,
  async (shop, project) => {
    const folder = await compile(shop, project, name, settings);
    for (const node of Object.values(shop.nodes)) await shop.sends(folder, node, ['out/start.js']);
  },
];

/** The published types hold by themselves, also where they are not skipped. */
const types = (name = 'types') => [
  name,
  async (shop, project) => {
    const tsconfig = { ...ESM.tsconfig, skipLibCheck: false, noEmit: true };
    const files = {
      'all.ts':
        "export * from 'nest-mailbridge';\nexport * as redis from 'nest-mailbridge/redis';\n",
    };
    const folder = shop.sources(project, name, { type: 'module', tsconfig, files });
    const said = await tsc(project, folder).catch(({ message }) => message);
    const problems = said
      .split('\n')
      .filter((line) => /nest-mailbridge\/|^all\.ts|^main\.ts/.test(line));
    if (problems.length > 0) throw new Error(problems.join('\n'));
  },
];

/** The compiler that the project has. */
function tsc(project, folder) {
  return run(process.execPath, [`${project}/node_modules/typescript/bin/tsc`, '-p', '.'], folder);
}

async function compile(shop, project, name, settings) {
  const folder = shop.sources(project, name.replaceAll(/\W+/g, '-'), settings);
  await tsc(project, folder);
  return folder;
}

/** Who uses another version of an optional peer for its own purposes can install, and start without it. */
const besideOthers = [
  'installs beside nodemailer 7, bullmq 5, mjml 4 and jest 29, and names the nodemailer it needs for SMTP',
  async (shop, project) => {
    const start = (options) => `
      require('reflect-metadata');
      const { NestFactory } = require('@nestjs/core');
      const { MailBridgeModule } = require('nest-mailbridge');
      const module = MailBridgeModule.forRoot(${options});
      NestFactory.createApplicationContext(module, { logger: false, abortOnError: false })
        .then((application) => application.close())
        .then(() => console.log('started'), (error) => console.log(error.message));`;
    const say = (options) => run(process.execPath, ['-e', start(options)], project);
    const sendgrid = await say(
      "{ provider: 'sendgrid', providers: { sendgrid: { apiKey: 'SG.key' } } }",
    );
    if (sendgrid.trim() !== 'started') throw new Error(sendgrid);
    const smtp = await say("{ provider: 'smtp', providers: { smtp: { host: '127.0.0.1' } } }");
    if (!/nodemailer' \^10.*, and 7\..* is installed: run npm install nodemailer@10/.test(smtp)) {
      throw new Error(smtp);
    }
  },
];

/** The AWS SDK makes requests that are answered. */
const oldestSdk = [
  'the AWS SDK',
  async (_shop, project) => {
    const script = `
      require('reflect-metadata');
      const { createServer } = require('node:http');
      const { NestFactory } = require('@nestjs/core');
      const { MailBridgeModule, MailBridgeService } = require('nest-mailbridge');
      const answer = (request, response) => request.resume().on('end', () => response.end('{"MessageId":"1"}'));
      const server = createServer(answer).listen(0, '127.0.0.1', async () => {
        const endpoint = 'http://127.0.0.1:' + server.address().port;
        const credentials = { accessKeyId: 'key', secretAccessKey: 'secret' };
        const providers = { ses: { region: 'eu-west-1', endpoint, credentials } };
        const module = MailBridgeModule.forRoot({ provider: 'ses', providers });
        const application = await NestFactory.createApplicationContext(module, { logger: ['error'] });
        const message = { from: 'shop@example.com', to: 'ada@example.com', subject: 'Hi', text: 'Hi' };
        const { outcome, messageId } = await application.get(MailBridgeService).send(message);
        console.log(outcome, messageId);
        await application.close();
        server.close();
      });`;
    const said = await run(process.execPath, ['-e', script], project);
    if (said.trim() !== 'accepted 1') throw new Error(said);
  },
];

export const PROJECTS = [
  {
    name: 'npm, Nest 12, TypeScript 6.0',
    packages: { ...NEST[12], ...typescript('~6.0.0'), ...BUNDLERS },
    inShort: ['ES modules', 'CommonJS', 'esbuild'],
    steps: [
      compiled('ES modules', ESM),
      compiled('CommonJS', CJS),
      compiled('module node20', NODE20),
      compiled('module preserve', PRESERVE),
      types(),
      ...bundlers(compile, { ESM, CJS }),
    ],
  },
  {
    name: 'npm, Nest 11, TypeScript 5.9',
    packages: { ...NEST[11], ...typescript('~5.9.0'), ...BUNDLERS },
    steps: [
      compiled('ES modules', ESM),
      compiled('CommonJS', CJS),
      compiled('module node20', NODE20),
      compiled('module commonjs, node10', NODE10),
      compiled('module preserve', PRESERVE),
      types(),
      ...bundlers(compile, { ESM, CJS }),
    ],
  },
  {
    name: 'npm, Nest 11, TypeScript 5.7',
    packages: { ...NEST[11], ...typescript('~5.7.0') },
    steps: [compiled('ES modules', ESM), compiled('module commonjs, node10', NODE10), types()],
  },
  {
    name: 'npm, Nest 12, test runners',
    packages: { ...NEST[12], ...typescript('~6.0.0'), ...JEST, vitest: '^4.1.0' },
    manifest: overrides,
    steps: testRunners({ ESM, CJS, vitest: true }),
  },
  {
    name: 'npm, Nest 11, test runners',
    packages: { ...NEST[11], ...typescript('~5.9.0'), ...JEST, 'ts-jest': '^29.4.0' },
    manifest: overrides,
    steps: testRunners({ ESM, CJS, tsJest: true }),
  },
  ...[11, 12].map((version) => ({
    name: `pnpm, Nest ${version}`,
    manager: 'pnpm',
    packages: { ...NEST[version], ...typescript('~5.9.0'), ...JEST },
    manifest: overrides,
    steps: [compiled('ES modules', ESM), compiled('CommonJS', CJS), ...testRunners({ ESM, CJS })],
  })),
  ...[11, 12].map((version) => ({
    name: `yarn, Nest ${version}`,
    manager: 'yarn',
    packages: { ...NEST[version], ...typescript('~5.9.0') },
    // Nest 12 brings a package that asks for Node 22, and yarn would refuse it.
    files: { '.yarnrc': 'ignore-engines true\n' },
    steps: [compiled('ES modules', ESM), compiled('CommonJS', CJS)],
  })),
  {
    name: 'npm, the oldest nodemailer and AWS SDK',
    packages: {
      ...NEST[11],
      ...typescript('~5.9.0'),
      nodemailer: '10.1.0',
      '@aws-sdk/client-sesv2': '3.901.0',
    },
    steps: [compiled('ES modules', ESM), compiled('CommonJS', CJS), types(), oldestSdk],
  },
  {
    name: 'npm, other versions of what is optional',
    packages: {
      ...NEST[11],
      nodemailer: '^7.0.0',
      bullmq: '^5.0.0',
      mjml: '^4.0.0',
      jest: '^29.0.0',
    },
    manifest: { overrides: { 'msgpackr-extract': '3.0.4' } },
    steps: [besideOthers],
  },
];
