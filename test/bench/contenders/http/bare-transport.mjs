import { setMaxListeners } from 'node:events';
import { HttpClient } from '../../../../dist/transport/http/http-client.js';
import { sendGridJson } from '../messages.mjs';
import { loop } from '../loop.mjs';

/** MailBridge's own transport called bare, with the JSON that `undici.request` is given: what it lacks are our layers. */
export async function start({ url, concurrency }) {
  const client = new HttpClient({ maxSockets: concurrency });
  const { signal } = new AbortController();
  // One for all of them, as many as are in flight.
  setMaxListeners(concurrency, signal);
  const request = {
    method: 'POST',
    url: `${url}/v3/mail/send`,
    headers: { authorization: 'Bearer SG.bench', 'content-type': 'application/json' },
  };
  return (count) =>
    loop(count, concurrency, async (at) => {
      const body = JSON.stringify(sendGridJson(at));
      const result = await client.request({ ...request, body }, signal);
      return result.kind === 'answer' && result.status === 202;
    });
}
