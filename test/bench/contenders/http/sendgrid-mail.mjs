import sendGrid from '@sendgrid/mail';
import { typicalMessage } from '../messages.mjs';
import { loop } from '../loop.mjs';

/** The official client, as its manual shows it. */
export async function start({ url, concurrency }) {
  sendGrid.setApiKey('SG.bench');
  sendGrid.client.setDefaultRequest('baseUrl', url);
  return (count) =>
    loop(count, concurrency, async (at) => {
      const [{ statusCode }] = await sendGrid.send(typicalMessage(at));
      return statusCode === 202;
    });
}
