import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { BUILT_IN_PROVIDERS } from '../../lib/providers/built-in.js';
import { capabilityTable } from './capability-table.js';

const run = promisify(execFile);
const readme = readFileSync('README.md', 'utf8');
const config = readFileSync('lib/options/mail-bridge.config.ts', 'utf8');

describe('The README', () => {
  it('has the capabilities that the providers declare', () => {
    const [, table] = /<!-- capabilities -->\n([^]*?)\n<!-- \/capabilities -->/.exec(readme) ?? [];
    expect(table).toBe(capabilityTable());
  });

  it('names every built-in provider and every environment variable that is read', () => {
    const variables = [
      ...config.matchAll(/'((?:MAIL|SMTP|SENDGRID|POSTMARK|BREVO|MAILGUN|AWS)_[A-Z_]+)'/g),
    ];
    expect(variables.length).toBeGreaterThan(10);
    const names = [...variables.map(([, name]) => name!), ...Object.keys(BUILT_IN_PROVIDERS)];
    expect(names.filter((name) => !readme.includes(`\`${name}\``))).toEqual([]);
  });

  it('N7: has the jest settings that the package test runs', () => {
    const runners = readFileSync('test/package/test-runners.mjs', 'utf8');
    const [, pattern = ''] = /transformIgnorePatterns: \[('[^\n]+')\]/.exec(readme) ?? [];
    expect(pattern).toContain('nest-mailbridge');
    expect(runners).toContain(`const TRANSFORMED = ${pattern};`);
  });

  it('has links that lead somewhere', () => {
    const headings = [...readme.matchAll(/^#+ (.+)$/gm)].map(([, text]) =>
      text!
        .toLowerCase()
        .replace(/[^\w -]/g, '')
        .replaceAll(' ', '-'),
    );
    const links = [...readme.matchAll(/\]\(#([^)]+)\)/g)].map(([, target]) => target!);
    expect(links.filter((link) => !headings.includes(link))).toEqual([]);
  });

  it('ties each promise to tests that exist', () => {
    const tests = [...readme.matchAll(/`(test\/[^`]+)`/g)].map(([, path]) => path!);
    expect(tests.length).toBeGreaterThan(5);
    expect(tests.filter((path) => !existsSync(path))).toEqual([]);
  });

  it('has examples that compile', async () => {
    const folder = mkdtempSync(resolve('test', 'house', 'readme-'));
    try {
      const examples = [...readme.matchAll(/```ts\n([^]*?)```/g)].map(([, code]) => code!);
      expect(examples.length).toBeGreaterThan(5);
      examples.forEach((code, i) => writeFileSync(join(folder, `example-${i}.ts`), code));
      const tsconfig = {
        extends: resolve('tsconfig.json'),
        compilerOptions: { noUnusedLocals: false, noUnusedParameters: false },
        include: [folder],
      };
      writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(tsconfig));
      const tsc = resolve('node_modules/typescript/bin/tsc');
      const result = await run(process.execPath, [tsc, '-p', folder]).catch(
        (error: unknown) => error,
      );
      expect(result).toMatchObject({ stdout: '' });
    } finally {
      rmSync(folder, { recursive: true });
    }
  }, 60_000);
});
