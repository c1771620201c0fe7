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

/** Addresses that mail servers take and no API does. */
const SPECIAL = [
  '"user."@docomo.ne.jp',
  '"john doe"@example.com',
  '"user@gmail.com x"@internal.example',
  '"a,b; \\"c\\""@example.com',
  'user@[192.0.2.5]',
  'user@[IPv6:2001:db8::1]',
  'root@localhost',
];

const message = (to: string, parts = {}) => ({
  from: 'shop@example.com',
  to,
  subject: 'Hi',
  text: 'Hi',
  ...parts,
});

let server: ApiServer | undefined;
let peer: SmtpScriptPeer | undefined;
afterEach(async () => {
  await server?.close();
  await peer?.close();
});

describe('An address that only mail servers take', () => {
  it.each(SPECIAL)('S17: goes to one as it is: %s', async (address) => {
    peer = await SmtpScriptPeer.start({ extensions: [] });
    const mail = await startMailBridge({
      ...ONCE,
      provider: 'smtp',
      providers: { smtp: { host: '127.0.0.1', port: peer.port } },
    });

    const { outcome } = await mail.send(message(`"A, B" <${address}>`, { from: address }));

    expect(outcome).toBe('accepted');
    expect(peer.commands.filter((command) => /^(?:MAIL|RCPT)/.test(command))).toEqual([
      `MAIL FROM:<${address}>`,
      `RCPT TO:<${address}>`,
    ]);
  });

  it.each(SPECIAL)('S17: is kept by the mailbox: %s', async (address) => {
    const app = await startApplication({
      imports: [MailBridgeModule.forRoot({ provider: 'mailbox' })],
    });

    await app.get(MailBridgeService).send(message(`Ada <${address}>`, { replyTo: address }));

    const [captured] = app.get(MailboxStore).messages;
    expect(captured).toMatchObject({
      envelope: { to: [address] },
      to: [{ name: 'Ada', address }],
      replyTo: [{ address }],
    });
    expect(captured!.raw.toString()).toContain(`To: Ada <${address}>\r\n`);
  });

  it.each(
    API_PROVIDERS.flatMap(([name, { options }]) => SPECIAL.map((to) => ({ name, to, options }))),
  )('S17: is refused by $name before anything is sent: $to', async ({ name, to, options }) => {
    const started = await ApiServer.start(() => ({ status: 500 }));
    server = started;
    for (const unsupportedFeatures of ['error', 'warn'] as const) {
      const mail = await startMailBridge({
        ...ONCE,
        provider: name,
        unsupportedFeatures,
        providers: { [name]: options(started.url) },
      });
      const error: unknown = await mail.send(message(to)).catch((reason: unknown) => reason);

      expect(isUnsupportedFeatureError(error)).toBe(true);
      expect((error as Error).message).toContain('specialAddress');
    }
    expect(started.requests).toEqual([]);
  });

  it('S17: is passed on to a provider that takes it', async () => {
    const { options } = new Map(API_PROVIDERS).get('postmark')!;
    peer = await SmtpScriptPeer.start({ extensions: [] });
    const mail = await startMailBridge({
      ...ONCE,
      provider: ['postmark', 'smtp'],
      providers: {
        postmark: options('http://127.0.0.1:1'),
        smtp: { host: '127.0.0.1', port: peer.port },
      },
    });

    expect(await mail.send(message('root@localhost'))).toMatchObject({
      outcome: 'accepted',
      provider: 'smtp',
    });
  });
});
