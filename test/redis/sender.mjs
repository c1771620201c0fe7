// One of several processes that share a rate limit: sends so many messages to the API of its parent,
// when told to, and tells what became of them. It is what a user would write, on the built package.
import 'reflect-metadata';
import { once } from 'node:events';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Redis } from 'ioredis';
import {
  MailBridgeModule,
  MailBridgeService,
  MailProvider,
  MailProviderStrategy,
  accepted,
  unsent,
} from 'nest-mailbridge';
import { RedisRateLimitStore } from 'nest-mailbridge/redis';

const { sender, api, redisUrl, prefix, perSecond, count, concurrency } = JSON.parse(
  process.argv[2],
);

class LimitedProvider extends MailProviderStrategy {
  async send(email, { signal }) {
    const response = await fetch(`${api}/${sender}`, { method: 'POST', body: email.id, signal });
    await response.text();
    if (response.ok) return accepted(email.id);
    return unsent({
      code: `HTTP_${response.status}`,
      message: 'too many requests',
      category: 'rate-limit',
      scope: 'provider',
      retryAfterMs: Number(response.headers.get('retry-after')) * 1000,
    });
  }
}
MailProvider('limited')(LimitedProvider);

const client = new Redis(redisUrl);
const options = {
  provider: 'limited',
  defaults: { from: 'shop@example.com' },
  providers: { limited: { rateLimit: perSecond } },
  rateLimitStore: new RedisRateLimitStore(client, { prefix }),
};
// oxlint-disable-next-line typescript/no-extraneous-class -- it is decorated, below
class Application {}
Module({
  imports: [MailBridgeModule.forRoot(options)],
  providers: [LimitedProvider],
})(Application);

const app = await NestFactory.createApplicationContext(Application, { logger: false });
const mail = app.get(MailBridgeService);
await client.ping();

process.send('ready');
await once(process, 'message');
const messages = Array.from({ length: count }, (_, i) => ({
  to: `person${i}@example.com`,
  subject: 'Hello',
  text: 'Hello',
}));
const { total, outcomes } = await mail.sendBulk(messages, { concurrency });
process.send({ total, accepted: outcomes.accepted });
await app.close();
client.disconnect();
process.disconnect();
