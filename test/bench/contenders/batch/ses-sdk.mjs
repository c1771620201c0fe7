import { SendEmailCommand, SESv2Client } from '@aws-sdk/client-sesv2';
import { apiOptions } from '../api-options.mjs';
import { loop } from '../loop.mjs';
import { typicalMessage } from '../messages.mjs';

/** The AWS SDK, one message a call. */
export async function start({ url, concurrency }) {
  const client = new SESv2Client(apiOptions('ses', url));
  return (count) =>
    loop(count, concurrency, async (at) => {
      const { from, to, subject, text, html } = typicalMessage(at);
      const Simple = {
        Subject: { Data: subject },
        Body: { Text: { Data: text }, Html: { Data: html } },
      };
      const command = new SendEmailCommand({
        FromEmailAddress: from,
        Destination: { ToAddresses: [to] },
        Content: { Simple },
      });
      const { MessageId } = await client.send(command);
      return MessageId !== undefined;
    });
}
