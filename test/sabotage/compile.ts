import { transform } from '@swc/core';

/**
 * A source file of the library as JavaScript: types are taken away, not checked.
 *
 * @throws Error when it cannot be parsed
 */
export async function compile(source: string, filename: string): Promise<string> {
  const { code } = await transform(source, {
    filename,
    swcrc: false,
    sourceMaps: 'inline',
    jsc: {
      target: 'es2023',
      keepClassNames: true,
      parser: { syntax: 'typescript', decorators: true },
      transform: { legacyDecorator: true, decoratorMetadata: true },
    },
    module: { type: 'es6' },
  });
  return code;
}
