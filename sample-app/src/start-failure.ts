import { isMailBridgeError } from 'nest-mailbridge';

/** The application cannot start, for a reason that its message says in full. */
export class StartError extends Error {
  override readonly name = 'StartError';
}

/** Runs the application; a failure that the user can mend ends it in one sentence and exit code 1. */
export async function explained(run: () => Promise<void>): Promise<void> {
  try {
    await run();
  } catch (error) {
    console.error(explain(error) ?? error);
    process.exitCode = 1;
  }
}

interface ListenError extends NodeJS.ErrnoException {
  readonly address?: string;
  readonly port?: number;
}

function explain(error: unknown): string | undefined {
  if (isMailBridgeError(error) || error instanceof StartError) return error.message;
  if (!(error instanceof Error)) return undefined;
  const { code, address, port } = error as ListenError;
  switch (code) {
    case 'EADDRINUSE':
      return `Port ${port} on ${address} is in use: choose another one, as in PORT=3001`;
    case 'EACCES':
      return `Port ${port} on ${address} needs more rights than you have: choose one above 1023`;
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return 'HOST is no address of this machine: leave it unset for 127.0.0.1';
    default:
      return undefined;
  }
}
