import { once } from 'node:events';
import { PassThrough, Readable } from 'node:stream';
import { ALL_FEATURES } from '../../../lib/contract/capabilities.js';
import { OptionReader } from '../../../lib/contract/option-reader.js';
import type { Submission } from '../../../lib/contract/submission.js';
import type { OutgoingEmail } from '../../../lib/message/outgoing-email.js';
import type { CapturedMail } from '../../../lib/providers/mailbox/captured-mail.js';
import { readMailboxOptions } from '../../../lib/providers/mailbox/mailbox.options.js';
import { MailboxProvider } from '../../../lib/providers/mailbox/mailbox.provider.js';
import { outgoingEmail } from '../../fixtures/outgoing-email.js';

describe('the mailbox keeps a mail as its recipients would get it', () => {
  it('with every part read back from the wire', async () => {
    const mail = await captured({
      id: 'order-7',
      from: { name: 'Größe, Inc.', address: 'shop@example.com' },
      to: [{ name: 'Ada', address: 'ada@example.org' }, { address: 'bob@example.org' }],
      cc: [{ address: 'cc@xn--bcher-kva.example' }],
      bcc: [{ address: 'bcc@example.org' }, { address: 'ada@example.org' }],
      replyTo: [{ address: 'help@example.com' }],
      subject: 'Hi {{name}}',
      text: 'Dear {{name}},\r\nthanks 🎉\n',
      html: '<p>Dear {{name}}</p><img src="cid:logo">',
      substitutions: { name: 'A & B' },
      headers: { 'X-Note': 'Grüße', 'List-Unsubscribe': '<https://example.com/u>' },
      attachments: [
        { filename: 'Rechnung Größe.pdf', content: Buffer.from('%PDF') },
        { filename: 'logo.png', content: Buffer.from('png'), cid: 'logo' },
      ],
    });

    expect(mail).toMatchObject({
      id: 'order-7',
      messageId: '<order-7@example.com>',
      envelope: {
        from: 'shop@example.com',
        to: ['ada@example.org', 'bob@example.org', 'cc@xn--bcher-kva.example', 'bcc@example.org'],
      },
      from: { name: 'Größe, Inc.', address: 'shop@example.com' },
      to: [{ name: 'Ada', address: 'ada@example.org' }, { address: 'bob@example.org' }],
      cc: [{ address: 'cc@xn--bcher-kva.example' }],
      replyTo: [{ address: 'help@example.com' }],
      subject: 'Hi A & B',
      text: 'Dear A & B,\nthanks 🎉',
      html: '<p>Dear A &amp; B</p><img src="cid:logo">',
    });
    expect(mail.headers['x-note']).toEqual(['Grüße']);
    expect(mail.headers['list-unsubscribe']).toEqual(['<https://example.com/u>']);
    expect(mail.headers['bcc']).toBeUndefined();
    expect(mail.attachments).toEqual([
      { filename: 'logo.png', contentType: 'image/png', cid: 'logo', content: Buffer.from('png') },
      {
        filename: 'Rechnung Größe.pdf',
        contentType: 'application/pdf',
        content: Buffer.from('%PDF'),
      },
    ]);
    expect(mail.raw.toString()).toMatch(/^From: [^]*Message-ID: <order-7@example.com>\r\n/);
    expect(Math.abs(mail.capturedAt.getTime() - Date.now())).toBeLessThan(60_000);
  });

  it('with what a provider would be told besides', async () => {
    const told: Partial<OutgoingEmail> = {
      tags: ['a', 'b'],
      metadata: { order: '7' },
      templateId: 'welcome',
      templateData: { name: 'Ada', items: [1, 2] },
      sendAt: new Date('2030-01-01T00:00:00Z'),
      stream: 'broadcast',
      trackOpens: false,
      trackClicks: true,
    };

    expect(await captured(told)).toMatchObject(told);
  });

  it('and nothing that was not asked for', async () => {
    const mail = await captured({ to: [], bcc: [{ address: 'ada@example.org' }] });

    expect(mail.to).toEqual([]);
    expect(mail.tags).toEqual([]);
    for (const key of ['html', 'templateId', 'templateData', 'sendAt', 'stream', 'trackOpens']) {
      expect(mail).not.toHaveProperty(key);
    }
  });

  it('with the return path as its envelope sender', async () => {
    const { envelope } = await captured({ returnPath: 'bounces@example.com' });

    expect(envelope.from).toBe('bounces@example.com');
  });

  it.each([
    ['one line break at the end', 'a\n'],
    ['several', 'a\n\n\n'],
    ['CRLF', 'a\r\n'],
  ])('its bodies without those that mail adds: %s', async (_case, body) => {
    for (const letter of ['a', '注', 'ü and more']) {
      const text = body.replace('a', letter);

      expect(await captured({ text, html: text })).toMatchObject({ text: letter, html: letter });
    }
  });
});

