import { mailBridge } from '../mailbridge.mjs';
import { messages, typicalMessage } from '../messages.mjs';
import { loop } from '../loop.mjs';

/** MailBridge, one message a request: `way` is `send` (a call each) or `sendBulk`. */
export async function start({ url, concurrency, way }) {
  const mail = await mailBridge({
    provider: 'sendgrid',
    bulk: { concurrency },
    providers: {
      sendgrid: { apiKey: 'SG.bench', baseUrl: url, maxInFlight: concurrency, maxBatchSize: 1 },
    },
  });
  if (way === 'send') {
    return (count) =>
      loop(count, concurrency, async (at) => (await mail.send(typicalMessage(at))).success);
  }
  return async (count) => {
    const { successful } = await mail.sendBulk(messages(count), { keepResponses: 'none' });
    return successful;
  };
}
