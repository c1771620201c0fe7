import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { smtpSink } from './smtp-sink.mjs';

const APPLICATION = fileURLToPath(new URL('application', import.meta.url));
const LONGEST_MS = 300_000;
const NODES = ['20', '22', '24'];

/** Where projects of users are made, in a temporary folder, with a server that takes their mail. */
export class Workshop {
  folder = mkdtempSync(join(tmpdir(), 'mailbridge-package-'));
  /** The packed package. */
  tarball = '';
  /** The Nodes to run on, by their major version: the installed one, and others out of npm packages. */
  nodes = { [process.versions.node.split('.')[0]]: process.execPath };
  #sink;
  #subjects = 0;

  /** @param {string | undefined} tarball the package, where it is packed already */
  async open(tarball) {
    this.#sink = await smtpSink();
    this.tarball = tarball === undefined ? await this.pack() : resolve(tarball);
    await this.bringNodes();
  }

  close() {
    this.#sink?.close();
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** A project with these packages beside ours, installed by a package manager. */
  async project(name, { manager = 'npm', manifest = {}, packages = {}, files = {} }) {
    const folder = join(this.folder, name);
    const dependencies = { 'nest-mailbridge': `file:${this.tarball}`, ...packages };
    mkdirSync(folder);
    write(folder, 'package.json', { name, private: true, dependencies, ...manifest });
    Object.entries(files).forEach(([file, content]) => write(folder, file, content));
    await MANAGERS[manager](folder);
    return folder;
  }

  /** A folder in a project with the sources of the application, as ES modules or CommonJS. */
  sources(project, name, { type, tsconfig, files = {} }) {
    const folder = join(project, name);
    cpSync(APPLICATION, folder, { recursive: true });
    write(folder, 'package.json', { type });
    write(folder, 'tsconfig.json', {
      compilerOptions: { ...COMPILER, ...tsconfig },
      exclude: ['*.test.ts'],
    });
    Object.entries(files).forEach(([file, content]) => write(folder, file, content));
    return folder;
  }

  /** Runs a command that sends one message each through the mailbox and over SMTP; looks whether it did. */
  async sends(folder, command, args, { saysSo = true, env = {} } = {}) {
    const subject = `Message ${++this.#subjects}`;
    const said = await run(command, args, folder, {
      ...env,
      SMTP_URL: this.#sink.url,
      SUBJECT: subject,
    });
    const expected = JSON.stringify({ outcomes: ['accepted', 'accepted'], kept: [subject] });
    if (saysSo && said.trim().split('\n').at(-1) !== expected) throw new Error(`It said: ${said}`);
    const taken = this.#sink.taken(subject);
    if (taken !== 1) throw new Error(`The server got ${taken} messages`);
  }

  async pack() {
    const packed = await run('npm', ['pack', '--silent', '--pack-destination', this.folder]);
    return join(this.folder, packed.trim().split('\n').at(-1));
  }

  // The npm packages with Node's binaries have one for each platform, and no script to run.
  async bringNodes() {
    const folder = join(this.folder, 'nodes');
    const name = `node-${process.platform}-${process.arch}`;
    const wanted = NODES.filter((major) => !(major in this.nodes));
    const packages = wanted.map((major) => [`node-${major}`, `npm:${name}@${major}`]);
    mkdirSync(folder);
    write(folder, 'package.json', { private: true, dependencies: Object.fromEntries(packages) });
    await MANAGERS.npm(folder);
    for (const major of wanted) {
      this.nodes[major] = join(folder, 'node_modules', `node-${major}`, 'bin', 'node');
    }
  }
}

const COMPILER = {
  target: 'es2022',
  outDir: 'out',
  rootDir: '.',
  types: ['node'],
  strict: true,
  experimentalDecorators: true,
  emitDecoratorMetadata: true,
  skipLibCheck: true,
};

const MANAGERS = {
  npm: (folder) => run('npm', ['install', ...QUIET, '--prefer-offline'], folder),
  pnpm: (folder) => run('npx', ['--yes', 'pnpm@10', 'install', '--prefer-offline'], folder),
  yarn: (folder) => run('npx', ['--yes', 'yarn@1', 'install', '--prefer-offline'], folder),
};
const QUIET = ['--no-audit', '--no-fund', '--ignore-scripts'];

/**
 * Runs a command to its end.
 *
 * @returns {Promise<string>} what it printed
 * @throws Error with what it printed, when it fails
 */
export function run(command, args, cwd = process.cwd(), env = {}) {
  // What npm hands to its scripts would be taken for settings of the projects.
  const own = Object.entries(process.env).filter(
    ([name]) => !/^npm_(?:lifecycle|package|config_local)/.test(name),
  );
  const options = { cwd, env: { ...Object.fromEntries(own), ...env }, timeout: LONGEST_MS };
  return new Promise((done, reject) => {
    execFile(command, args, options, (error, stdout, stderr) => {
      if (error === null) done(stdout);
      else reject(new Error(`${command} ${args.join(' ')} failed:\n${stdout}\n${stderr}`));
    });
  });
}

/** Writes a file of a project: text as it is, anything else as JSON. */
export function write(folder, file, content) {
  const path = join(folder, file);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content, null, 2));
}
