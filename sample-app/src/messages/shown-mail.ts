import type { CapturedMail, MailAddress } from 'nest-mailbridge';

/** A mail in a list. */
export interface MailSummary {
  readonly id: string;
  readonly capturedAt: Date;
  readonly from: MailAddress;
  readonly to: readonly MailAddress[];
  readonly subject: string;
}

/** A mail with everything but the contents of its attachments. */
export interface ShownMail extends MailSummary {
  readonly envelope: CapturedMail['envelope'];
  readonly headers: CapturedMail['headers'];
  readonly html?: string;
  readonly text?: string;
  readonly attachments: readonly { filename?: string; contentType: string; bytes: number }[];
}

/** A mail as a line of a list. */
export function summarize({ id, capturedAt, from, to, subject = '' }: CapturedMail): MailSummary {
  return { id, capturedAt, from, to, subject };
}

/** A mail in full. */
export function showMail(mail: CapturedMail): ShownMail {
  const { envelope, headers, html, text, attachments } = mail;
  return {
    ...summarize(mail),
    envelope,
    headers,
    ...(html !== undefined && { html }),
    ...(text !== undefined && { text }),
    attachments: attachments.map(({ content, contentType, filename }) => ({
      ...(filename !== undefined && { filename }),
      contentType,
      bytes: content.length,
    })),
  };
}
