import { Injectable } from '@nestjs/common';
import { MailBridgeService, type EmailResponseDto } from 'nest-mailbridge';
import type { RegistrationDto } from './registration.dto.js';

/** Welcomes whoever registers. */
@Injectable()
export class RegistrationsService {
  constructor(private readonly mail: MailBridgeService) {}

  /** @throws EmailSendError when the mail was not accepted; `MailBridgeExceptionFilter` makes an answer of it */
  welcome({ email, name }: RegistrationDto): Promise<EmailResponseDto> {
    return this.mail.send({
      to: { name, address: email },
      subject: 'Welcome, {{name}}',
      html: '<p>Hello {{name}},</p><p>good to have you with us.</p>',
      text: 'Hello {{name}},\n\ngood to have you with us.',
      substitutions: { name },
    });
  }
}
