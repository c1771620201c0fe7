import { Readable } from 'node:stream';
import {
  MailboxStore,
  MailBridgeModule,
  MailBridgeService,
  type AttachmentDto,
} from 'nest-mailbridge';
import { API_PROVIDERS } from '../fixtures/api/api-providers.js';
import { ApiServer } from '../fixtures/api/api-server.js';
import { startApplication, startMailBridge } from '../fixtures/application.js';
import { ONCE } from '../fixtures/once.js';

const NESTED = 'From: a@example.com\r\nSubject: inner\r\n\r\nHello\r\n';

const message = (content: AttachmentDto['content']) => ({
  from: 'shop@example.com',
  to: 'ada@example.org',
  subject: 'Fwd',
  attachments: [{ filename: 'a.eml', content, contentType: 'message/rfc822' }],
  text: 'See below.',
});

async function mailbox(unsupportedFeatures: 'error' | 'warn' = 'error') {
  const app = await startApplication({
    imports: [MailBridgeModule.forRoot({ provider: 'mailbox', unsupportedFeatures })],
  });
  return { mail: app.get(MailBridgeService), store: app.get(MailboxStore) };
}

let server: ApiServer | undefined;
afterEach(async () => server?.close());

describe('A nested message', () => {
  it.each<[string, AttachmentDto['content']]>([
    ['text', NESTED],
    ['text with LF', NESTED.replaceAll('\r\n', '\n')],
    ['bytes', Buffer.from(NESTED)],
    ['a stream', Readable.from([NESTED])],
    ['a function', () => Readable.from([NESTED])],
  ])('S12: given as %s arrives as one', async (_way, content) => {
    const { mail, store } = await mailbox();

    await mail.send(message(content));

    expect(store.messages[0]).toMatchObject({
      text: 'See below.',
      attachments: [{ contentType: 'message/rfc822', content: Buffer.from(NESTED) }],
    });
    expect(store.messages[0]!.raw.toString()).toContain(NESTED);
  });

  it.each(['error', 'warn'] as const)(
    'S12: that does not fit is refused by name, never changed (%s)',
    async (unsupportedFeatures) => {
      const { mail, store } = await mailbox(unsupportedFeatures);

      for (const content of ['Grüße', Readable.from(['Grüße']), () => Readable.from(['Grüße'])]) {
        await expect(mail.send(message(content))).rejects.toThrow(/attachments\[0\].*contentType/);
      }
      expect(store.messages).toEqual([]);
    },
  );

  it('S12: that does not fit goes on to a provider that builds messages itself', async () => {
    const { options, accepted } = new Map(API_PROVIDERS).get('postmark')!;
    server = await ApiServer.start(() => accepted);
    const mail = await startMailBridge({
      ...ONCE,
      provider: ['smtp', 'postmark'],
      providers: { smtp: { host: '127.0.0.1', port: 1 }, postmark: options(server.url) },
    });

    expect(await mail.send(message('Grüße'))).toMatchObject({
      outcome: 'accepted',
      provider: 'postmark',
    });
  });
});
