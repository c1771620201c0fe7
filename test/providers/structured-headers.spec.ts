import { MailboxStore, MailBridgeModule, MailBridgeService } from 'nest-mailbridge';
import { API_PROVIDERS } from '../fixtures/api/api-providers.js';
import { ApiServer } from '../fixtures/api/api-server.js';
import { startApplication, startMailBridge } from '../fixtures/application.js';
import { ONCE } from '../fixtures/once.js';

const message = {
  from: 'shop@example.com',
  to: 'ada@example.org',
  subject: 'Hi',
  text: 'Hi',
  headers: { 'Disposition-Notification-To': 'Jürgen Test <j@example.com>' },
};

let server: ApiServer | undefined;
afterEach(async () => server?.close());

describe('In a structured header only a name is encoded', () => {
  // Brevo decodes what is encoded, so nothing outside ASCII can go there.
  it.each(API_PROVIDERS.filter(([name]) => name !== 'brevo'))(
    'S10: on the way to %s',
    async (provider, { options, accepted }) => {
      server = await ApiServer.start(() => accepted);
      const mail = await startMailBridge({
        ...ONCE,
        provider,
        providers: { [provider]: options(server.url) },
      });

      await mail.send(message);

      expect(readable(server.requests[0]!.raw)).toContain(
        '=?UTF-8?Q?J=C3=BCrgen_Test?= <j@example.com>',
      );
    },
  );

  it('S10: in a message that we compose', async () => {
    const app = await startApplication({
      imports: [MailBridgeModule.forRoot({ provider: 'mailbox' })],
    });

    await app.get(MailBridgeService).send(message);

    const [mail] = app.get(MailboxStore).messages;
    expect(mail!.raw.toString()).toMatch(
      /^Disposition-Notification-To: =\?UTF-8\?Q\?J=C3=BCrgen_Test\?=\s+<j@example\.com>\r$/m,
    );
  });
});

/** A body of JSON, or of a form in either encoding. */
function readable(raw: Buffer): string {
  const text = raw.toString();
  return text.startsWith('{') || text.startsWith('--')
    ? text
    : decodeURIComponent(text.replaceAll('+', ' '));
}
