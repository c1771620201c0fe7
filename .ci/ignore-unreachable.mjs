// Keeps out of the package what was built and no import leads to from its entries: the modules that rollup has
// put into one file, and the types that no public type names. They stay in `dist` for measurements.
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const RELATIVE_IMPORT = /\b(?:from|import)\s*\(?\s*['"](\.{1,2}\/[^'"]+)\.js['"]/g;

const root = fileURLToPath(new URL('..', import.meta.url));
const dist = join(root, 'dist');
const { exports: entries } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const reachable = new Set();

for (const targets of Object.values(entries)) {
  if (typeof targets === 'object')
    Object.values(targets).forEach((file) => follow(join(root, file)));
}
const built = readdirSync(dist, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile())
  .map((entry) => join(entry.parentPath, entry.name));
const ignored = built.filter((file) => !reachable.has(file)).map((file) => relative(dist, file));
writeFileSync(join(dist, '.npmignore'), ignored.map((file) => `/${file}\n`).join(''));

function follow(file) {
  if (reachable.has(file)) return;
  if (!existsSync(file)) throw new Error(`${relative(root, file)} is imported, and was not built`);
  reachable.add(file);
  const ending = file.endsWith('.d.ts') ? '.d.ts' : '.js';
  for (const [, target] of readFileSync(file, 'utf8').matchAll(RELATIVE_IMPORT)) {
    follow(resolve(dirname(file), target + ending));
  }
}
