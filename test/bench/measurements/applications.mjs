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

/**
 * Starts an empty application, one that has loaded what MailBridge needs of its mandatory `peers`, or one
 * with four providers `configured`.
 */
export async function startApplication(kind) {
  class Application {}
  if (kind === 'peers') await loadPeers();
  Module({ imports: kind === 'configured' ? [await mailBridge()] : [] })(Application);
  return NestFactory.createApplicationContext(Application, { logger: false });
}

async function loadPeers() {
  await import('@nestjs/config');
  await import('class-transformer');
  await import('../../../dist/message/class-validator.js');
}

async function mailBridge() {
  const { MailBridgeModule } = await import('../../../dist/index.js');
  return MailBridgeModule.forRoot(OPTIONS);
}
