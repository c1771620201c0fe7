import type { EmailMessageDto } from 'nest-mailbridge';
import type { NewsletterDto } from './newsletter.dto.js';
import type { Subscriber } from './subscriber-file.js';

/** One message for each subscriber, made when MailBridge asks for it. */
export async function* messagesFor(
  subscribers: AsyncIterable<Subscriber>,
  { subject, body }: NewsletterDto,
  newsletterId: string,
): AsyncGenerator<EmailMessageDto> {
  for await (const { email, name, line } of subscribers) {
    yield {
      id: messageId(newsletterId, line),
      to: { name, address: email },
      subject,
      html: body,
      substitutions: { email, name: name || 'reader' },
    };
  }
}

/** The id of a message leads its outcome, and whatever the provider tells later, back to its line. */
function messageId(newsletterId: string, line: number): string {
  return `${newsletterId}_${line}`;
}

/** The line of the file that a message was made from. */
export function lineOf(id: string): number {
  return Number(id.slice(id.lastIndexOf('_') + 1));
}
