import { recipientsOnce } from '../../message/envelope.js';
import type { OutgoingEmail } from '../../message/outgoing-email.js';
import type { FormField } from '../../transport/http/multipart.js';
import { bytes } from '../api/attachment-bytes.js';
import { mediaType } from '../api/media-type.js';
import {
  contentValues,
  ownContent,
  sharedContent,
  type RecipientValues,
} from './mailgun-content.js';
import { mailgunFields, type TextField } from './mailgun-fields.js';
import { mailgunMailbox } from './mailgun-mailbox.js';
import { flatData } from './mailgun-template-data.js';

interface FormOptions {
  readonly sandbox: boolean;
}

/** The form of a message in a call of its own: as it is written, everyone seeing to and cc. */
export function singleForm(email: OutgoingEmail, options: FormOptions): FormField[] {
  const { common, own } = mailgunFields(email, options);
  const mailboxes = recipientsOnce(email);
  const recipients = (['to', 'cc', 'bcc'] as const).flatMap((field) =>
    mailboxes[field].map((each): TextField => [field, mailgunMailbox(each)]),
  );
  const text = [...common, ...recipients, ...ownContent(email), ...own, ...templateData(email)];
  return [...text.map(textField), ...files(email)];
}

/**
 * The form of messages that share a call. `recipient-variables` has each recipient get a copy of their
 * own, addressed to them alone; what differs between messages stands in there, the rest once.
 */
export function batchForm(emails: readonly OutgoingEmail[], options: FormOptions): FormField[] {
  const [first] = emails;
  if (first === undefined) throw new TypeError('a call needs a message');
  const values = emails.map(contentValues);
  const shared = [
    ...mailgunFields(first, options).common,
    ...emails.map(({ to }): TextField => ['to', mailgunMailbox(to[0]!)]),
    ...sharedContent(first),
    ...ownFields(emails, values, options),
  ];
  const variables = Object.fromEntries(emails.map(({ to }, at) => [to[0]!.address, values[at]]));
  shared.push(['recipient-variables', JSON.stringify(variables)]);
  return [...shared.map(textField), ...files(first)];
}

/** Fields that each message may have its own value for; a value that all have stands as it is. */
function ownFields(
  emails: readonly OutgoingEmail[],
  values: readonly RecipientValues[],
  options: FormOptions,
): TextField[] {
  const [first] = emails;
  const hasSameData = isSame(emails.map((email) => JSON.stringify(email.templateData)));
  const each = emails.map(
    (email) =>
      new Map([
        ...mailgunFields(email, options).own,
        ...(hasSameData ? [] : (flatData(email) ?? [])),
      ]),
  );
  const fields = [...(each[0] ?? [])].map(([name, value], at): TextField => {
    if (isSame(each.map((own) => own.get(name)))) return [name, value];
    each.forEach((own, i) => (values[i]![`f${at}`] = own.get(name) ?? ''));
    return [name, `%recipient.f${at}%`];
  });
  return hasSameData && first !== undefined ? [...fields, ...templateData(first)] : fields;
}

function isSame(values: readonly unknown[]): boolean {
  return values.every((value) => value === values[0]);
}

function templateData({ templateData: data }: OutgoingEmail): TextField[] {
  return data === undefined ? [] : [['t:variables', JSON.stringify(data)]];
}

function textField([name, value]: TextField): FormField {
  return { name, value };
}

/** An inline image is found by its file name: `cid:logo` shows the file called `logo`. */
function files({ attachments }: OutgoingEmail): FormField[] {
  return attachments.map((attachment) => ({
    name: attachment.cid === undefined ? 'attachment' : 'inline',
    value: {
      filename: attachment.cid ?? attachment.filename,
      contentType: mediaType(attachment),
      content: bytes(attachment),
    },
  }));
}
