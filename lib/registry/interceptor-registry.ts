import { Injectable } from '@nestjs/common';
import type { MailInterceptor } from '../contract/mail-interceptor.js';
import { ConfigurationError } from '../errors/configuration.error.js';
import { DecoratedExplorer, type Decorated } from './decorated.explorer.js';
import { MailMetadataAccessor } from './mail-metadata.accessor.js';

/** The interceptors of the application: the classes that carry `@MailInterceptor()`, in their order. */
@Injectable()
export class InterceptorRegistry {
  constructor(
    private readonly explorer: DecoratedExplorer,
    private readonly metadata: MailMetadataAccessor,
  ) {}

  /** Every interceptor, the outermost first. @throws ConfigurationError naming all that cannot be used */
  interceptors(): readonly MailInterceptor[] {
    const found = this.explorer.explore((target) => this.metadata.interceptorOrder(target));
    const problems = found.flatMap((each) => problemWith(each) ?? []);
    if (problems.length > 0) {
      throw new ConfigurationError(problems.map((message) => ({ path: '', message })));
    }
    const inOrder = found.toSorted((a, b) => a.metadata - b.metadata);
    // A second token for the same instance makes no second interceptor.
    return [...new Set(inOrder.map(({ instance }) => instance as MailInterceptor))];
  }
}

function problemWith({ instance, metadata, origin, singleton }: Decorated<number>) {
  if (!singleton)
    return `the mail interceptor ${origin} must be a singleton: use the default scope`;
  if (!Number.isFinite(metadata))
    return `the mail interceptor ${origin} must have a number as order`;
  const { intercept } = (instance ?? {}) as Partial<MailInterceptor>;
  return typeof intercept === 'function'
    ? undefined
    : `the mail interceptor ${origin} has no intercept(), or is not there yet: send after the start`;
}
