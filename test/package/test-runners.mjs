import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { write } from './workshop.mjs';

const swc = (type) => [
  '@swc/jest',
  {
    swcrc: false,
    jsc: {
      target: 'es2022',
      parser: { syntax: 'typescript', decorators: true },
      transform: { legacyDecorator: true, decoratorMetadata: true },
    },
    module: { type },
  },
];

/** What is to be transformed, in a form that holds under pnpm too. The README has the same. */
const TRANSFORMED = '/node_modules/(?!(?:\\.pnpm|nest-mailbridge|@nestjs)/)';

const WITHOUT_ENDING = { '^(\\.{1,2}/.*)\\.js$': '$1' };
const ROOT = { testEnvironment: 'node', testRegex: '\\.test\\.ts$' };

/** `jest.config.json` of each way to run jest. */
const JEST_CONFIGURATIONS = {
  'jest as ES modules': {
    ...ROOT,
    extensionsToTreatAsEsm: ['.ts'],
    moduleNameMapper: WITHOUT_ENDING,
    transform: { '^.+\\.ts$': swc('es6') },
  },
  'jest as CommonJS, packages transformed by @swc/jest': {
    ...ROOT,
    transform: { '^.+\\.[tj]s$': swc('commonjs') },
    transformIgnorePatterns: [TRANSFORMED],
  },
  'jest as CommonJS, packages transformed by ts-jest': {
    ...ROOT,
    transform: { '^.+\\.[tj]s$': ['ts-jest', { tsconfig: 'tsconfig.jest.json' }] },
    transformIgnorePatterns: [TRANSFORMED],
  },
  'jest as CommonJS with require(esm), Node 24.9 and later': {
    ...ROOT,
    transform: { '^.+\\.ts$': swc('commonjs') },
  },
};

const TS_JEST = {
  compilerOptions: {
    module: 'commonjs',
    moduleResolution: 'node10',
    target: 'es2022',
    allowJs: true,
    isolatedModules: true,
    esModuleInterop: true,
    experimentalDecorators: true,
    emitDecoratorMetadata: true,
  },
};
const VITEST =
  "import { defineConfig } from 'vitest/config';\nexport default defineConfig({ test: { globals: true, include: ['*.test.ts'] } });\n";

/** A test of the application passes under each runner. */
export function testRunners({ ESM, CJS, tsJest = false, vitest = false }) {
  const steps = [
    jest('jest as ES modules', ESM, ['--experimental-vm-modules']),
    jest('jest as CommonJS, packages transformed by @swc/jest', CJS, []),
    jest(
      'jest as CommonJS with require(esm), Node 24.9 and later',
      CJS,
      ['--experimental-vm-modules'],
      '24',
    ),
  ];
  if (tsJest) steps.push(jest('jest as CommonJS, packages transformed by ts-jest', CJS, []));
  if (vitest) steps.push(['vitest', (shop, project) => runVitest(shop, project, ESM)]);
  return steps;
}

function jest(name, settings, flags, only) {
  return [
    name,
    async (shop, project) => {
      const files = {
        'jest.config.json': JEST_CONFIGURATIONS[name],
        'tsconfig.jest.json': TS_JEST,
      };
      const folder = shop.sources(project, name.replaceAll(/\W+/g, '-'), { ...settings, files });
      if (settings.type === 'commonjs') withoutEndings(folder);
      const script = join(project, 'node_modules/jest/bin/jest.js');
      const nodes = only === undefined ? Object.values(shop.nodes) : [shop.nodes[only]];
      for (const node of nodes) {
        await shop.sends(folder, node, [...flags, script, '--config', 'jest.config.json'], {
          saysSo: false,
        });
      }
    },
  ];
}

/** As CommonJS sources are written: `./main`. */
function withoutEndings(folder) {
  const spec = readFileSync(join(folder, 'main.test.ts'), 'utf8');
  write(folder, 'main.test.ts', spec.replace('./main.js', './main'));
  rmSync(join(folder, 'start.ts'));
}

async function runVitest(shop, project, settings) {
  const files = { 'vitest.config.ts': VITEST };
  const folder = shop.sources(project, 'vitest', { ...settings, files });
  const script = join(project, 'node_modules/vitest/vitest.mjs');
  for (const node of Object.values(shop.nodes)) {
    await shop.sends(folder, node, [script, 'run'], { saysSo: false });
  }
}
