import { createRequire } from 'node:module';

/** Finds a package from here, or throws. */
type Resolve = (name: string) => string;

/** A package that every application with MailBridge has: where it cannot be found, nothing can. */
const ALWAYS_THERE = '@nestjs/common';

let resolve: Resolve | 'unable' | undefined;

/**
 * Whether a package is surely not installed, found out without loading it: clients are heavy, and wanted
 * only when the first message goes out. In a bundled application, which may have the package inside, this
 * cannot be told: then `import()` decides at first use.
 */
export function isSurelyMissing(name: string): boolean {
  resolve ??= workingResolve();
  return resolve !== 'unable' && !finds(resolve, name);
}

/** The way to find packages from here, where it finds one that must be there. */
function workingResolve(): Resolve | 'unable' {
  try {
    // Bundlers may leave nothing of `createRequire`, or move the file away from all packages.
    const { resolve: fromHere } = createRequire(thisFile());
    return finds(fromHere, ALWAYS_THERE) ? fromHere : 'unable';
  } catch {
    return 'unable';
  }
}

/** Also a package is there that does not let us see the file we ask for. */
function finds(find: Resolve, name: string): boolean {
  try {
    find(name);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'MODULE_NOT_FOUND';
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
