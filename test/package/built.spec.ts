import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Project, pack, type ProjectOptions } from '../fixtures/project.js';

const packed = pack();
const projects: Project[] = [];
const project = (options?: ProjectOptions) => {
  const made = new Project(packed, options);
  projects.push(made);
  return made;
};

const folders: string[] = [];

afterAll(() => {
  folders.forEach((folder) => rmSync(folder, { recursive: true }));
  projects.forEach((each) => each.remove());
  packed.remove();
});

const ESM = `
import 'reflect-metadata';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { MailBridgeModule, MailBridgeService, MailboxStore, isConfigurationError } from 'nest-mailbridge';
`;
const CJS = `
require('reflect-metadata');
const { Module } = require('@nestjs/common');
const { NestFactory } = require('@nestjs/core');
const { MailBridgeModule, MailBridgeService, MailboxStore, isConfigurationError } = require('nest-mailbridge');
`;
const SEND = `
async function main(options) {
  class Application {}
  Module({ imports: [MailBridgeModule.forRoot(options)] })(Application);
  const app = await NestFactory.createApplicationContext(Application, { logger: false, abortOnError: false });
  const { outcome } = await app.get(MailBridgeService).send({ to: 'ada@example.com', subject: 'Hi', text: 'Hi' });
  const [mail] = app.get(MailboxStore).messages;
  console.log(outcome, mail.subject);
  await app.close();
}
const fail = (error) => { console.error(isConfigurationError(error), error.message); process.exit(1); };
`;
const MAILBOX = `main({ provider: 'mailbox', defaults: { from: 'shop@example.com' } }).catch(fail);`;

const CHECK = `
import 'reflect-metadata';
import { plainToInstance } from 'class-transformer';
import { validate } from 'class-validator';
import { BulkEmailDto } from 'nest-mailbridge';
for (const to of ['ada@example.com', 'nobody']) {
  for (const messages of [[{ to, text: 'Hi' }], []]) {
    const problems = await validate(plainToInstance(BulkEmailDto, { messages, defaultFrom: to }));
    console.log(to, messages.length, problems.map(({ property }) => property).join());
  }
}
`;

const oldest = Object.fromEntries(
  ['@nestjs/common', '@nestjs/core', '@nestjs/config', 'class-validator'].map((name) => [
    name,
    `test/nest-11/node_modules/${name}`,
  ]),
);

/** A package of that version that only has a manifest and an entry. */
function manifestAlone(name: string, version: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'mailbridge-peer-'));
  folders.push(folder);
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ name, version, main: 'index.js' }));
  writeFileSync(join(folder, 'index.js'), '');
  return folder;
}

describe('What npm would publish', () => {
  it('is the build and the papers, and nothing else', () => {
    const papers = ['CHANGELOG.md', 'LICENSE', 'README.md', 'package.json'];
    const rest = packed.files.filter((path) => !/^dist\/.*\.(?:js|d\.ts)$/.test(path));
    expect(rest.toSorted()).toEqual(papers);
  });

  it('N13: has every type that a public one names, and no others', () => {
    const types = packed.files.filter((path) => path.endsWith('.d.ts'));
    const named = new Set(['dist/index.d.ts', 'dist/redis/index.d.ts']);
    for (const file of named) {
      const text = readFileSync(join(packed.folder, file), 'utf8');
      const targets = text.matchAll(/(?:from|import\() ?'(\.[^']+)\.js'/g);
      for (const [, target = ''] of targets) named.add(`${join(file, '..', target)}.d.ts`);
    }
    expect(types.toSorted()).toEqual([...named].toSorted());
  });

  it('N13: has a manifest without what is for our own work', () => {
    const manifest = JSON.parse(
      readFileSync(join(packed.folder, 'package.json'), 'utf8'),
    ) as Record<string, unknown>;
    const ours = JSON.parse(readFileSync('package.json', 'utf8')) as Record<string, unknown>;
    const dropped = ['workspaces', 'scripts', 'devDependencies', 'overrides', 'jest', 'prettier'];
    const kept = Object.entries(ours).filter(([field]) => !dropped.includes(field));
    expect(manifest).toEqual(Object.fromEntries(kept));
    expect(manifest['repository']).toMatchObject({ type: 'git' });
  });

  it('has every file that its exports name, and loads each from both kinds of modules', async () => {
    const { exports: entries } = JSON.parse(readFileSync('package.json', 'utf8')) as {
      exports: Record<string, string | Record<string, string>>;
    };
    const targets = Object.values(entries).flatMap((entry) =>
      typeof entry === 'string' ? entry : Object.values(entry),
    );
    expect(targets.filter((target) => !packed.files.includes(target.slice(2)))).toEqual([]);

    const names = Object.keys(entries).filter((entry) => !entry.endsWith('.json'));
    const specifiers = names.map((entry) => `nest-mailbridge${entry.slice(1)}`);
    const loads = specifiers.map(
      (name) => `console.log(Object.keys(await import('${name}')).length > 0);`,
    );
    const requires = specifiers.map(
      (name) => `console.log(Object.keys(require('${name}')).length > 0);`,
    );
    const expected = { code: 0, output: 'true\n'.repeat(specifiers.length) };
    await expect(project().run('load.mjs', loads.join('\n'))).resolves.toEqual(expected);
    await expect(project().run('load.cjs', requires.join('\n'))).resolves.toEqual(expected);
  });
});

