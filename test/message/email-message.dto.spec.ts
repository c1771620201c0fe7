import { Readable } from 'node:stream';
import { BadRequestException, ValidationPipe, type ValidationPipeOptions } from '@nestjs/common';
import { BulkEmailDto } from '../../lib/bulk/bulk-email.dto.js';
import { AttachmentDto } from '../../lib/message/attachment.dto.js';
import { EmailMessageDto } from '../../lib/message/email-message.dto.js';
import { normalizeMessage } from '../../lib/message/normalize.js';
import { CONTEXT, message, problemsOf } from './normalizing.js';

const STRICT = { whitelist: true, forbidNonWhitelisted: true, transform: true };
const PIPES: ReadonlyArray<readonly [string, ValidationPipeOptions]> = [
  ['strict', STRICT],
  ['plain', {}],
  ['converting', { ...STRICT, transformOptions: { enableImplicitConversion: true } }],
];

function body<T = EmailMessageDto>(
  input: unknown,
  options: ValidationPipeOptions = STRICT,
  metatype: new () => unknown = EmailMessageDto,
) {
  return new ValidationPipe(options).transform(input, { type: 'body', metatype }) as Promise<T>;
}

/** What a client reads about a body that is refused. */
async function messagesOf(
  input: unknown,
  metatype: new () => unknown = EmailMessageDto,
): Promise<string[]> {
  try {
    await body(input, STRICT, metatype);
    return [];
  } catch (error) {
    return ((error as BadRequestException).getResponse() as { message: string[] }).message;
  }
}

const FULL = {
  to: ['ada@example.org', { name: 'Bob, "B"', address: 'bob@x.org' }],
  cc: 'Cy <cy@x.org>',
  subject: 'Hello {{name}}',
  html: '<b>{{name}}</b>',
  substitutions: { name: 'Ada', n: 1, yes: true },
  templateId: 5,
  templateData: { rows: [{ a: null, b: [1, '2'] }] },
  attachments: [
    { filename: 'a.bin', content: 'AP8=', encoding: 'base64', contentType: 'image/png', cid: 'a' },
  ],
  headers: { 'X-A': '1' },
  tags: ['a'],
  metadata: { order: '7' },
  priority: 'low',
  sendAt: '2030-01-31T09:00:00Z',
  trackOpens: false,
  id: 'order-7',
};

describe.each(PIPES)('a request body behind a %s ValidationPipe', (_name, options) => {
  it('reaches the service undamaged', async () => {
    const dto = await body(structuredClone(FULL), options);
    expect(normalizeMessage(dto, CONTEXT)).toEqual(normalizeMessage(FULL, CONTEXT));
  });

  it('keeps bytes and streams that came by another way than JSON', async () => {
    const contents = [Buffer.from('a'), Readable.from(['b']), () => Readable.from(['c'])];
    const attachments = contents.map((content) => ({ filename: 'a', content }));
    const dto = await body(message({ attachments }), options);
    expect(dto.attachments?.map(({ content }) => content)).toEqual(contents);
    expect(dto.attachments?.every(({ content }, index) => content === contents[index])).toBe(true);
  });

  it.each<[string, unknown]>([
    ['a flag as text', message({ trackOpens: 'false' })],
    ['a number for a subject', message({ subject: 5 })],
    ['an object for a subject', message({ subject: { toString: 'x' } })],
    ['a bad address', message({ to: ['ok@x.org', 'root'] })],
    [
      'an attachment from a path',
      message({ attachments: [{ filename: 'a', path: '/etc/passwd' }] }),
    ],
    ['provider options', message({ providerOptions: { smtp: {} } })],
    ['nothing', {}],
  ])('is refused with %s', async (_case, input) => {
    await expect(body(input, options)).rejects.toThrow(BadRequestException);
  });
});

