import type { SesCredentials, SesCredentialsFunction } from './ses-credentials.js';

/** Where and as whom a client connects. */
export interface SesClientOptions {
  readonly region: string;
  /** Instead of the address that the region has. */
  readonly endpoint: string | undefined;
  /** Without them the SDK looks through its default chain: environment, profile, container, instance. */
  readonly credentials: SesCredentials | SesCredentialsFunction | undefined;
  /** Connections at a time. */
  readonly maxSockets: number;
}
