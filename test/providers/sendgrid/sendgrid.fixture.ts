import { ONCE } from '../../fixtures/once.js';
import type { MailBridgeOptions, MailBridgeService } from 'nest-mailbridge';
import { startMailBridge } from '../../fixtures/application.js';
import { SENDGRID_KEY, SendGridServer } from '../../fixtures/api/sendgrid-server.js';

const open: SendGridServer[] = [];

afterEach(async () => {
  await Promise.all(open.splice(0).map((server) => server.close()));
});

/** A MailBridge that sends through a SendGrid of the test, which is closed after it. */
export async function startSendGrid(
  options: NonNullable<MailBridgeOptions['providers']>['sendgrid'] = {},
  rest: MailBridgeOptions = {},
): Promise<{ mail: MailBridgeService; server: SendGridServer }> {
  const server = await SendGridServer.start();
  open.push(server);
  const mail = await startMailBridge({
    provider: 'sendgrid',
    defaults: { from: 'Shop <shop@example.com>' },
    ...ONCE,
    ...rest,
    providers: { sendgrid: { apiKey: SENDGRID_KEY, baseUrl: server.url, ...options } },
  });
  return { mail, server };
}

/** That many addresses. */
export function people(count: number): string[] {
  return Array.from({ length: count }, (_, i) => `person${i}@example.org`);
}
