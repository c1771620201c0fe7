import MailComposer from 'nodemailer/lib/mail-composer';
import { renderContent, type MailAddress, type OutgoingEmail } from 'nest-mailbridge';

/** The message as a mail program saves it. Those in bcc stay out of it. */
export function composeEml(email: OutgoingEmail): Promise<Buffer> {
  const { id, from, to, cc, replyTo, headers, priority } = email;
  const composer = new MailComposer({
    ...renderContent(email),
    messageId: `<${id}@eml>`,
    from: mailbox(from),
    to: to.map(mailbox),
    cc: cc.map(mailbox),
    replyTo: replyTo.map(mailbox),
    headers: { ...headers },
    ...(priority !== undefined && { priority }),
    attachments: email.attachments.map(({ content, ...attachment }) => ({
      ...attachment,
      content: typeof content === 'function' ? content() : content,
    })),
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  return composer.compile().build();
}

function mailbox({ name = '', address }: MailAddress): { name: string; address: string } {
  return { name, address };
}
