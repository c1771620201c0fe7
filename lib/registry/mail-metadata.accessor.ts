import { Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { MAIL_INTERCEPTOR_METADATA } from './mail-interceptor.decorator.js';
import { MAIL_PROVIDER_METADATA } from './mail-provider.decorator.js';

/** The one reader of what `@MailProvider()` and `@MailInterceptor()` wrote. */
@Injectable()
export class MailMetadataAccessor {
  constructor(private readonly reflector: Reflector) {}

  /** The name that the class carries, if it is a mail provider. */
  providerName(target: unknown): string | undefined {
    return this.read(MAIL_PROVIDER_METADATA, target);
  }

  /** The place that the class has among the interceptors, if it is one. */
  interceptorOrder(target: unknown): number | undefined {
    return this.read(MAIL_INTERCEPTOR_METADATA, target);
  }

  private read<T>(key: string, target: unknown): T | undefined {
    if (typeof target !== 'function') return undefined;
    return this.reflector.get<T | undefined>(key, target);
  }
}
