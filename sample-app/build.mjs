import { spawnSync } from 'node:child_process';
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));

// The sample imports the library by its name, which is its build: so that one comes first.
const projects = [
  { script: 'build', source: 'lib', entry: 'dist/index.js' },
  { script: 'build:sample', source: 'sample-app/src', entry: 'sample-app/dist/main.js' },
];

/**
 * Builds the library and the sample application where a source is newer than the build.
 *
 * @param {(message: string) => void} say is told before something is built
 * @throws Error with what the compiler says
 */
export function buildWhatIsStale(say = () => undefined) {
  let isStale = false;
  for (const { script, source, entry } of projects) {
    isStale ||= newestIn(join(root, source)) > changedAt(join(root, entry));
    if (!isStale) continue;
    say(`Building ${source} …`);
    run(script);
  }
}

function run(script) {
  const { status, stdout, stderr } = spawnSync(`npm run --silent ${script}`, {
    cwd: root,
    encoding: 'utf8',
    shell: true,
  });
  if (status !== 0) throw new Error(`npm run ${script} failed:\n${stdout}${stderr}`);
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
