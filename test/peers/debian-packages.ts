import { execFile } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** How long a server may take to be there, in milliseconds: its package may have to be installed. */
export const SERVER_START_MS = 300_000;

/** The program of that name: from the PATH, or where Debian puts the programs of the administrator. */
export function findProgram(name: string): string | undefined {
  const folders = ['/usr/sbin', ...(process.env['PATH'] ?? '').split(delimiter)];
  return folders.map((folder) => join(folder, name)).find((path) => existsSync(path));
}

/**
 * The program of that name, whose package is installed where that can be done.
 *
 * @throws Error that says how to get it
 */
export async function provideProgram(name: string, packageName: string): Promise<string> {
  const found = findProgram(name);
  if (found !== undefined) return found;
  let cause: unknown;
  if (mayInstall()) {
    await installPackages([packageName]).catch((error: unknown) => {
      cause = error;
    });
  }
  return findProgram(name) ?? missing(name, packageName, cause);
}

/** Says how to get a program that is missing. */
export function missing(name: string, packageName: string, cause?: unknown): never {
  const how = `run apt-get install ${packageName} (as root), or put it on the PATH`;
  throw new Error(`${name} is missing: ${how}`, { cause });
}

/** Whether packages may be installed here: as root on Debian, and nowhere else. */
export function mayInstall(): boolean {
  return process.getuid?.() === 0 && existsSync('/etc/debian_version');
}

/**
 * Installs packages without starting their services. Refuses to remove others for them.
 *
 * @throws Error with the last words of apt-get
 */
export async function installPackages(names: readonly string[]): Promise<void> {
  await aptGet(['install', '-y', '--no-install-recommends', '--no-remove', ...names]);
}

/** Unpacks packages into a folder without installing them: for those that would remove others. */
export async function unpackPackages(names: readonly string[], folder: string): Promise<void> {
  await aptGet(['download', ...names], folder);
  for (const each of packageFiles(folder)) await run('dpkg-deb', ['-x', each, folder]);
}

/** The libraries that an unpacked package depends on. */
export async function librariesOf(name: string, folder: string): Promise<string[]> {
  const file = packageFiles(folder).find((each) => each.startsWith(join(folder, `${name}_`)));
  const { stdout } = await run('dpkg-deb', ['-f', file ?? name, 'Depends']);
  return stdout.split(',').flatMap((each) => /^\s*(lib[a-z0-9.+-]+)/.exec(each)?.[1] ?? []);
}

function packageFiles(folder: string): string[] {
  const files = readdirSync(folder).filter((each) => each.endsWith('.deb'));
  return files.map((each) => join(folder, each));
}

/** Debian asks `policy-rc.d` before it starts the service of a new package; 101 says no. */
const WITHOUT_SERVICES = `
policy=/usr/sbin/policy-rc.d
if [ ! -e $policy ]; then
  trap 'rm -f $policy' EXIT
  printf '#!/bin/sh\\nexit 101\\n' > $policy
  chmod 755 $policy
fi
apt-get -qq -o DPkg::Lock::Timeout=120 "$@"
`;

/** Runs apt-get, one at a time of all tests; a machine whose lists are too old gets new ones. */
async function aptGet(args: readonly string[], cwd = tmpdir()): Promise<void> {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const lock = join(tmpdir(), 'mailbridge-peers-apt.lock');
  const apt = (words: readonly string[]) =>
    run('flock', [lock, 'sh', '-c', WITHOUT_SERVICES, 'sh', ...words], { env, cwd });
  await apt(args).catch(async () => {
    await apt(['update']);
    await apt(args);
  });
}
