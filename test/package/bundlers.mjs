import { copyFileSync, mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { run, write } from './workshop.mjs';

/**
 * What Nest asks for where it is installed: it is left out, as Nest's own pages on serverless say. So is what
 * Nest 11 loads for its file validator, in a way that rspack does not find.
 */
const LAZY =
  /^(?:@nestjs\/(?:microservices|websockets|platform-express)|class-transformer\/storage|file-type$)/;

const packer = (name) => (entry, output, external) => `
const bundler = require(${JSON.stringify(name)});
const lazy = ${LAZY};
bundler({
  mode: 'production',
  target: 'node',
  entry: ${JSON.stringify(entry)},
  output: { path: ${JSON.stringify(output)}, filename: 'main.cjs', library: { type: 'commonjs2' } },
  externals: ${JSON.stringify(external)}.map((name) => new RegExp('^' + name)),
  externalsType: 'commonjs',
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
  esbuild: (entry, output, external) => `
require('esbuild').buildSync({
  entryPoints: [${JSON.stringify(entry)}],
  outfile: ${JSON.stringify(join(output, 'main.cjs'))},
  bundle: true, platform: 'node', format: 'cjs', keepNames: true, logLevel: 'error',
  external: ['@nestjs/microservices', '@nestjs/websockets', '@nestjs/platform-express', 'class-transformer/storage', ...${JSON.stringify(external)}],
});`,
};

/**
 * An application in one file with everything inside, moved away from all packages, sends; with nodemailer left
 * out it starts, and says what it lacks.
 */
export function bundlers(compile, { ESM, CJS }) {
  return Object.keys(CONFIGURATION).flatMap((bundler) =>
    [
      [bundler, sendsFrom(ESM)],
      [`${bundler} from CommonJS`, sendsFrom(CJS)],
      [`${bundler}, nodemailer left out`, lacksNodemailer],
    ].map(([name, step]) => [name, (shop, project) => step(bundler, shop, project)]),
  );

  function sendsFrom(settings) {
    return async (bundler, shop, project) => {
      const folder = await compile(shop, project, `${bundler}-${settings.type}`, settings);
      const away = await bundle(bundler, shop, folder, []);
      for (const node of Object.values(shop.nodes)) await shop.sends(away, node, ['main.cjs']);
    };
  }

  async function lacksNodemailer(bundler, shop, project) {
    const folder = await compile(shop, project, `${bundler}-lacking`, CJS);
    const away = await bundle(bundler, shop, folder, ['nodemailer']);
    const said = await shop
      .sends(away, process.execPath, ['main.cjs'])
      .catch(({ message }) => message);
    const expected =
      /is unsent by the provider 'smtp': The package 'nodemailer' .* run npm install nodemailer/;
    if (!expected.test(String(said))) throw new Error(`It said: ${said}`);
  }
}

/** Bundles what was compiled, and moves the one file away from all packages. */
async function bundle(bundler, shop, folder, external) {
  const built = join(folder, 'bundle');
  const script = CONFIGURATION[bundler](join(folder, 'out/start.js'), built, external);
  write(folder, 'bundle.cjs', script);
  await run(process.execPath, ['bundle.cjs'], folder);
  const away = mkdtempSync(join(shop.folder, 'bundled-'));
  copyFileSync(join(built, 'main.cjs'), join(away, 'main.cjs'));
  return away;
}
