import { Module } from '@nestjs/common';
import { ConfigurableModuleClass } from './mail-bridge.module-definition.js';

/**
 * Sends e-mail: `MailBridgeModule.forRoot(options)`, or `.forRootAsync()` with `useFactory`, `useClass`
 * or `useExisting` (a class with `createMailBridgeOptions()`). Global unless `isGlobal: false`; with
 * `name` it makes a named instance beside others.
 */
@Module({})
export class MailBridgeModule extends ConfigurableModuleClass {}
