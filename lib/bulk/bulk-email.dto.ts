import { Type } from 'class-transformer';
import { isObservable } from 'rxjs';
import { ArrayNotEmpty, IsArray, ValidateNested } from '../message/class-validator.js';
import { EmailMessageDto } from '../message/email-message.dto.js';
import { MessageField } from '../message/message-field.decorator.js';
import type { AddressInput } from '../message/mail-address.js';

/** Several messages and what they have in common; serves as a controller body behind `ValidationPipe`. */
export class BulkEmailDto {
  @IsArray()
  @ArrayNotEmpty()
  @ValidateNested({ each: true })
  @Type(() => EmailMessageDto)
  messages!: EmailMessageDto[];

  /** The sender of those messages that name none. */
  @MessageField('from')
  defaultFrom?: AddressInput | undefined;

  /** Added to the tags of each message. */
  @MessageField('tags')
  tags?: string[] | undefined;
}

/** True for a `BulkEmailDto` or a plain object of that shape. */
export function isBulkEmail(value: unknown): value is BulkEmailDto {
  if (typeof value !== 'object' || value === null || !('messages' in value)) return false;
  return !(Symbol.iterator in value) && !(Symbol.asyncIterator in value) && !isObservable(value);
}
