import { Module } from '@nestjs/common';
import { DiscoveryModule } from '@nestjs/core';
import { DecoratedExplorer } from './decorated.explorer.js';
import { InterceptorRegistry } from './interceptor-registry.js';
import { MailMetadataAccessor } from './mail-metadata.accessor.js';
import { ProviderRegistry } from './provider-registry.js';

/** Holds the registries: one of each per application, however many MailBridges there are. */
@Module({
  imports: [DiscoveryModule],
  providers: [MailMetadataAccessor, DecoratedExplorer, ProviderRegistry, InterceptorRegistry],
  exports: [ProviderRegistry, InterceptorRegistry],
})
export class RegistryModule {}
