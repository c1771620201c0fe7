import { Module } from '@nestjs/common';
import { DiscoveryModule } from '@nestjs/core';
import { ProviderMetadataAccessor } from './provider-metadata.accessor.js';
import { ProviderExplorer } from './provider.explorer.js';
import { ProviderRegistry } from './provider-registry.js';

/** Holds the registry: one per application, however many MailBridges there are. */
@Module({
  imports: [DiscoveryModule],
  providers: [ProviderMetadataAccessor, ProviderExplorer, ProviderRegistry],
  exports: [ProviderRegistry],
})
export class RegistryModule {}
