import type { INestApplication, LogLevel } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { AppModule } from './app.module.js';
import { readAddress } from './listen-address.js';

/**
 * Makes the application and listens on `HOST` and `PORT`. It ends by itself on SIGTERM and SIGINT, with
 * exit code 0, after what is in flight has its outcome.
 */
export async function startApplication(logLevels: LogLevel[]): Promise<INestApplication> {
  const { host, port } = readAddress(process.env);
  const app = await NestFactory.create(AppModule, {
    // A start that fails is told in one sentence by whoever calls this, not in Nest's log.
    abortOnError: false,
    bufferLogs: true,
    autoFlushLogs: false,
  });
  app.enableShutdownHooks([], { useProcessExit: true });
  app.useLogger(logLevels);
  try {
    await app.listen(port, host);
  } catch (error) {
    await app.close();
    throw error;
  }
  app.flushLogs();
  return app;
}
