import { createRequire } from 'node:module';

let fromHere: NodeJS.Require | undefined;

/**
 * Whether a package can be imported from here, without loading it: clients are heavy, and wanted only
 * when the first message goes out.
 */
export function isInstalled(name: string): boolean {
  try {
    fromHere ??= createRequire(thisFile());
    fromHere.resolve(name);
    return true;
  } catch {
    return false;
  }
}

// `import.meta.url` would say the same, but a CommonJS test set-up cannot transform it.
function thisFile(): string {
  // oxlint-disable-next-line typescript/unbound-method -- it is put back, not called
  const { prepareStackTrace } = Error;
  try {
    Error.prepareStackTrace = (_, [here]) => here?.getFileName();
    const file: unknown = new Error('here').stack;
    return typeof file === 'string' ? file : process.cwd();
  } finally {
    Error.prepareStackTrace = prepareStackTrace;
  }
}
