import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { userInfo } from 'node:os';
import {
  findProgram,
  installPackages,
  librariesOf,
  mayInstall,
  missing,
  unpackPackages,
} from './debian-packages.js';
import { takeFromMaildir, whenIdle, type DeliveredCopy } from './delivered-mail.js';
import { EXIM_USER, writeEximFiles } from './exim-configuration.js';
import { freePortsOfDoors, type MailServer, type Ports } from './mail-server.js';
import { PrivateServer } from './private-server.js';

const PACKAGE = 'exim4-daemon-light';

/** An Exim of our own. It starts as root only. */
export class EximServer implements MailServer {
  private constructor(
    private readonly program: string,
    private readonly server: PrivateServer,
    readonly port: Ports,
  ) {}

  /** @throws Error that says how to get one */
  static async start(): Promise<EximServer> {
    const server = new PrivateServer('exim.pid');
    const program = await eximProgram(server.folder);
    if (userInfo().uid !== 0) throw new Error('Exim starts as root only: run this as root');
    const ports = await freePortsOfDoors();
    writeEximFiles(server.folder, program, ports);
    const exim = new EximServer(program, server, ports);
    await exim.begin();
    return exim;
  }

  async restart(): Promise<void> {
    await this.server.kill(this.port.open);
    await this.begin();
  }

  async takeDelivered(): Promise<DeliveredCopy[]> {
    await whenIdle(() => wholeMessages(this.server.path('spool', 'input')).length);
    return takeFromMaildir(this.server.path('mail'));
  }

  deliveredSinceStart(queueId: string): boolean {
    const log = this.server.read('log', 'mainlog');
    const lines = log.slice(log.lastIndexOf('daemon started')).split('\n');
    return lines.some((line) => line.includes(` ${queueId} => `));
  }

  stop(): Promise<void> {
    return this.server.stop();
  }

  /** It looks through its queue when it starts and every other second. */
  private begin(): Promise<void> {
    const args = ['-C', this.server.path('exim.conf'), '-bd', '-q2s'];
    return this.server.start(this.program, args, this.port.open);
  }
}

/** The ids of queued messages: each has a file with its head and one with its body, written and removed in turn. */
function wholeMessages(spool: string): string[] {
  const names = new Set(readdirSync(spool));
  const ids = [...names].flatMap((name) => /^(.*)-H$/.exec(name)?.[1] ?? []);
  return ids.filter((id) => names.has(`${id}-D`));
}

/**
 * Exim, installed or unpacked into a folder: to install it would remove Postfix. What it needs of the
 * machine are its libraries and its user.
 */
async function eximProgram(folder: string): Promise<string> {
  const installed = findProgram('exim4') ?? findProgram('exim');
  if (installed !== undefined) return installed;
  if (!mayInstall()) return missing('exim4', PACKAGE);
  await unpackPackages([PACKAGE, 'exim4-base'], folder);
  await installPackages(await librariesOf(PACKAGE, folder));
  if (!hasUser()) execFileSync('useradd', ['--system', '--user-group', EXIM_USER]);
  return `${folder}/usr/sbin/exim4`;
}

function hasUser(): boolean {
  try {
    execFileSync('id', [EXIM_USER], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
