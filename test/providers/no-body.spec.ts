import {
  isUnsupportedFeatureError,
  MailboxStore,
  MailBridgeModule,
  MailBridgeService,
} from 'nest-mailbridge';
import { API_PROVIDERS } from '../fixtures/api/api-providers.js';
import { ApiServer } from '../fixtures/api/api-server.js';
import { startApplication, startMailBridge } from '../fixtures/application.js';
import { ONCE } from '../fixtures/once.js';
import { SmtpScriptPeer } from '../fixtures/smtp-script-peer.js';

const message = {
  from: 'shop@example.com',
  to: 'ada@example.org',
  subject: 'Contract',
  attachments: [{ filename: 'contract.pdf', content: '%PDF' }],
};

let server: ApiServer | undefined;
let peer: SmtpScriptPeer | undefined;
afterEach(async () => {
  await server?.close();
  await peer?.close();
});

describe('A message that is an attachment alone', () => {
  it.each([
    ['no text', message],
    ['an empty text', { ...message, text: '', html: '' }],
    ['no subject', { ...message, subject: undefined }],
  ])('S9: with %s is sent over SMTP', async (_case, each) => {
    peer = await SmtpScriptPeer.start({});
    const mail = await startMailBridge({
      ...ONCE,
      provider: 'smtp',
      providers: { smtp: { host: '127.0.0.1', port: peer.port } },
    });

    expect(await mail.send(each)).toMatchObject({ outcome: 'accepted' });
    expect(peer.commands).toContain('RCPT TO:<ada@example.org>');
  });

  it('S9: is kept by the mailbox', async () => {
    const app = await startApplication({
      imports: [MailBridgeModule.forRoot({ provider: 'mailbox' })],
    });

    await app.get(MailBridgeService).send(message);

    expect(app.get(MailboxStore).messages[0]).toMatchObject({
      subject: 'Contract',
      attachments: [{ filename: 'contract.pdf', content: Buffer.from('%PDF') }],
    });
  });

  it.each(API_PROVIDERS)(
    'S9: goes to %s whole or not at all',
    async (provider, { options, accepted }) => {
      const started = await ApiServer.start(() => accepted);
      server = started;
      const mail = await startMailBridge({
        ...ONCE,
        provider,
        providers: { [provider]: options(started.url) },
      });
      const result: unknown = await mail.send(message).catch((error: unknown) => error);

      if (isUnsupportedFeatureError(result)) {
        expect(result.message).toMatch(/body/);
        expect(started.requests).toEqual([]);
      } else {
        expect(result).toMatchObject({ outcome: 'accepted' });
        expect(started.requests[0]!.raw.toString()).toContain('contract.pdf');
      }
    },
  );
});
