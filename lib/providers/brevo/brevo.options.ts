import type { OptionReader } from '../../contract/option-reader.js';
import { readBaseUrl, readKey } from '../api/api-options.js';
import { MAX_MESSAGE_BYTES } from './brevo-limits.js';

const API = 'https://api.brevo.com';

/** Options of the `brevo` provider (API v3, transactional e-mail). */
export interface BrevoOptions {
  /** The API key (`xkeysib-…`); `BREVO_API_KEY` of the environment. */
  apiKey?: string | undefined;
  /**
   * Gives each call a random key, by which Brevo knows a call whose answer was lost when the same messages
   * are sent again within a quarter of an hour, and does not send them twice. @default false
   */
  idempotency?: boolean | undefined;
  /** Test mode: Brevo checks and answers each call and sends nothing. @default false */
  sandbox?: boolean | undefined;
  /** Where the API is, for a proxy or a test server. @default 'https://api.brevo.com' */
  baseUrl?: string | undefined;
}

/** The options as the provider uses them. */
export interface ResolvedBrevoOptions {
  readonly apiKey: string;
  readonly idempotency: boolean;
  readonly sandbox: boolean;
  readonly baseUrl: string;
  /** Connections at a time. */
  readonly maxSockets: number;
  /** Bytes that the attachments of one message may have, before encoding. */
  readonly maxAttachmentBytes: number;
}

/** Reads the options, and reports each problem to the reader. */
export function readBrevoOptions(
  reader: OptionReader,
  { maxInFlight, maxBytes }: { readonly maxInFlight: number; readonly maxBytes: number },
): ResolvedBrevoOptions {
  return {
    apiKey: readKey(reader, 'apiKey', 'set it here or as BREVO_API_KEY'),
    idempotency: reader.boolean('idempotency') ?? false,
    sandbox: reader.boolean('sandbox') ?? false,
    baseUrl: readBaseUrl(reader, API),
    maxSockets: maxInFlight,
    // Base64 makes four bytes of three.
    maxAttachmentBytes: Math.min(maxBytes, (MAX_MESSAGE_BYTES / 4) * 3),
  };
}
