import type { OptionReader } from '../../contract/option-reader.js';
import { readBaseUrl, readKey } from '../api/api-options.js';

const API = 'https://api.postmarkapp.com';

/** The token that Postmark checks requests with and sends nothing for. */
const TEST_TOKEN = 'POSTMARK_API_TEST';

/** Options of the `postmark` provider. */
export interface PostmarkOptions {
  /** The server's API token. Needed unless `sandbox` is on. */
  serverToken?: string | undefined;
  /** The message stream of messages that name none. @default Postmark's own: `outbound` */
  messageStream?: string | undefined;
  /**
   * Whether open tracking may be on for the whole server: then Postmark ignores `trackOpens: false`, and
   * such a message is refused. Say `false` where it is off. @default true
   */
  serverTracksOpens?: boolean | undefined;
  /** Has Postmark check and answer every request without sending anything. @default false */
  sandbox?: boolean | undefined;
  /** Where the API is. @default 'https://api.postmarkapp.com' */
  baseUrl?: string | undefined;
}

/** The options as the provider uses them. */
export interface ResolvedPostmarkOptions {
  /** What requests carry: the server's token, or that of the test mode. */
  readonly token: string;
  readonly messageStream?: string;
  readonly serverTracksOpens: boolean;
  readonly baseUrl: string;
  /** Connections at a time. */
  readonly maxSockets: number;
}

/** Reads the options; what is wrong is reported by the reader. */
export function readPostmarkOptions(
  reader: OptionReader,
  { maxInFlight }: { readonly maxInFlight: number },
): ResolvedPostmarkOptions {
  const isSandbox = reader.boolean('sandbox') ?? false;
  const isTokenless = isSandbox && reader.raw('serverToken') === undefined;
  const serverToken = isTokenless
    ? TEST_TOKEN
    : readKey(reader, 'serverToken', 'set it, or POSTMARK_SERVER_TOKEN');
  const messageStream = reader.string('messageStream');
  if (messageStream !== undefined && messageStream.length > 30) {
    reader.problem('messageStream', 'must not be longer than 30 characters');
  }
  return {
    token: isSandbox ? TEST_TOKEN : serverToken,
    serverTracksOpens: reader.boolean('serverTracksOpens') ?? true,
    baseUrl: readBaseUrl(reader, API),
    maxSockets: maxInFlight,
    ...(messageStream !== undefined && { messageStream }),
  };
}
