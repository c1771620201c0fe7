import { createTransport } from 'nodemailer';
import { smtpMessage } from './messages.mjs';

/** nodemailer's own pool, given all messages at once, as its manual shows it. */
export async function start({ port, connections, hasAttachment }) {
  const pool = createTransport({
    pool: true,
    host: '127.0.0.1',
    port,
    maxConnections: connections,
    ignoreTLS: true,
  });
  return async (count) => {
    const sends = Array.from({ length: count }, (_, at) =>
      pool.sendMail(smtpMessage(at, hasAttachment)),
    );
    const results = await Promise.all(sends);
    return results.filter(({ accepted }) => accepted.length === 1).length;
  };
}
