import { Injectable, SetMetadata, applyDecorators } from '@nestjs/common';

/** The metadata key under which a class carries the name of its provider. */
export const MAIL_PROVIDER_METADATA = 'nest-mailbridge:provider';

/**
 * Makes a class a mail provider: `@MailProvider('acme') class AcmeProvider extends MailProviderStrategy`.
 * The class becomes injectable, in the default scope, and is found wherever in the application it is listed among the
 * providers. The name is what `provider` and `MAIL_PROVIDER` refer to; it must be unique.
 */
export function MailProvider(name: string): ClassDecorator {
  return applyDecorators(Injectable(), SetMetadata(MAIL_PROVIDER_METADATA, name));
}