describe('The built package', () => {
  const versions = { 'Nest 12': {}, 'Nest 11': oldest };
  for (const [version, from] of Object.entries(versions)) {
    it(`sends from an ES module with ${version}`, async () => {
      const result = await project({ from }).run('app.mjs', ESM + SEND + MAILBOX);
      expect(result).toEqual({ code: 0, output: 'accepted Hi\n' });
    });

    it(`sends from CommonJS with ${version}`, async () => {
      const result = await project({ from }).run('app.cjs', CJS + SEND + MAILBOX);
      expect(result).toEqual({ code: 0, output: 'accepted Hi\n' });
    });

    it(`has its DTOs checked by the class-validator that comes with ${version}`, async () => {
      const { code, output } = await project({ from }).run('check.mjs', CHECK);
      expect({ code, output: output.split('\n') }).toEqual({
        code: 0,
        output: [
          'ada@example.com 1 ',
          'ada@example.com 0 messages',
          'nobody 1 messages,defaultFrom',
          'nobody 0 messages,defaultFrom',
          '',
        ],
      });
    });
  }

  it('really ran on both versions', () => {
    const versionOf = (name: string, folder = '.') =>
      (
        JSON.parse(readFileSync(`${folder}/node_modules/${name}/package.json`, 'utf8')) as {
          version: string;
        }
      ).version;
    expect(versionOf('@nestjs/core')).toMatch(/^12\./);
    expect(versionOf('@nestjs/core', 'test/nest-11')).toMatch(/^11\./);
    expect(versionOf('class-validator')).toMatch(/^0\.15\./);
    expect(versionOf('class-validator', 'test/nest-11')).toBe('0.14.0');
  });

  it('names a missing peer at start, with the command that installs it', async () => {
    const { code, output } = await project({ without: ['nodemailer'] }).run(
      'app.mjs',
      ESM + SEND + MAILBOX,
    );
    expect(code).toBe(1);
    expect(output).toBe(
      "true MailBridge is not configured correctly: providers.mailbox: the provider 'mailbox' needs the package 'nodemailer': run npm install nodemailer\n",
    );
  });

  it('N21: names a peer whose version does not fit, and starts where nothing needs it', async () => {
    const from = { nodemailer: manifestAlone('nodemailer', '7.0.13') };
    const smtp = `main({ provider: 'smtp', providers: { smtp: { host: '127.0.0.1' } } }).catch(fail);`;
    await expect(project({ from }).run('app.mjs', ESM + SEND + smtp)).resolves.toEqual({
      code: 1,
      output:
        "true MailBridge is not configured correctly: providers.smtp: the provider 'smtp' needs the package 'nodemailer' ^10.1.0, and 7.0.13 is installed: run npm install nodemailer@10\n",
    });
    const sendgrid = `${ESM}
      const options = { provider: 'sendgrid', providers: { sendgrid: { apiKey: 'SG.key' } } };
      const app = await NestFactory.createApplicationContext(MailBridgeModule.forRoot(options), { logger: false });
      console.log('started');
      await app.close();
    `;
    const started = await project({ from }).run('app.mjs', sendgrid);
    expect(started).toEqual({ code: 0, output: 'started\n' });
  });

  const later = {
    smtp: {
      peer: 'nodemailer',
      options: "{ host: '127.0.0.1', port: 1 }",
      command: 'nodemailer@10',
    },
    mailbox: { peer: 'nodemailer', options: '{}' },
    ses: {
      peer: '@aws-sdk/client-sesv2',
      options:
        "{ region: 'eu-west-1', credentials: { accessKeyId: 'a', secretAccessKey: 'secret' } }",
    },
  };
  for (const [provider, { peer, options }] of Object.entries(later)) {
    it(`N1: a peer that is missing at first use is unsent, with the command that installs it (${provider})`, async () => {
      const script = `${ESM}
        import { rmSync } from 'node:fs';
        const options = { provider: '${provider}', providers: { ${provider}: ${options} } };
        const app = await NestFactory.createApplicationContext(MailBridgeModule.forRoot(options), { logger: false });
        rmSync('node_modules/${peer}'); // as in a bundle that left it out
        const mail = app.get(MailBridgeService);
        const message = { from: 'a@example.com', to: 'b@example.com', subject: 'Hi', text: 'Hi' };
        const attachments = [{ filename: 'a.txt', content: 'a' }];
        const error = await mail.send({ ...message, attachments }).catch((thrown) => thrown);
        const { outcome, attempts, failure: { category, retryable } } = error.response;
        console.log(outcome, attempts, category, retryable, error.response.failure.message);
        const { responses } = await mail.sendBulk([message, message]);
        console.log(responses.map((each) => each.outcome + ' ' + each.failure?.code).join());
        await mail.verify('${provider}').then(() => console.log('verified'), (thrown) => console.log(thrown.message));
        await app.close();
      `;
      const { code, output } = await project().run('app.mjs', script);
      const [sent, bulk, verified] = output.split('\n');
      expect(code).toBe(0);
      expect(sent).toMatch(/^unsent 1 configuration false The package '/);
      expect(sent).toContain(`run npm install ${peer}`);
      const lacking = provider === 'mailbox' ? 'accepted undefined' : 'unsent MISSING_PACKAGE';
      expect(bulk).toBe(`${lacking},${lacking}`); // the mailbox composes plain messages by itself
      if (provider !== 'mailbox') expect(verified).toContain(`run npm install ${peer}`);
    });
  }

  it('N1: in a bundle, what lies beside it says nothing: it starts, and import() decides', async () => {
    const from = { nodemailer: manifestAlone('nodemailer', '7.0.13') };
    const script = `
      import { copyFileSync } from 'node:fs';
      import 'reflect-metadata';
      import { NestFactory } from '@nestjs/core';
      copyFileSync('node_modules/nest-mailbridge/dist/index.js', 'bundle.mjs');
      const { MailBridgeModule, MailBridgeService } = await import('./bundle.mjs');
      const options = { provider: 'smtp', providers: { smtp: { host: '127.0.0.1', port: 1 } } };
      const app = await NestFactory.createApplicationContext(MailBridgeModule.forRoot(options), { logger: false });
      const message = { from: 'a@example.com', to: 'b@example.com', text: 'Hi' };
      const error = await app.get(MailBridgeService).send(message).catch((thrown) => thrown);
      console.log(error.response.outcome, error.response.failure.code);
      await app.close();
    `;
    const result = await project({ from }).run('app.mjs', script);
    expect(result).toEqual({ code: 0, output: 'unsent MISSING_PACKAGE\n' });
  });

  it('needs no peer of a provider that is not configured', async () => {
    const custom = `
      import { MailProviderStrategy, accepted } from 'nest-mailbridge';
      class Acme extends MailProviderStrategy { async send() { return accepted(); } }
      class Application {}
      Module({ imports: [MailBridgeModule.forRoot({ provider: 'acme' })] })(Application);
      const app = await NestFactory.create(Application, { logger: false });
      const mail = app.get(MailBridgeService);
      mail.registerProvider('acme', new Acme());
      const { outcome } = await mail.send({ from: 'a@example.com', to: 'b@example.com', text: 'Hi' });
      console.log(outcome);
    `;
    const result = await project({ without: ['nodemailer', 'postal-mime'] }).run(
      'app.mjs',
      ESM + custom,
    );
    expect(result).toEqual({ code: 0, output: 'accepted\n' });
  });

  it('loads no client before the first message', async () => {
    const script = `${ESM}
      import { Session } from 'node:inspector';
      const scripts = [];
      const session = new Session();
      session.connect();
      session.on('Debugger.scriptParsed', ({ params }) => scripts.push(params.url));
      session.post('Debugger.enable');
      const loaded = () => scripts.filter((url) => /nodemailer|postal-mime/.test(url)).length > 0;
      class Application {}
      Module({ imports: [MailBridgeModule.forRoot({
        provider: 'mailbox', providers: { smtp: { host: '127.0.0.1' } },
      })] })(Application);
      const app = await NestFactory.createApplicationContext(Application, { logger: false });
      const before = loaded();
      const message = { from: 'a@example.com', to: 'b@example.com', text: 'Hi' };
      await app.get(MailBridgeService).send(message);
      console.log(before, loaded());
      await app.close();
    `;
    const result = await project().run('app.mjs', script);
    expect(result).toEqual({ code: 0, output: 'false true\n' });
  });
});
