import type { OptionReader } from '../../contract/option-reader.js';
import { readBaseUrl, readKey } from '../api/api-options.js';

/** Options of the `sendgrid` provider (Twilio SendGrid, Web API v3). */
export interface SendGridOptions {
  /** A key that may send mail (`SG.…`); `SENDGRID_API_KEY` of the environment. */
  apiKey?: string | undefined;
  /** `'eu'` for regional subusers whose data stays in the EU. @default 'global' */
  region?: 'global' | 'eu' | undefined;
  /** Where the API is, for a proxy or a test server. @default the API of the region */
  baseUrl?: string | undefined;
  /** Test mode: SendGrid checks each message and sends none. @default false */
  sandbox?: boolean | undefined;
}

/** The options as the provider uses them. */
export interface ResolvedSendGridOptions {
  readonly apiKey: string;
  readonly baseUrl: string;
  readonly sandbox: boolean;
  /** Connections at a time. */
  readonly maxSockets: number;
  /** Bytes that the attachments of one message may have, before encoding. */
  readonly maxAttachmentBytes: number;
}

/** What the options say nothing of. */
export interface SendGridContext {
  readonly maxInFlight: number;
  readonly maxBytes: number;
}

/** A request has at most 30 MB, and base64 makes four bytes of three. */
const MAX_ATTACHMENT_BYTES = (30_000_000 / 4) * 3;

const API_OF_REGION = {
  global: 'https://api.sendgrid.com',
  eu: 'https://api.eu.sendgrid.com',
} as const;

/** Reads the options, and reports each problem to the reader. */
export function readSendGridOptions(
  reader: OptionReader,
  { maxInFlight, maxBytes }: SendGridContext,
): ResolvedSendGridOptions {
  const region = reader.oneOf('region', ['global', 'eu']) ?? 'global';
  return {
    apiKey: readKey(reader, 'apiKey', 'set it here or as SENDGRID_API_KEY'),
    baseUrl: readBaseUrl(reader, API_OF_REGION[region]),
    sandbox: reader.boolean('sandbox') ?? false,
    maxSockets: maxInFlight,
    maxAttachmentBytes: Math.min(maxBytes, MAX_ATTACHMENT_BYTES),
  };
}
