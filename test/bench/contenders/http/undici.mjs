import { Pool, request } from 'undici';
import { sendGridJson } from '../messages.mjs';
import { loop } from '../loop.mjs';

/** The limit of what can be done over HTTP here: one JSON, one request, nothing else. */
export async function start({ url, concurrency }) {
  const dispatcher = new Pool(url, { connections: concurrency });
  const headers = { authorization: 'Bearer SG.bench', 'content-type': 'application/json' };
  return (count) =>
    loop(count, concurrency, async (at) => {
      const body = JSON.stringify(sendGridJson(at));
      const options = { dispatcher, method: 'POST', headers, body };
      const answer = await request(`${url}/v3/mail/send`, options);
      await answer.body.text();
      return answer.statusCode === 202;
    });
}
