import { ServerClient } from 'postmark';
import { loop } from '../loop.mjs';
import { typicalMessage } from '../messages.mjs';

/** The official client, one message a call. */
export async function start({ url, concurrency }) {
  const client = new ServerClient('bench', { useHttps: false, requestHost: new URL(url).host });
  return (count) =>
    loop(count, concurrency, async (at) => {
      const { from, to, subject, text, html } = typicalMessage(at);
      const { ErrorCode } = await client.sendEmail({
        From: from,
        To: to,
        Subject: subject,
        TextBody: text,
        HtmlBody: html,
      });
      return ErrorCode === 0;
    });
}