describe('the mailbox accepts what is complete', () => {
  it('under the message id of the mail', async () => {
    expect(await send(new MailboxProvider())).toEqual({
      outcome: 'accepted',
      messageId: '<order-1@example.com>',
    });
  });

  it('each attempt as a mail of its own, streams read anew', async () => {
    const provider = new MailboxProvider();
    const attachments = [{ filename: 'a.txt', content: () => Readable.from(['content']) }];
    await send(provider, { attachments });
    await send(provider, { attachments });

    expect(provider.store.messages.map((mail) => mail.attachments[0]?.content.toString())).toEqual([
      'content',
      'content',
    ]);
  });

  it('a thousand at once, none mixed up with another', async () => {
    const provider = new MailboxProvider();
    const subjects = Array.from({ length: 1000 }, (_, index) => `Subject ${index}`);
    await Promise.all(
      subjects.map((subject, index) => send(provider, { subject, id: `${index}` })),
    );

    expect(provider.store.messages).toHaveLength(1000);
    expect(provider.store.messages.every(({ id, subject }) => subject === `Subject ${id}`)).toBe(
      true,
    );
  });
});

describe('the mailbox keeps nothing that is incomplete, and says so', () => {
  it('rejects a message whose attachment cannot be read', async () => {
    const provider = new MailboxProvider();
    const submission = await send(provider, {
      attachments: [{ filename: 'a', content: failing }],
    });

    expect(submission).toMatchObject({
      outcome: 'rejected',
      failure: { code: 'ATTACHMENT', category: 'validation', scope: 'message', retryable: false },
    });
    expect(JSON.stringify(submission)).not.toContain('planted');
    expect(provider.store.messages).toEqual([]);
  });

  it('rejects a message that went past the rules', async () => {
    const provider = new MailboxProvider();
    const submission = await send(provider, { to: [{ address: 'a@example.org>\r\nX: planted' }] });

    expect(submission).toMatchObject({ outcome: 'rejected', failure: { code: 'INVALID_MESSAGE' } });
    expect(JSON.stringify(submission)).not.toContain('planted');
    expect(provider.store.messages).toEqual([]);
  });

  it('reports unsent when time is up before an attachment was read', async () => {
    const provider = new MailboxProvider();
    const source = new PassThrough();
    const controller = new AbortController();
    const sending = send(
      provider,
      { attachments: [{ filename: 'a', content: () => source }] },
      controller.signal,
    );
    await once(source, 'resume');
    controller.abort();

    expect(await sending).toMatchObject({
      outcome: 'unsent',
      failure: { code: 'TIMEOUT', category: 'timeout' },
    });
    expect(provider.store.messages).toEqual([]);
    expect(source.destroyed).toBe(true);
  });

  it('reports unsent, with no word of the message, when something else is wrong', async () => {
    const provider = new MailboxProvider();
    const broken = { text: { toString: () => 'planted' } } as unknown as Partial<OutgoingEmail>;
    const submission = await send(provider, broken);

    expect(submission).toMatchObject({
      outcome: 'unsent',
      failure: { code: 'MAILBOX', retryable: false },
    });
    expect(JSON.stringify(submission)).toContain('TypeError');
    expect(JSON.stringify(submission)).not.toContain('planted');
  });
});

describe('the mailbox is a provider like any other', () => {
  it('that carries everything and is always there', async () => {
    const provider = new MailboxProvider();

    expect(provider.capabilities).toEqual({ templates: true, features: ALL_FEATURES });
    await expect(provider.verify()).resolves.toBeUndefined();
  });

  it('that ends its arrivals when it is closed', async () => {
    const provider = new MailboxProvider();
    const events: string[] = [];
    provider.store.arrivals$.subscribe({
      next: ({ id }) => events.push(id),
      complete: () => events.push('complete'),
    });
    await send(provider);
    await provider.close();

    expect(events).toEqual(['order-1', 'complete']);
  });

  it.each([
    [{}, { maxMessages: 1000, maxBytes: 67_108_864 }, []],
    [{ maxMessages: 5 }, { maxMessages: 5, maxBytes: 67_108_864 }, []],
    [
      { maxMessages: 0, maxBytes: '1 MB' },
      { maxMessages: 1000, maxBytes: 67_108_864 },
      ['providers.mailbox.maxMessages', 'providers.mailbox.maxBytes'],
    ],
  ])('that reads its options: %j', (input, expected, problems) => {
    const reported: string[] = [];
    const reader = new OptionReader(input, 'providers.mailbox', (path) => reported.push(path));

    expect(readMailboxOptions(reader)).toEqual(expected);
    expect(reported).toEqual(problems);
  });
});

function send(
  provider: MailboxProvider,
  parts: Partial<OutgoingEmail> = {},
  signal: AbortSignal = new AbortController().signal,
): Promise<Submission> {
  return provider.send(outgoingEmail(parts), { signal, attempt: 1 });
}

async function captured(parts: Partial<OutgoingEmail>): Promise<CapturedMail> {
  const provider = new MailboxProvider();
  expect(await send(provider, parts)).toMatchObject({ outcome: 'accepted' });
  const [mail] = provider.store.messages;
  if (mail === undefined) throw new Error('nothing was captured');
  return mail;
}

function failing(): Readable {
  return new Readable({
    read() {
      this.destroy(new Error('planted'));
    },
  });
}
