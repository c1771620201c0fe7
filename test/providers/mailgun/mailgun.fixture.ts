import { ONCE } from '../../fixtures/once.js';
import type { MailBridgeService, MailgunOptions } from 'nest-mailbridge';
import { startMailBridge } from '../../fixtures/application.js';
import { MAILGUN_DOMAIN, MAILGUN_KEY, MailgunServer } from '../../fixtures/api/mailgun-server.js';

const open: MailgunServer[] = [];

afterEach(async () => {
  await Promise.all(open.splice(0).map((server) => server.close()));
});

/** A loopback Mailgun and a MailBridge that sends through it. */
export async function startMailgun(
  options: MailgunOptions & { maxBatchSize?: number } = {},
  unsupportedFeatures: 'error' | 'warn' = 'error',
): Promise<{ mail: MailBridgeService; mailgun: MailgunServer }> {
  const mailgun = await MailgunServer.start();
  open.push(mailgun);
  const own = { apiKey: MAILGUN_KEY, domain: MAILGUN_DOMAIN, baseUrl: mailgun.url };
  const mail = await startMailBridge({
    provider: 'mailgun',
    defaults: { from: 'Shop <shop@example.com>' },
    ...ONCE,
    providers: { mailgun: { ...own, ...options } },
    unsupportedFeatures,
    limits: { bytes: 100_000_000, recipients: 5000 },
  });
  return { mail, mailgun };
}

/** A message that Mailgun takes. */
export const HELLO = { to: 'ada@example.org', subject: 'Hello', text: 'Hello Ada' };
