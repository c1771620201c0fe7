import { Body, Controller, Module, Post, type INestApplication } from '@nestjs/common';
import { ExpressAdapter } from '@nestjs/platform-express';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import {
  MailBridgeExceptionFilter,
  MailBridgeModule,
  MailBridgeService,
  rejected,
  unknown,
  unsent,
  type EmailMessageDto,
  type Submission,
} from 'nest-mailbridge';
import { SCRIPTED, ScriptedProvider } from './fixtures/scripted-provider.js';

@Controller()
class Mails {
  constructor(private readonly mail: MailBridgeService) {}

  @Post()
  send(@Body() message: EmailMessageDto) {
    return this.mail.send(message);
  }
}

const provider = new ScriptedProvider();
Object.assign(provider, { capabilities: { templates: false, features: new Set() } });

@Module({
  imports: [MailBridgeModule.forRoot(SCRIPTED)],
  controllers: [Mails],
  providers: [{ provide: ScriptedProvider, useValue: provider }],
})
class App {}

const message = { to: 'ada@example.com', subject: 'Hello', text: 'Hello' };
const why = { code: 'INNER', message: 'inner words' };
const answer = (submission: Submission) => () => submission;

describe.each([
  ['Express', () => new ExpressAdapter()],
  ['Fastify', () => new FastifyAdapter()],
] as const)('N18: MailBridgeExceptionFilter answers under %s', (_, adapter) => {
  let app: INestApplication;
  let url: string;

  beforeEach(async () => {
    const module = await Test.createTestingModule({ imports: [App] }).compile();
    app = module.createNestApplication(adapter() as never, { logger: false });
    app.useGlobalFilters(new MailBridgeExceptionFilter());
    await app.listen(0, '127.0.0.1');
    url = await app.getUrl();
  });

  afterEach(() => app.close());

  const post = (body: object) =>
    fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });

  it.each<[number, string | null, object, object, Submission | undefined]>([
    [
      400,
      null,
      { to: 'nobody', text: 'x' },
      { code: 'INVALID_MESSAGE', error: 'Bad Request' },
      undefined,
    ],
    [422, null, { ...message, tags: ['a'] }, { code: 'UNSUPPORTED_FEATURE' }, undefined],
    [422, null, message, { outcome: 'rejected', safeToRetry: false }, rejected(why)],
    [503, '30', message, { outcome: 'unsent', safeToRetry: true }, unsent(why)],
    [
      503,
      '2',
      message,
      { outcome: 'unsent' },
      unsent({ ...why, retryAfterMs: 1_200, scope: 'recipient' }),
    ],
    [
      503,
      null,
      message,
      { safeToRetry: true, shouldRetry: false },
      unsent({ ...why, retryable: false, scope: 'sender' }),
    ],
    [502, null, message, { outcome: 'unknown', safeToRetry: false }, unknown(why)],
  ])('%i', async (status, retryAfter, body, expected, submission) => {
    provider.script = answer(submission ?? rejected(why));
    const response = await post(body);
    const text = await response.text();
    expect(response.status).toBe(status);
    expect(response.headers.get('retry-after')).toBe(retryAfter);
    expect(response.headers.get('content-type')).toMatch(/^application\/json/);
    expect(JSON.parse(text)).toMatchObject({ statusCode: status, ...expected });
    expect(text).not.toMatch(/inner words|INNER|ada@/);
  });

  it('503 after close()', async () => {
    await app.get(MailBridgeService).close();
    const response = await post(message);
    expect(response.status).toBe(503);
    expect(await response.json()).toMatchObject({ code: 'CLOSED', safeToRetry: true });
  });
});

it('N18: outside of HTTP the error passes as it is', () => {
  const error = new Error('as it is') as never;
  const host = { getType: () => 'rpc' } as never;
  expect(() => new MailBridgeExceptionFilter().catch(error, host)).toThrow('as it is');
});
