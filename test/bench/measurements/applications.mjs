import 'reflect-metadata';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';

/** Four providers, none of which is there. */
const OPTIONS = {
  provider: ['smtp', 'sendgrid', 'ses', 'postmark'],
  defaults: { from: 'sender@example.com' },
  providers: {
    smtp: { host: '127.0.0.1' },
    sendgrid: { apiKey: 'SG.bench' },
    ses: {
      region: 'eu-west-1',
      credentials: { accessKeyId: 'AKIABENCH', secretAccessKey: 'bench' },
    },
    postmark: { serverToken: 'bench' },
  },
};

/** Starts an empty application, or one with four providers `configured`. */
export async function startApplication(kind) {
  class Application {}
  Module({ imports: kind === 'configured' ? [await mailBridge()] : [] })(Application);
  return NestFactory.createApplicationContext(Application, { logger: false });
}

async function mailBridge() {
  const { MailBridgeModule } = await import('../../../dist/index.js');
  return MailBridgeModule.forRoot(OPTIONS);
}
