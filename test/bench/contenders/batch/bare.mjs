import { Pool, request } from 'undici';
import { typicalMessage } from '../messages.mjs';

const BATCH = 500;
const headers = { 'content-type': 'application/json', 'x-postmark-server-token': 'bench' };

/** The limit of what a batch can win here: its JSON written, sent and the answer read, nothing else. */
export async function start({ url, concurrency }) {
  const dispatcher = new Pool(url, { connections: concurrency });
  return async (count) => {
    const calls = [];
    for (let from = 0; from < count; from += BATCH) {
      calls.push(send(url, dispatcher, from, Math.min(BATCH, count - from)));
    }
    const accepted = await Promise.all(calls);
    return accepted.reduce((sum, each) => sum + each, 0);
  };
}

async function send(url, dispatcher, from, count) {
  const messages = Array.from({ length: count }, (_, at) => postmarkJson(from + at));
  const body = JSON.stringify(messages);
  const answer = await request(`${url}/email/batch`, { dispatcher, method: 'POST', headers, body });
  const results = JSON.parse(await answer.body.text());
  return results.filter(({ ErrorCode }) => ErrorCode === 0).length;
}

function postmarkJson(at) {
  const { from, to, subject, html, text } = typicalMessage(at);
  return {
    From: from,
    To: to,
    Subject: subject,
    HtmlBody: html,
    TextBody: text,
    Metadata: { mailbridge_id: String(at) },
  };
}
