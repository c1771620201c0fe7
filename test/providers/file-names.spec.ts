import { MailboxStore, MailBridgeModule, MailBridgeService } from 'nest-mailbridge';
import { API_PROVIDERS } from '../fixtures/api/api-providers.js';
import { ApiServer } from '../fixtures/api/api-server.js';
import { startApplication, startMailBridge } from '../fixtures/application.js';
import { ONCE } from '../fixtures/once.js';

const FILENAMES = ['../../etc/invoice.pdf', 'C:\\hidden\\invoice.pdf', 'in\u202evoi\u200bce.pdf'];

const message = {
  from: 'shop@example.com',
  to: 'ada@example.org',
  subject: 'Hi',
  text: 'Hi',
  attachments: FILENAMES.map((filename) => ({ filename, content: 'x' })),
};

let server: ApiServer | undefined;
afterEach(async () => server?.close());

describe('An attachment goes out with a name and no path', () => {
  it.each(API_PROVIDERS)('S24: to %s', async (provider, { options, accepted }) => {
    server = await ApiServer.start(() => accepted);
    const mail = await startMailBridge({
      ...ONCE,
      provider,
      providers: { [provider]: options(server.url) },
    });

    await mail.send(message);

    const body = server.requests[0]!.raw.toString();
    expect(body.match(/"invoice\.pdf"/g)).toHaveLength(3);
    expect(body).not.toMatch(/etc|hidden|\u202e|\u200b|\\u20/);
  });

  it('S24: in a message that we compose', async () => {
    const app = await startApplication({
      imports: [MailBridgeModule.forRoot({ provider: 'mailbox' })],
    });

    await app.get(MailBridgeService).send(message);

    const [mail] = app.get(MailboxStore).messages;
    expect(mail!.attachments.map(({ filename }) => filename)).toEqual(Array(3).fill('invoice.pdf'));
    expect(mail!.raw.toString().match(/filename="invoice\.pdf"/g)).toHaveLength(3);
  });
});
