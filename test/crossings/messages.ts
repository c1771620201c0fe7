import { Readable } from 'node:stream';
import type { EmailMessageDto } from 'nest-mailbridge';
import type { AskedMessage } from '../chaos/ledger.js';
import { copyOf } from './copy.js';
import type { Row } from './dimensions.js';

/** What the messages of a row look like. */
export type Shape = Pick<Row, 'attachment' | 'recipients'>;

/** More than one slice of a stream, and more than one record of TLS. */
const FILE = Buffer.from(Array.from({ length: 70_000 }, (_, at) => (at * 7) % 251));
const SLICE = 16_384;
const SUBJECT = 'News for {{name}}';
const TEXT = 'Dear {{name}}, something has happened.';

/** So many messages `m0`, `m1`, …; they have one file in common, and with it the stream where it is one. */
export function messagesOf(count: number, { attachment, recipients }: Shape): EmailMessageDto[] {
  const content = contentOf(attachment);
  return idsOf(count).map((id) => ({
    id,
    to: `${id}@example.org`,
    ...(recipients === 'several' && {
      cc: `Cc <${id}-cc@example.org>`,
      bcc: `${id}-bcc@example.org`,
    }),
    subject: SUBJECT,
    text: TEXT,
    substitutions: { name: id },
    attachments: [{ filename: 'report.pdf', content }],
  }));
}

/** What has to arrive of the same messages. */
export function askedFor(count: number, { recipients }: Pick<Shape, 'recipients'>): AskedMessage[] {
  const others = recipients === 'several' ? ['-cc', '-bcc'] : [];
  return idsOf(count).map((id) =>
    copyOf({
      recipients: ['', ...others].map((each) => `${id}${each}@example.org`),
      subject: SUBJECT.replace('{{name}}', id),
      text: TEXT.replace('{{name}}', id),
      files: [FILE],
    }),
  );
}

function idsOf(count: number): string[] {
  return Array.from({ length: count }, (_, at) => `m${at}`);
}

function contentOf(attachment: Row['attachment']): Buffer | Readable | (() => Readable) {
  if (attachment === 'buffer') return FILE;
  return attachment === 'function' ? slices : slices();
}

function slices(): Readable {
  const count = Math.ceil(FILE.length / SLICE);
  return Readable.from(
    Array.from({ length: count }, (_, at) => FILE.subarray(at * SLICE, (at + 1) * SLICE)),
    { objectMode: false },
  );
}
