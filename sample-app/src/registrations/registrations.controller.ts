import { Body, Controller, Post } from '@nestjs/common';
import type { EmailResponseDto } from 'nest-mailbridge';
import { RegistrationDto } from './registration.dto.js';
import { RegistrationsService } from './registrations.service.js';

/** `POST /registrations`: one mail, sent while the client waits. */
@Controller('registrations')
export class RegistrationsController {
  constructor(private readonly registrations: RegistrationsService) {}

  @Post()
  register(@Body() registration: RegistrationDto): Promise<EmailResponseDto> {
    return this.registrations.welcome(registration);
  }
}
