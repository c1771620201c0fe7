import type { OptionReader } from '../../contract/option-reader.js';
import { readBaseUrl, readKey } from '../api/api-options.js';

const API = { us: 'https://api.mailgun.net', eu: 'https://api.eu.mailgun.net' } as const;

/** Labels of letters, digits and hyphens: with a slash in it, Mailgun answers 200 and sends nothing. */
const DOMAIN =
  /^(?=.{1,253}$)[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)+$/i;

/** Options of the `mailgun` provider. */
export interface MailgunOptions {
  /** An API key of the account, or a sending key of the domain (`verify()` cannot use the latter). */
  apiKey?: string | undefined;
  /** The sending domain, as in `mg.example.com`. */
  domain?: string | undefined;
  /** Where the domain is registered. @default 'us' */
  region?: 'us' | 'eu' | undefined;
  /** How far ahead the account may schedule, in days: 3 on every plan, 7 on some. @default 3 */
  maxScheduleDays?: number | undefined;
  /** Sends in Mailgun's test mode: accepted, charged and logged, but never delivered. @default false */
  sandbox?: boolean | undefined;
  /** Where the API is. @default that of the region, as in 'https://api.mailgun.net' */
  baseUrl?: string | undefined;
}

/** The options as the provider uses them. */
export interface ResolvedMailgunOptions {
  readonly apiKey: string;
  readonly domain: string;
  readonly maxScheduleDays: number;
  readonly sandbox: boolean;
  readonly baseUrl: string;
  /** Connections at a time. */
  readonly maxSockets: number;
}

/** Reads the options; what is wrong is reported by the reader. */
export function readMailgunOptions(
  reader: OptionReader,
  { maxInFlight }: { readonly maxInFlight: number },
): ResolvedMailgunOptions {
  const region = reader.oneOf('region', ['us', 'eu']) ?? 'us';
  return {
    apiKey: readKey(reader, 'apiKey', 'set it, or MAILGUN_API_KEY'),
    domain: readDomain(reader),
    maxScheduleDays: reader.integer('maxScheduleDays', 1, 7) ?? 3,
    sandbox: reader.boolean('sandbox') ?? false,
    baseUrl: readBaseUrl(reader, API[region]),
    maxSockets: maxInFlight,
  };
}

function readDomain(reader: OptionReader): string {
  const domain = reader.string('domain');
  if (domain !== undefined) {
    if (DOMAIN.test(domain)) return domain;
    reader.problem('domain', "must be a domain such as 'mg.example.com'");
  } else if (reader.raw('domain') === undefined) {
    reader.problem('domain', 'is missing: set it, or MAILGUN_DOMAIN');
  }
  return '';
}
