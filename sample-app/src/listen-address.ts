import { StartError } from './start-failure.js';

/** Where the application listens: `HOST` (127.0.0.1 unless set) and `PORT` (3000; 0 takes a free one). */
export function readAddress({ HOST, PORT }: NodeJS.ProcessEnv): { host: string; port: number } {
  const port = Number(PORT || 3000);
  if (!Number.isInteger(port) || port < 0 || port > 65_535) {
    throw new StartError('PORT must be a number from 0 to 65535');
  }
  return { host: HOST || '127.0.0.1', port };
}
