import { execFile } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { compile } from './compile.js';
import { patched, type Patch } from './patches.js';

/** What a chaos run has come to. */
export interface ChaosResult {
  readonly exitCode: number;
  /** What it says of the promises, a line for each run that broke one. */
  readonly violations: readonly string[];
  /** All that it printed. */
  readonly output: string;
  readonly seconds: number;
}

const COPIED = ['lib', 'test/chaos', 'test/fixtures', 'package.json'];
const LONGEST_MS = 180_000;
const MESSAGES = 300;

/** A copy of the repository in which the library can be changed, built without a type check. */
export class Workshop {
  private constructor(private readonly folder: string) {}

  static async open(): Promise<Workshop> {
    const folder = mkdtempSync(join(tmpdir(), 'mailbridge-sabotage-'));
    for (const each of COPIED) cpSync(each, join(folder, each), { recursive: true });
    symlinkSync(resolve('node_modules'), join(folder, 'node_modules'));
    const workshop = new Workshop(folder);
    const files = readdirSync('lib', { recursive: true, encoding: 'utf8' });
    for (const file of files) if (file.endsWith('.ts')) await workshop.build(join('lib', file));
    return workshop;
  }

  /** Puts a lie into the copy; gives back what takes it out again. */
  async apply(patch: Patch): Promise<() => Promise<void>> {
    const source = await this.source(patch.file);
    await this.build(patch.file, patched(source, patch));
    return () => this.build(patch.file, source);
  }

  /** Makes a chaos run of one case under `report`, in a process of its own. */
  runChaos(name: string, seed: string): Promise<ChaosResult> {
    const startedAt = performance.now();
    const asked = ['--provider', name, '--report', '--seed', seed, '--messages', `${MESSAGES}`];
    const args = ['test/chaos/run.mjs', ...asked];
    const options = { cwd: this.folder, timeout: LONGEST_MS };
    return new Promise((done) => {
      const child = execFile(process.execPath, args, options, (_, stdout, stderr) =>
        done({
          exitCode: child.exitCode ?? 1,
          violations: stderr.split('\n').filter((line) => line.startsWith('violated: ')),
          output: stdout + stderr,
          seconds: (performance.now() - startedAt) / 1000,
        }),
      );
    });
  }

  close(): void {
    rmSync(this.folder, { recursive: true });
  }

  private source(file: string): Promise<string> {
    return readFile(join(this.folder, file), 'utf8');
  }

  private async build(file: string, source?: string): Promise<void> {
    const code = await compile(source ?? (await this.source(file)), file);
    const target = join(this.folder, file.replace(/^lib/, 'dist').replace(/\.ts$/, '.js'));
    await mkdir(dirname(target), { recursive: true });
    await writeFile(target, code);
  }
}
