import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';

const running = new Set<ChildProcess>();

afterEach(() => {
  for (const child of running) child.kill('SIGKILL');
});

/** How a process ended: by itself or by a signal. */
interface Ending {
  readonly code: number | null;
  readonly signal: string | null;
}

/** The built application or demo in a process of its own. */
export class SampleProcess {
  readonly #child: ChildProcess;
  readonly #ended: Promise<Ending>;
  #output = '';

  /** With nothing of our environment but the path. */
  constructor(
    entry: 'main' | 'demo',
    args: readonly string[] = [],
    env: Readonly<Record<string, string>> = {},
  ) {
    this.#child = spawn(process.execPath, [`sample-app/dist/${entry}.js`, ...args], {
      env: { PATH: process.env['PATH'], PORT: '0', ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    running.add(this.#child);
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => {
        this.#output += text;
      });
    }
    this.#ended = this.ending();
  }

  /** Everything it printed so far. */
  get output(): string {
    return this.#output;
  }

  /** The first match of what it prints; fails when it ends without. */
  async printed(pattern: RegExp): Promise<RegExpExecArray> {
    for (;;) {
      const match = pattern.exec(this.#output);
      if (match !== null) return match;
      const next = await Promise.race([this.#ended, once(this.#child.stdout!, 'data')]);
      if ('code' in next) throw new Error(`It ended without ${String(pattern)}: ${this.#output}`);
    }
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** How it ended and what it printed. */
  async end(): Promise<Ending & { output: string }> {
    return { ...(await this.#ended), output: this.#output };
  }

  private async ending(): Promise<Ending> {
    await once(this.#child, 'close');
    running.delete(this.#child);
    return { code: this.#child.exitCode, signal: this.#child.signalCode };
  }
}
