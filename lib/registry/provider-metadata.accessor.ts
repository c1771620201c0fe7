import { Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { MAIL_PROVIDER_METADATA } from './mail-provider.decorator.js';

/** The one reader of what `@MailProvider()` wrote. */
@Injectable()
export class ProviderMetadataAccessor {
  constructor(private readonly reflector: Reflector) {}

  /** The name that the class carries, if it is a mail provider. */
  nameOf(target: unknown): string | undefined {
    if (typeof target !== 'function') return undefined;
    return this.reflector.get<string | undefined>(MAIL_PROVIDER_METADATA, target);
  }
}