describe('a request body and a call of the service obey one rule set', () => {
  it.each<[string, Record<string, unknown>]>([
    ['a right one', message()],
    ['a bad list', message({ to: ['a@x.org', 'root', { address: 5 }] })],
    ['null', message({ subject: null, tags: null })],
    ['no recipient', { text: 'x' }],
    ['empty recipients', { to: [], text: 'x' }],
    ['S9: nothing at all', { to: 'a@x.org' }],
    ['S9: a subject alone', { to: 'a@x.org', subject: 'x' }],
    [
      'S9: an attachment alone',
      { to: 'a@x.org', text: '', attachments: [{ filename: 'a', content: 'a' }] },
    ],
    [
      'bad in many ways',
      { to: 'x', html: 5, headers: { Bcc: 'x', 'X-A': 1 }, tags: [''], sendAt: 'now', id: '' },
    ],
    ['a placeholder without a value', message({ html: '{{a}} {{b}}', substitutions: { a: 1 } })],
    [
      'a value with a line end for the subject',
      message({ subject: '{{a}}', substitutions: { a: 'x\ny' } }),
    ],
    ['priority twice', message({ priority: 'high', headers: { 'X-Priority': '1' } })],
    ['data without a template', message({ templateData: {} })],
    [
      'base64 that is none',
      message({ attachments: [{ filename: 'a', content: '!', encoding: 'base64' }] }),
    ],
  ])('%s', async (_case, input) => {
    const problems = problemsOf(input).map(({ path, message: text }) => `${path}: ${text}`);
    const messages = (await messagesOf(input)).flatMap((line) =>
      line.split(/; (?=[a-zA-Z]+[[.:])/),
    );
    expect(messages.toSorted()).toEqual(problems.toSorted());
  });

  it('but for keys that no message has, which the pipe itself refuses', async () => {
    expect(await messagesOf(message({ envelope: {} }))).toEqual([
      'property envelope should not exist',
    ]);
  });

  it('and for providerOptions, which only the application may set', async () => {
    const input = message({ providerOptions: { smtp: { dsn: {} } } });
    expect(await messagesOf(input)).toEqual(['providerOptions: must not come with a request']);
    expect(problemsOf(input)).toEqual([]);
  });
});

describe('an address that only mail servers take', () => {
  const special = ['"john doe"@example.com', 'user@[192.0.2.5]', 'root@localhost'];

  it.each(
    special.flatMap((address) => [
      ['to', address],
      ['to', [address]],
      ['cc', { name: 'Ada', address }],
      ['bcc', `Ada <${address}>`],
      ['replyTo', address],
      ['from', address],
      ['returnPath', address],
    ]),
  )('S17: is for the application alone: %s %j', async (field, value) => {
    const input = message({ [field]: value });

    expect(problemsOf(input)).toEqual([]);
    expect(await messagesOf(input)).toEqual([
      expect.stringMatching(/^\w+(\[0\])?: must not come with a request/),
    ]);
  });

  it('S17: and is named by its place', async () => {
    const to = ['a@x.org', 'a@x.org', 'root@localhost'];

    expect(await messagesOf(message({ to }))).toEqual([expect.stringMatching(/^to\[2\]: must/)]);
  });

  it('S17: also as the sender of a bulk', async () => {
    const bulk = { messages: [message()], defaultFrom: 'root@localhost' };

    expect(await messagesOf(bulk, BulkEmailDto)).toEqual([
      expect.stringMatching(/^defaultFrom: must not come with a request/),
    ]);
  });
});

describe('an attachment as a body of its own', () => {
  const file = { filename: 'a.bin', content: 'AP8=', encoding: 'base64', cid: 'a' };

  it('passes as it is', async () => {
    expect(await body<AttachmentDto>(file, STRICT, AttachmentDto)).toEqual(file);
  });

  it.each<[string, Record<string, unknown>, unknown[]]>([
    ['nothing', {}, ['content: is missing', 'filename: is missing']],
    ['broken base64', { ...file, content: '!' }, ['content: must be text in the encoding base64']],
    ['a path', { ...file, path: '/etc/passwd' }, ['property path should not exist']],
    ['a bad cid', { ...file, cid: '<a>' }, [expect.stringMatching(/^cid: must be a content id/)]],
  ])('is refused with %s', async (_case, input, messages) => {
    expect((await messagesOf(input, AttachmentDto)).toSorted()).toEqual(messages);
  });
});

it('an instance made by hand is a message', () => {
  const dto = Object.assign(new EmailMessageDto(), message());
  expect(normalizeMessage(dto, CONTEXT).to).toEqual([{ address: 'ada@example.org' }]);
});
