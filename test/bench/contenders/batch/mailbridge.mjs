import { mailBridge } from '../mailbridge.mjs';
import { messages, templateMessage, typicalMessage } from '../messages.mjs';
import { apiOptions } from '../api-options.mjs';

const LOADS = { template: templateMessage, different: typicalMessage };

/** MailBridge over one provider: native batches, or one request a message with `maxBatchSize: 1`. */
export async function start({ url, provider, load, concurrency, maxBatchSize }) {
  const mail = await mailBridge({
    provider,
    bulk: { concurrency },
    providers: {
      [provider]: {
        ...apiOptions(provider, url),
        maxInFlight: concurrency,
        ...(maxBatchSize !== undefined && { maxBatchSize }),
      },
    },
  });
  return async (count) => {
    const source = messages(count, LOADS[load]);
    const { successful } = await mail.sendBulk(source, { keepResponses: 'none' });
    return successful;
  };
}
