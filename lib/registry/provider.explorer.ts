import { Injectable } from '@nestjs/common';
import { DiscoveryService } from '@nestjs/core';
import { ProviderMetadataAccessor } from './provider-metadata.accessor.js';

type InstanceWrapper = ReturnType<DiscoveryService['getProviders']>[number];

/** A decorated class that stands among the providers of some module. */
export interface DiscoveredProvider {
  readonly name: string;
  readonly instance: unknown;
  /** For error texts: `AcmeProvider in AppModule`. */
  readonly origin: string;
  /** Request-scoped and transient classes have no one instance. */
  readonly singleton: boolean;
}

/** Finds the decorated providers of the application. Looks only; the registry acts. */
@Injectable()
export class ProviderExplorer {
  constructor(
    private readonly discovery: DiscoveryService,
    private readonly metadata: ProviderMetadataAccessor,
  ) {}

  explore(): DiscoveredProvider[] {
    return this.discovery.getProviders().flatMap((wrapper) => {
      const name = this.nameOf(wrapper);
      if (name === undefined) return [];
      return {
        name,
        instance: wrapper.instance as unknown,
        origin: `${String(wrapper.name)} in ${wrapper.host?.name ?? 'an unknown module'}`,
        singleton: wrapper.isDependencyTreeStatic() && !wrapper.isTransient,
      };
    });
  }

  // The token still names the class when a test overrides it by a value; the constructor finds the
  // classes that a value or a factory provides.
  private nameOf(wrapper: InstanceWrapper): string | undefined {
    const instance = wrapper.instance as object | null | undefined;
    return (
      this.metadata.nameOf(wrapper.token) ??
      this.metadata.nameOf(wrapper.metatype) ??
      this.metadata.nameOf(instance?.constructor)
    );
  }
}
