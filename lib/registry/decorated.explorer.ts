import { Injectable } from '@nestjs/common';
import { DiscoveryService } from '@nestjs/core';

type InstanceWrapper = ReturnType<DiscoveryService['getProviders']>[number];

/** A decorated class that stands among the providers of some module. */
export interface Decorated<T> {
  /** What its decorator says. */
  readonly metadata: T;
  readonly instance: unknown;
  /** For error texts: `AcmeProvider in AppModule`. */
  readonly origin: string;
  /** Request-scoped and transient classes have no one instance. */
  readonly singleton: boolean;
}

/** Finds decorated classes of the application. Looks only; the registries act. */
@Injectable()
export class DecoratedExplorer {
  constructor(private readonly discovery: DiscoveryService) {}

  /** @param read gives what the decorator says of a class, `undefined` where it has none */
  explore<T>(read: (target: unknown) => T | undefined): Decorated<T>[] {
    return this.discovery.getProviders().flatMap((wrapper) => {
      const metadata = metadataOf(wrapper, read);
      if (metadata === undefined) return [];
      return {
        metadata,
        instance: wrapper.instance as unknown,
        origin: `${String(wrapper.name)} in ${wrapper.host?.name ?? 'an unknown module'}`,
        singleton: wrapper.isDependencyTreeStatic() && !wrapper.isTransient,
      };
    });
  }
}

// The token still names the class when a test overrides it by a value; the constructor finds the
// classes that a value or a factory provides.
function metadataOf<T>(
  wrapper: InstanceWrapper,
  read: (target: unknown) => T | undefined,
): T | undefined {
  const instance = wrapper.instance as object | null | undefined;
  return read(wrapper.token) ?? read(wrapper.metatype) ?? read(instance?.constructor);
}
