import { spawnSync } from 'node:child_process';
import { readdirSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));

// The sample imports the library by its name, which is its build: so that one comes first.
const projects = [
  { name: 'nest-mailbridge', source: 'lib', entry: 'dist/index.js' },
  { name: 'sample-app', source: 'sample-app/src', entry: 'sample-app/dist/main.js' },
];

/**
 * Builds the library and the sample application where a source is newer than the build.
 *
 * @param {(message: string) => void} say is told before something is built
 * @throws Error with what the compiler says
 */
export function buildWhatIsStale(say = () => undefined) {
  let isStale = false;
  for (const { name, source, entry } of projects) {
    isStale ||= newestIn(join(root, source)) > changedAt(join(root, entry));
    if (!isStale) continue;
    say(`Building ${name} …`);
    build(name);
  }
}

function build(project) {
  const nest = createRequire(import.meta.url).resolve('@nestjs/cli/bin/nest.js');
  const { status, stdout, stderr } = spawnSync(process.execPath, [nest, 'build', project], {
    cwd: root,
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`${project} cannot be built:\n${stdout}${stderr}`);
}

function newestIn(folder) {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true });
  return Math.max(
    ...files
      .filter((file) => file.isFile())
      .map((file) => changedAt(join(file.parentPath, file.name))),
  );
}

function changedAt(file) {
  return statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}
