import { mailBridge } from '../mailbridge.mjs';
import { messages } from '../messages.mjs';
import { smtpMessage } from './messages.mjs';

/** MailBridge with the provider `smtp`: one bulk a slice. */
export async function start({ port, connections, hasAttachment }) {
  const mail = await mailBridge({
    provider: 'smtp',
    providers: { smtp: { host: '127.0.0.1', port, maxConnections: connections } },
  });
  return async (count) => {
    const source = messages(count, (at) => smtpMessage(at, hasAttachment));
    const { successful } = await mail.sendBulk(source, { keepResponses: 'none' });
    return successful;
  };
}
