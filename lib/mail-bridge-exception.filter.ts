import { Catch, Logger, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import { isEmailSendError, type EmailSendError } from './delivery/email-send.error.js';
import { MailBridgeError } from './errors/mail-bridge.error.js';
import {
  isAttachmentError,
  isInvalidMessageError,
  isUnsupportedFeatureError,
} from './errors/message.errors.js';

/** The HTTP answer to a request whose mail could not be sent, in the form of Nest's own exceptions. */
interface ErrorAnswer {
  readonly statusCode: number;
  readonly error: string;
  /** For the client: our words, never the provider's. A list where a message breaks several rules. */
  readonly message: string | readonly string[];
  /** The code of an error that is not of a provider, such as `INVALID_MESSAGE`. */
  readonly code?: string;
  /** What became of the message, where it was tried. */
  readonly outcome?: string;
  readonly id?: string;
  readonly safeToRetry?: boolean;
  readonly shouldRetry?: boolean;
}

/** The part of a response that Express and Fastify have in common. */
interface HttpResponse {
  status(code: number): HttpResponse;
  header(name: string, value: string): HttpResponse;
  send(body: unknown): unknown;
}

/** How long a client is asked to wait where nobody knows better, in milliseconds. */
const RETRY_AFTER_MS = 30_000;

/**
 * Turns a `MailBridgeError` that leaves a controller into an HTTP answer, under Express and Fastify:
 * invalid message or unreadable attachment 400, unsupported feature and `rejected` 422, `unsent`,
 * `cancelled` and closed 503 with `Retry-After`, `unknown` 502, the rest 500. The log has the provider's
 * words; the client gets ours. Use it by `app.useGlobalFilters(new MailBridgeExceptionFilter())`,
 * `@UseFilters()` or `APP_FILTER`; outside of HTTP it lets the error pass.
 */
@Catch(MailBridgeError)
export class MailBridgeExceptionFilter implements ExceptionFilter<MailBridgeError> {
  readonly #logger = new Logger(MailBridgeExceptionFilter.name);

  catch(error: MailBridgeError, host: ArgumentsHost): void {
    if (host.getType() !== 'http') throw error;
    const answer = answerTo(error);
    this.#logger.warn(`${error.code}: ${error.message}`);
    const response = host.switchToHttp().getResponse<HttpResponse>().status(answer.statusCode);
    const wait = retryAfter(error);
    if (answer.statusCode === 503 && wait !== undefined) response.header('Retry-After', wait);
    response.send(answer);
  }
}

function answerTo(error: MailBridgeError): ErrorAnswer {
  const { code } = error;
  if (isEmailSendError(error)) return sendAnswer(error);
  if (isInvalidMessageError(error)) {
    const message = error.problems.map(({ path, message: words }) => `${path} ${words}`);
    return { statusCode: 400, error: 'Bad Request', message, code };
  }
  if (isAttachmentError(error)) {
    return { statusCode: 400, error: 'Bad Request', message: error.message, code };
  }
  if (isUnsupportedFeatureError(error)) {
    const message = `This mail cannot be carried: ${error.features.join(', ')}`;
    return { statusCode: 422, error: 'Unprocessable Entity', message, code };
  }
  if (code === 'CLOSED') {
    const message = 'The service is shutting down. Please try again in a moment.';
    return { ...UNAVAILABLE, message, code, safeToRetry: true };
  }
  return { statusCode: 500, error: 'Internal Server Error', message: 'The mail failed.', code };
}

const UNAVAILABLE = { statusCode: 503, error: 'Service Unavailable' } as const;

/** Without the code, which may be the provider's. */
function sendAnswer({ response, safeToRetry, shouldRetry }: EmailSendError): ErrorAnswer {
  const { id, outcome } = response;
  const known = { id, outcome, safeToRetry, shouldRetry };
  if (outcome === 'rejected') {
    const message = 'The mail was refused for good. Please check the address.';
    return { statusCode: 422, error: 'Unprocessable Entity', message, ...known };
  }
  if (outcome === 'unknown') {
    const message = 'The mail may or may not be on its way. Please do not send it again at once.';
    return { statusCode: 502, error: 'Bad Gateway', message, ...known };
  }
  const message = 'The mail could not be sent just now. Please try again later.';
  return { ...UNAVAILABLE, message, ...known };
}

/** In whole seconds, as the header has it (RFC 9110, section 10.2.3); none where waiting is useless. */
function retryAfter(error: MailBridgeError): string | undefined {
  if (isEmailSendError(error) && !error.shouldRetry) return undefined;
  const asked = isEmailSendError(error) ? error.response.failure?.retryAfterMs : undefined;
  return String(Math.max(1, Math.ceil((asked ?? RETRY_AFTER_MS) / 1000)));
}
