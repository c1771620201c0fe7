// The manifest that is published: what a user's package manager reads, and nothing of how we work.
//
//   node .ci/manifest.mjs publish   package.json becomes it; the whole one is kept beside
//   node .ci/manifest.mjs restore   the whole one is back
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';

const MANIFEST = 'package.json';
const WHOLE = '.package.json.whole';
const PUBLISHED =
  'name version description keywords license repository bugs homepage type engines main types exports ' +
  'typesVersions files sideEffects dependencies peerDependencies peerDependenciesMeta';

// After a packing that was ended from outside the whole one is still beside.
if (existsSync(WHOLE)) renameSync(WHOLE, MANIFEST);

if (process.argv[2] === 'publish') {
  const text = readFileSync(MANIFEST, 'utf8');
  const whole = JSON.parse(text);
  const published = Object.fromEntries(PUBLISHED.split(' ').map((field) => [field, whole[field]]));
  writeFileSync(WHOLE, text);
  writeFileSync(MANIFEST, `${JSON.stringify(published, null, 2)}\n`);
}
