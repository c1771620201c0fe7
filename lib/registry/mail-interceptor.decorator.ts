import { Injectable, SetMetadata, applyDecorators } from '@nestjs/common';
import type { MailInterceptor as Contract } from '../contract/mail-interceptor.js';

/** The metadata key under which a class carries its place among the interceptors. */
export const MAIL_INTERCEPTOR_METADATA = 'nest-mailbridge:interceptor';

/** How an interceptor is placed. */
export interface MailInterceptorOptions {
  /** The lower, the earlier it gets a message, and the later the response. @default 0 */
  order?: number | undefined;
}

/** What a class with `@MailInterceptor()` implements. */
export type MailInterceptor = Contract;

/**
 * Makes a class an interceptor of every message that any MailBridge of the application sends:
 * `@MailInterceptor() class Audit implements MailInterceptor`. It becomes injectable, in the default
 * scope, and is found wherever in the application it is listed among the providers.
 */
export function MailInterceptor({ order = 0 }: MailInterceptorOptions = {}): ClassDecorator {
  return applyDecorators(Injectable(), SetMetadata(MAIL_INTERCEPTOR_METADATA, order));
}
