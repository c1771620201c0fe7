import { readFileSync } from 'node:fs';
import { CASES } from '../chaos/cases.js';
import { compile } from './compile.js';
import { PATCHES, patched } from './patches.js';

describe('Every sabotage can still be done', () => {
  it.each(PATCHES.map((patch) => [patch.name, patch] as const))('%s', async (_, patch) => {
    const source = readFileSync(patch.file, 'utf8');
    const code = await compile(patched(source, patch), patch.file);
    expect(code).not.toBe(await compile(source, patch.file));
    expect(Object.keys(CASES)).toContain(patch.case);
  });

  it('or is refused: a pattern that is gone, or stands there twice', () => {
    const patch = { ...PATCHES[0]!, pattern: 'x' };
    expect(() => patched('y', patch)).toThrow('stands 0 times in lib/');
    expect(() => patched('x x', patch)).toThrow('stands 2 times in lib/');
  });
});
