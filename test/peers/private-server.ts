import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { connect, createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';

/**
 * Runs each line of its input, which starts the daemon. The input ends with us, however we end: then it
 * ends the daemon too, also one that was just being started.
 */
const GUARD = `
while read -r command; do
  sh -c "$command" < /dev/null > "$1/start.log" 2>&1
  for try in 1 2 3 4 5; do [ -f "$2" ] || sleep 0.2; done
done
[ -f "$2" ] && kill -s KILL -- "-$(tr -d ' ' < "$2")"
rm -rf "$1"
`;

/**
 * A mail server of our own in a temporary folder: its daemon and all that it starts are one process group,
 * whose id is in `pidFile`. It ends with the process that started it, also when that one is killed.
 */
export class PrivateServer {
  readonly folder = mkdtempSync(join(tmpdir(), 'mailbridge-peers-'));
  readonly #guard: ChildProcess;
  readonly #pidFile: string;

  /** @param pidFile within the folder */
  constructor(pidFile: string) {
    // Postfix and Exim give up root, and must still come in.
    chmodSync(this.folder, 0o755);
    this.#pidFile = join(this.folder, pidFile);
    this.#guard = spawn('sh', ['-c', GUARD, 'sh', this.folder, this.#pidFile], {
      detached: true,
      stdio: ['pipe', 'ignore', 'ignore'],
    });
  }

  path(...names: readonly string[]): string {
    return join(this.folder, ...names);
  }

  read(...names: readonly string[]): string {
    return readFileSync(this.path(...names), 'utf8');
  }

  /** Runs the command that starts the daemon, and waits until the port answers. */
  async start(program: string, args: readonly string[], port: number): Promise<void> {
    const words = [program, ...args].map((word) => `'${word}'`);
    this.#guard.stdin?.write(`${words.join(' ')}\n`);
    for (let tries = 0; !(await answers(port)); tries += 1) {
      if (tries === 1_000) throw new Error(`${program} does not start: ${this.read('start.log')}`);
      await wait(20);
    }
  }

  /** Ends the daemon and all its processes at once, without a last word, and waits until its port is free. */
  async kill(port: number): Promise<void> {
    process.kill(-Number(readFileSync(this.#pidFile, 'utf8')), 'SIGKILL');
    rmSync(this.#pidFile);
    while (await answers(port)) await wait(5);
  }

  /** Ends everything and removes the folder. */
  async stop(): Promise<void> {
    const ended = once(this.#guard, 'exit');
    this.#guard.stdin?.end();
    await ended;
  }
}

/** Ports of loopback that nobody uses. */
export async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer().listen(0, '127.0.0.1'));
  await Promise.all(servers.map((server) => once(server, 'listening')));
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  await Promise.all(servers.map((server) => once(server.close(), 'close')));
  return ports;
}

/** Whether somebody listens there. */
export async function answers(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}
