import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { MissingPackageError } from './missing-package.error.js';
import { liesIn, newestMajor } from './version-range.js';

/**
 * The optional peers, with the versions that MailBridge works with. The manifest allows every version, so
 * that an application that uses another one for its own purposes can install: the part that needs a peer
 * looks for it at start.
 */
export const PEER_RANGES = {
  '@aws-sdk/client-sesv2': '^3.901.0',
  nodemailer: '^10.1.0',
} as const;

/** The name of an optional peer. */
export type Peer = keyof typeof PEER_RANGES;

/** Finds a package from here, or throws. */
type Resolve = (name: string) => string;

/** Our own name, as the manifest has it. */
const OURS = 'nest-mailbridge';

/** What a module loader says where a package, or the file of it that we import, is not there. */
const NOT_THERE = new Set([
  'ERR_MODULE_NOT_FOUND',
  'MODULE_NOT_FOUND',
  'ERR_PACKAGE_PATH_NOT_EXPORTED',
  'ERR_UNSUPPORTED_DIR_IMPORT',
]);

let resolve: Resolve | 'unable' | undefined;

/**
 * What is wrong with an optional peer, with the command that helps; nothing where it may be right. It is
 * found out without loading the peer: clients are heavy, and wanted only when the first message goes out.
 * In a bundled application, which may have the peer inside, it cannot be told: then `import()` decides
 * at first use.
 */
export function peerProblem(peer: Peer): string | undefined {
  resolve ??= workingResolve();
  if (resolve === 'unable') return undefined;
  const found = find(resolve, peer);
  if (found === 'missing') return `needs the package '${peer}': run npm install ${peer}`;
  const { name, version } = packageOf(found) ?? {};
  const range = PEER_RANGES[peer];
  if (name !== peer || version === undefined || liesIn(version, range)) return undefined;
  return `needs the package '${peer}' ${range}, and ${version} is installed: run npm install ${peer}@${newestMajor(range)}`;
}

/**
 * The error of an optional peer's `import()`, with the command that installs the peer where that helps. The
 * import stands in a `try` of its own: bundlers then let the peer be missing.
 */
export function peerError(peer: Peer, error: unknown): unknown {
  if (!NOT_THERE.has(codeOf(error))) return error;
  // Without the version behind an @: in a failure that would look like an address.
  return new MissingPackageError(
    `The package '${peer}' (${PEER_RANGES[peer]}) could not be loaded: run npm install ${peer}`,
  );
}

/** The way to find packages from here, where this file still stands in its package. */
function workingResolve(): Resolve | 'unable' {
  try {
    const file = thisFile();
    // A bundle may have the peer inside, whatever lies beside it; and may leave nothing of `createRequire`.
    return packageOf(file)?.name === OURS ? createRequire(file).resolve : 'unable';
  } catch {
    return 'unable';
  }
}

/** The file that a package is entered by; `hidden` where it does not let us see that. */
function find(fromHere: Resolve, name: string): string {
  try {
    return fromHere(name);
  } catch (error) {
    return codeOf(error) === 'MODULE_NOT_FOUND' ? 'missing' : 'hidden';
  }
}

interface Manifest {
  readonly name?: string;
  readonly version?: string;
}

/** The manifest of the package that a file belongs to: the next one above it that has a name. */
function packageOf(file: string): Manifest | undefined {
  for (let folder = dirname(file); folder !== dirname(folder); folder = dirname(folder)) {
    const manifest = manifestIn(folder);
    if (manifest?.name !== undefined) return manifest;
  }
  return undefined;
}

function manifestIn(folder: string): Manifest | undefined {
  try {
    return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest;
  } catch {
    return undefined;
  }
}

function codeOf(error: unknown): string {
  return String((error as NodeJS.ErrnoException | undefined)?.code);
}

// `import.meta.url` would say the same, but a CommonJS test set-up cannot transform it.
function thisFile(): string {
  // oxlint-disable-next-line typescript/unbound-method -- it is put back, not called
  const { prepareStackTrace } = Error;
  try {
    Error.prepareStackTrace = (_, [here]) => here?.getFileName();
    const file: unknown = new Error('here').stack;
    const name = typeof file === 'string' ? file : '';
    return name.startsWith('file:') ? fileURLToPath(name) : name;
  } finally {
    Error.prepareStackTrace = prepareStackTrace;
  }
}
