import { createMessage } from '@upyo/core';
import { SmtpTransport } from '@upyo/smtp';
import { loop } from '../loop.mjs';
import { smtpMessage } from './messages.mjs';

/** Upyo's pool; its `sendMany` uses one connection only, so the messages are sent side by side. */
export async function start({ port, connections, hasAttachment }) {
  const transport = new SmtpTransport({
    host: '127.0.0.1',
    port,
    secure: false,
    pool: true,
    poolSize: connections,
  });
  return (count) =>
    loop(count, connections, async (at) => {
      const { from, to, subject, text, html, attachments = [] } = smtpMessage(at, hasAttachment);
      const content = { text, html };
      const files = attachments.map((each) => ({ ...each, inline: false, contentId: '' }));
      const message = createMessage({ from, to, subject, content, attachments: files });
      const receipt = await transport.send(message);
      return receipt.successful;
    });
}
