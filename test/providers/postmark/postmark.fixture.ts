import { ONCE } from '../../fixtures/once.js';
import type { MailBridgeService, PostmarkOptions } from 'nest-mailbridge';
import { startMailBridge } from '../../fixtures/application.js';
import { POSTMARK_TOKEN, PostmarkServer } from '../../fixtures/api/postmark-server.js';

const open: PostmarkServer[] = [];

afterEach(async () => {
  await Promise.all(open.splice(0).map((server) => server.close()));
});

/** A loopback Postmark and a MailBridge that sends through it. */
export async function startPostmark(
  options: PostmarkOptions & { maxBatchBytes?: number } = {},
  unsupportedFeatures: 'error' | 'warn' = 'error',
): Promise<{ mail: MailBridgeService; postmark: PostmarkServer }> {
  const postmark = await PostmarkServer.start();
  open.push(postmark);
  const mail = await startMailBridge({
    provider: 'postmark',
    defaults: { from: 'Shop <shop@example.com>' },
    ...ONCE,
    providers: {
      postmark: { serverToken: POSTMARK_TOKEN, baseUrl: postmark.url, ...options },
    },
    unsupportedFeatures,
    limits: { bytes: 100_000_000 },
  });
  return { mail, postmark };
}

/** A message that Postmark takes. */
export const HELLO = { to: 'ada@example.org', subject: 'Hello', text: 'Hello Ada' };
