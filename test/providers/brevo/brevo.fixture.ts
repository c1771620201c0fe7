import { ONCE } from '../../fixtures/once.js';
import type { MailBridgeOptions, MailBridgeService } from 'nest-mailbridge';
import { startMailBridge } from '../../fixtures/application.js';
import { BREVO_KEY, BrevoServer } from '../../fixtures/api/brevo-server.js';

const open: BrevoServer[] = [];

afterEach(async () => {
  await Promise.all(open.splice(0).map((server) => server.close()));
});

/** A MailBridge that sends through a Brevo of the test, which is closed after it. */
export async function startBrevo(
  options: object = {},
  rest: MailBridgeOptions = {},
): Promise<{ mail: MailBridgeService; server: BrevoServer }> {
  const server = await BrevoServer.start();
  open.push(server);
  const mail = await startMailBridge({
    provider: 'brevo',
    defaults: { from: 'Shop <shop@example.com>' },
    ...ONCE,
    ...rest,
    providers: { brevo: { apiKey: BREVO_KEY, baseUrl: server.url, ...options } },
  });
  return { mail, server };
}

/** That many addresses. */
export function people(count: number): string[] {
  return Array.from({ length: count }, (_, i) => `person${i}@example.org`);
}
