import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { provideProgram } from './debian-packages.js';
import { takeFromMaildir, whenIdle, type DeliveredCopy } from './delivered-mail.js';
import { freePortsOfDoors, type MailServer, type Ports } from './mail-server.js';
import { writePostfixFiles } from './postfix-configuration.js';
import { PrivateServer } from './private-server.js';

/** A Postfix of our own. It starts as root only. */
export class PostfixServer implements MailServer {
  private constructor(
    private readonly program: string,
    private readonly server: PrivateServer,
    readonly port: Ports,
  ) {}

  /** @throws Error that says how to get one */
  static async start(): Promise<PostfixServer> {
    const program = await provideProgram('postfix', 'postfix');
    if (process.getuid?.() !== 0) throw new Error('Postfix starts as root only: run this as root');
    const server = new PrivateServer('queue/pid/master.pid');
    const ports = await freePortsOfDoors();
    writePostfixFiles(server.folder, ports);
    const postfix = new PostfixServer(program, server, ports);
    await postfix.begin();
    return postfix;
  }

  async restart(): Promise<void> {
    await this.server.kill(this.port.open);
    await this.begin();
  }

  async takeDelivered(): Promise<DeliveredCopy[]> {
    const queues = ['incoming', 'active', 'deferred'].map((name) =>
      this.server.path('queue', name),
    );
    await whenIdle(() => queues.flatMap(wholeMessages).length);
    return takeFromMaildir(this.server.path('mail', 'all'));
  }

  deliveredSinceStart(queueId: string): boolean {
    const log = this.server.read('maillog');
    const lines = log.slice(log.lastIndexOf('daemon started')).split('\n');
    return lines.some((line) => line.includes(` ${queueId}: to=`) && line.includes('status=sent'));
  }

  stop(): Promise<void> {
    return this.server.stop();
  }

  private begin(): Promise<void> {
    return this.server.start(this.program, ['-c', this.server.folder, 'start'], this.port.open);
  }
}

/** The files of a queue that hold a whole message, which Postfix marks as executable. */
function wholeMessages(queue: string): string[] {
  return readdirSync(queue, { recursive: true, encoding: 'utf8' }).filter((name) => {
    const found = statSync(join(queue, name), { throwIfNoEntry: false });
    return found?.isFile() === true && (found.mode & 0o100) !== 0;
  });
}
