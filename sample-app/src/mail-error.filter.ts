import {
  BadGatewayException,
  BadRequestException,
  Catch,
  InternalServerErrorException,
  Logger,
  ServiceUnavailableException,
  UnprocessableEntityException,
  type ArgumentsHost,
  type ExceptionFilter,
  type HttpException,
} from '@nestjs/common';
import type { Response } from 'express';
import {
  MailBridgeError,
  isEmailSendError,
  isInvalidMessageError,
  type EmailSendError,
} from 'nest-mailbridge';

/**
 * Turns a mail that was not sent into an HTTP answer. The log gets the provider's words, which hold no
 * secret and no address; the client gets ours.
 */
@Catch(MailBridgeError)
export class MailErrorFilter implements ExceptionFilter<MailBridgeError> {
  readonly #logger = new Logger(MailErrorFilter.name);

  catch(error: MailBridgeError, host: ArgumentsHost): void {
    this.#logger.warn(`${error.code}: ${error.message}`);
    const answer = httpAnswer(error);
    const response = host.switchToHttp().getResponse<Response>();
    response.status(answer.getStatus()).json(answer.getResponse());
  }
}

function httpAnswer(error: MailBridgeError): HttpException {
  if (isEmailSendError(error)) return sendAnswer(error);
  if (isInvalidMessageError(error)) {
    return new BadRequestException(error.problems.map(({ path, message }) => `${path} ${message}`));
  }
  return error.code === 'CLOSED'
    ? new ServiceUnavailableException('We are shutting down. Please try again in a moment.')
    : new InternalServerErrorException();
}

function sendAnswer({ response, safeToRetry }: EmailSendError): HttpException {
  const { id, outcome } = response;
  const answer = (message: string) => ({ message, id, outcome, safeToRetry });
  switch (outcome) {
    case 'rejected':
      return new UnprocessableEntityException(
        answer('The mail was refused for good. Please check the address.'),
      );
    case 'unknown':
      return new BadGatewayException(
        answer('The mail may or may not be on its way. Please look into your mailbox first.'),
      );
    default:
      return new ServiceUnavailableException(
        answer('The mail could not be sent just now. Please try again later.'),
      );
  }
}
