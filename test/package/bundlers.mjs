import { copyFileSync, mkdirSync, mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { run, write } from './workshop.mjs';

/** What Nest asks for where it is installed: it is left out, as Nest's own pages on serverless say. */
const LAZY =
  /^(?:@nestjs\/(?:microservices|websockets|platform-express)|class-transformer\/storage)/;

const packer = (name) => (entry, output) => `
const { createRequire } = require('node:module');
const bundler = require(${JSON.stringify(name)});
const lazy = ${LAZY};
bundler({
  mode: 'production',
  target: 'node',
  entry: ${JSON.stringify(entry)},
  output: { path: ${JSON.stringify(output)}, filename: 'main.cjs', library: { type: 'commonjs2' } },
  optimization: { minimize: false },
  plugins: [
    new bundler.optimize.LimitChunkCountPlugin({ maxChunks: 1 }),
    new bundler.IgnorePlugin({ checkResource: (resource) => lazy.test(resource) }),
  ],
}, (error, stats) => {
  const said = error ?? (stats.hasErrors() ? stats.toString() : undefined);
  if (said === undefined) return;
  console.error(said);
  process.exitCode = 1;
});`;

const CONFIGURATION = {
  webpack: packer('webpack'),
  rspack: packer('@rspack/core'),
  esbuild: (entry, output) => `
require('esbuild').buildSync({
  entryPoints: [${JSON.stringify(entry)}],
  outfile: ${JSON.stringify(join(output, 'main.cjs'))},
  bundle: true, platform: 'node', format: 'cjs', keepNames: true, logLevel: 'error',
  external: ['@nestjs/microservices', '@nestjs/websockets', '@nestjs/platform-express', 'class-transformer/storage'],
});`,
};

/**
 * An application in one file with everything inside, moved away from all packages, sends; with nodemailer left
 * out it starts, and says what it lacks.
 */
export function bundlers(compile, { ESM, CJS }) {
  return Object.entries(CONFIGURATION).flatMap(([bundler, configuration]) =>
    Object.entries({ 'ES modules': ESM, CommonJS: CJS }).map(([kind, settings]) => [
      kind === 'ES modules' ? bundler : `${bundler} from ${kind}`,
      async (shop, project) => {
        const name = `${bundler}-${settings.type}`;
        const folder = await compile(shop, project, name, settings);
        const built = join(folder, 'bundle');
        const script = configuration(join(folder, 'out/start.js'), built);
        write(folder, 'bundle.cjs', script);
        await run(process.execPath, ['bundle.cjs'], folder);
        const away = mkdtempSync(join(shop.folder, 'bundled-'));
        mkdirSync(away, { recursive: true });
        copyFileSync(join(built, 'main.cjs'), join(away, 'main.cjs'));
        for (const node of Object.values(shop.nodes)) await shop.sends(away, node, ['main.cjs']);
      },
    ]),
  );
}
