import type { OptionReader } from '../../contract/option-reader.js';
import type { SesClientOptions } from '../../transport/ses/ses-client-options.js';
import type { SesCredentialsFunction } from '../../transport/ses/ses-credentials.js';
import { readApiUrl } from '../api/api-options.js';

/** Keys of an AWS account. */
export interface SesKeys {
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken?: string | undefined;
}

/** Keys from a function. */
export interface SesTemporaryKeys extends SesKeys {
  /** When they end; five minutes before, the function is called again. @default they do not */
  expiration?: Date | undefined;
}

/** Options of the provider `ses`: Amazon SES by its API v2. */
export interface SesOptions {
  /** The AWS region, as in `eu-west-1`; `AWS_REGION` with `mailBridgeConfig`. Required. */
  region?: string | undefined;
  /**
   * Keys of an AWS account, or a function that gets them, such as those of `@aws-sdk/credential-providers`.
   * It is called once for all calls, before the first and before the keys end.
   * @default what the AWS default credential chain finds: environment, profile, container, instance
   */
  credentials?: SesKeys | (() => Promise<SesTemporaryKeys>) | undefined;
  /** Where the API is, for a VPC endpoint or an emulator. @default the address of the region */
  endpoint?: string | undefined;
  /** The configuration set of messages that name no `stream`. @default none */
  configurationSet?: string | undefined;
  /**
   * Test mode: each recipient is replaced by one of the SES mailbox simulator, which takes everything
   * and delivers nothing. It is charged like real mail. @default false
   */
  sandbox?: boolean | undefined;
}

/** The options as the provider uses them. */
export interface ResolvedSesOptions extends SesClientOptions {
  readonly configurationSet: string | undefined;
  readonly sandbox: boolean;
}

/** What the provider is told besides its own options. */
export interface SesContext {
  readonly maxInFlight: number;
}

const REGION = /^[a-z]{2,}(?:-[a-z0-9]+)+$/;

/** Reads the options of `ses` and reports every problem. */
export function readSesOptions(
  reader: OptionReader,
  { maxInFlight }: SesContext,
): ResolvedSesOptions {
  return {
    region: readRegion(reader),
    credentials: readCredentials(reader),
    endpoint: readApiUrl(reader, 'endpoint'),
    configurationSet: reader.string('configurationSet'),
    sandbox: reader.boolean('sandbox') ?? false,
    maxSockets: maxInFlight,
  };
}

function readRegion(reader: OptionReader): string {
  const region = reader.string('region');
  if (region === undefined) {
    if (reader.raw('region') === undefined) {
      reader.problem('region', `is missing: set it, or AWS_REGION, as in 'eu-west-1'`);
    }
    return '';
  }
  if (!REGION.test(region)) reader.problem('region', `must be an AWS region, as in 'eu-west-1'`);
  return region;
}

function readCredentials(reader: OptionReader): ResolvedSesOptions['credentials'] {
  const given = reader.raw('credentials');
  if (typeof given === 'function') return given as SesCredentialsFunction;
  const credentials = reader.nested('credentials');
  if (credentials === undefined) return undefined;
  const [accessKeyId, secretAccessKey] = ['accessKeyId', 'secretAccessKey'].map((name) => {
    if (credentials.raw(name) === undefined) credentials.problem(name, 'is missing');
    return credentials.string(name) ?? '';
  });
  const sessionToken = credentials.string('sessionToken');
  credentials.finish();
  return {
    accessKeyId: accessKeyId ?? '',
    secretAccessKey: secretAccessKey ?? '',
    ...(sessionToken !== undefined && { sessionToken }),
  };
}
