import type { GetAccountCommand, SESv2Client } from '@aws-sdk/client-sesv2';
import { isMissingPackageError } from '../../errors/missing-package.error.js';
import { peerError } from '../../errors/optional-peer.js';
import { Connections } from '../http/connections.js';
import type { HttpRequest, HttpResult } from '../http/http-result.js';
import { USER_AGENT } from '../http/user-agent.js';
import type { StopSignal } from '../stop-signal.js';
import { isRefusedForItsTime } from './clock-skew.js';
import { NO_SIGV4A, type SesCall, type SesResult, type SesUnmade } from './ses-call.js';
import type { SesClientOptions } from './ses-client-options.js';
import { namedFailures } from './ses-credentials.js';
import { withoutVersionNotice } from './version-notice.js';
import { withoutCredentials } from './without-credentials.js';

type Sdk = typeof import('@aws-sdk/client-sesv2');

/** A request as the SDK has signed it. */
interface SignedRequest {
  readonly method: string;
  readonly protocol: string;
  readonly hostname: string;
  readonly port?: number;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
}

const SIGV4A_PACKAGES = /@aws-sdk\/signature-v4(?:a|-crt)\b/;

/** What became of a request, and when it was signed. */
interface Attempt {
  readonly result: SesResult;
  /** As in `20260101T120000Z`; nothing where no request was made. */
  readonly signedAt?: string | undefined;
}

/** Carries a signed request to the API. */
type Carry = (request: HttpRequest) => Promise<HttpResult>;

const GIVEN_UP: HttpResult = {
  kind: 'fault',
  code: 'ABORTED',
  mayHaveArrived: false,
  isAborted: true,
};

/**
 * Calls of Amazon SES. The AWS SDK finds the credentials, writes and signs each request; our own
 * connections carry it. So there is one request, no time-out but the caller's signal, and an answer
 * that the SDK neither reads nor keeps: its errors hold the request with the key id and the token.
 * The SDK is loaded with the first call.
 */
export class SesClient {
  readonly #connections: Connections;
  #loaded: Promise<{ sdk: Sdk; client: SESv2Client }> | undefined;

  constructor(private readonly options: SesClientOptions) {
    this.#connections = new Connections(options.maxSockets);
  }

  /**
   * Makes one call. Always resolves; the signal bounds the whole of it. A request that is refused since our
   * clock is off is signed and made once more: the SDK has set its clock by the first answer.
   */
  async call(call: SesCall, signal: StopSignal): Promise<SesResult> {
    const first = await this.attempt(call, signal);
    return isRetimed(first) ? (await this.attempt(call, signal)).result : first.result;
  }

  /** Closes every connection. */
  async close(): Promise<void> {
    const loaded = await this.#loaded?.catch(() => undefined);
    loaded?.client.destroy();
    this.#connections.close();
  }

  private attempt(call: SesCall, signal: StopSignal): Promise<Attempt> {
    return new Promise((resolve) => {
      // Looking for credentials heeds no signal: it is left behind, and what it finds is not used.
      const giveUp = () => resolve({ result: GIVEN_UP });
      const dismiss = () => signal.removeEventListener('abort', giveUp);
      const carry: Carry = async (request) => {
        // From here on the exchange heeds the signal, and knows how far it has come.
        dismiss();
        return withoutCredentials(await this.#connections.exchange(request, signal), request);
      };
      signal.addEventListener('abort', giveUp, { once: true });
      if (signal.aborted) giveUp();
      else void this.submit(call, carry).then(resolve).finally(dismiss);
    });
  }

  private async submit(call: SesCall, carry: Carry): Promise<Attempt> {
    let attempt: Attempt = { result: { kind: 'unmade', code: 'NOT_SIGNED' } };
    let isMade = false;
    try {
      this.#loaded ??= load(this.options);
      const { sdk, client } = await this.#loaded;
      const command = commandOf(call, sdk);
      command.middlewareStack.add(
        // The last step before the wire. The steps that would read the answer are not asked.
        () => async (args) => {
          const request = httpRequest(args.request as SignedRequest);
          const result = await carry(request);
          attempt = { result, signedAt: request.headers['x-amz-date'] };
          isMade = true;
          return { response: answerFor(result), output: { $metadata: {} } };
        },
        { step: 'deserialize', priority: 'high', name: 'exchange' },
      );
      await client.send(command);
    } catch (error) {
      if (!isMade) attempt = { result: unmade(error) };
    }
    return attempt;
  }
}

function unmade(error: unknown): SesUnmade {
  if (!isMissingPackageError(error)) return { kind: 'unmade', code: codeOf(error) };
  return { kind: 'unmade', code: error.code, message: error.message };
}

/** @throws MissingPackageError */
async function loadSdk(): Promise<Sdk> {
  try {
    return await import('@aws-sdk/client-sesv2');
  } catch (error) {
    throw peerError('@aws-sdk/client-sesv2', error);
  }
}

async function load({ region, endpoint, credentials }: SesClientOptions) {
  const sdk = await loadSdk();
  const settings = {
    region,
    maxAttempts: 1,
    customUserAgent: USER_AGENT,
    ...(endpoint !== undefined && { endpoint }),
    ...(credentials !== undefined && {
      credentials: typeof credentials === 'function' ? namedFailures(credentials) : credentials,
    }),
  };
  const client = withoutVersionNotice(() => new sdk.SESv2Client(settings));
  // It writes a form of each request for a log that nobody keeps, message by message.
  client.middlewareStack.remove('loggerMiddleware');
  return { sdk, client };
}

/** The SDK's command of a call. They differ in types alone, which would not let one middleware be added. */
function commandOf(call: SesCall, sdk: Sdk): GetAccountCommand {
  const { operation, input } = call;
  if (operation === 'GetAccount') return new sdk.GetAccountCommand(input);
  const command: object =
    operation === 'SendEmail'
      ? new sdk.SendEmailCommand(input)
      : new sdk.SendBulkEmailCommand(input);
  return command as GetAccountCommand;
}

function httpRequest(request: SignedRequest): HttpRequest {
  const { method, protocol, hostname, port, path, headers, body } = request;
  return {
    method: method === 'GET' ? 'GET' : 'POST',
    url: `${protocol}//${hostname}${port === undefined ? '' : `:${port}`}${path}`,
    headers,
    ...(body !== undefined && { body: typeof body === 'string' ? body : asBuffer(body) }),
  };
}

function asBuffer({ buffer, byteOffset, byteLength }: Uint8Array): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength);
}

function isRetimed({ result, signedAt }: Attempt): boolean {
  return (
    result.kind === 'answer' && signedAt !== undefined && isRefusedForItsTime(result, signedAt)
  );
}

/** What the SDK may see of an answer: the date in its headers sets its clock right. */
function answerFor(result: HttpResult) {
  if (result.kind === 'fault') return undefined;
  return { statusCode: result.status, headers: result.headers };
}

/** A name such as programs give; anything else may hold what it should not. */
function codeOf(error: unknown): string {
  const { name, message } = (error ?? {}) as { name?: unknown; message?: unknown };
  // The SDK has neither a name nor a code for it, only words that name the packages.
  if (typeof message === 'string' && SIGV4A_PACKAGES.test(message)) return NO_SIGV4A;
  return typeof name === 'string' && /^\w{1,60}$/.test(name) ? name : 'SDK_ERROR';
}
