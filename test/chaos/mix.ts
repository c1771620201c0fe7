import { Readable } from 'node:stream';
import type { EmailMessageDto } from 'nest-mailbridge';
import { numberOf, type AskedMessage, type AskedMessages } from './ledger.js';
import { attachmentDigest } from './read-mail.js';

/** A message of a chaos run, and what must become of it. */
export interface MixedMessage {
  readonly message: Partial<EmailMessageDto> & Pick<EmailMessageDto, 'to'>;
  readonly asked: AskedMessage & Required<Pick<AskedMessage, 'content'>>;
}

const SENTENCE = 'Something has happened, {{name}}. '.repeat(20);
/** Lines that begin with a dot, which SMTP must not lose. */
const TEXT = `Hello, {{name}}\n.\n..\n${SENTENCE}\n.`;
const FILE_BYTES = 3_000;
const PIECE_BYTES = 700;

/**
 * The message of that number, always the same one: most of them are of one text with values, so that
 * they share batches; of ten, one has a text of its own, two have a file, one of them as a stream, and
 * two go to several people, one of them with a streamed file.
 */
export function mixedMessage(number: number): MixedMessage {
  const id = `m${number}`;
  const kind = number % 10;
  const name = `Person ${id}`;
  const own = kind === 5;
  const text = TEXT.replaceAll('{{name}}', name);
  const subject = `News for ${name}`;
  const file = kind >= 6 && kind !== 8 ? fileOf(id) : undefined;
  const people = peopleOf(id, kind);
  const attachment = file && {
    filename: file.filename,
    content: kind === 6 ? file.bytes : () => Readable.from(pieces(file.bytes)),
  };
  return {
    message: {
      id,
      ...people,
      ...(own
        ? { subject, text }
        : { subject: 'News for {{name}}', text: TEXT, substitutions: { name } }),
      ...(attachment && { attachments: [attachment] }),
    },
    asked: {
      id,
      recipients: Object.values(people).flat(),
      content: {
        subject,
        text,
        attachments: file ? [attachmentDigest(file.filename, file.bytes)] : [],
      },
    },
  };
}

/** So many messages of the mix. */
export function mix(count: number): AskedMessages {
  return { count, maxRecipients: 3, at: (number) => mixedMessage(number).asked, numberOf };
}

function peopleOf(id: string, kind: number): Readonly<Record<string, string[]>> & { to: string[] } {
  const address = (who: string) => `${id}${who}@example.org`;
  const to = [address('')];
  if (kind === 8) return { to: [...to, address('.second')] };
  return kind === 9 ? { to, cc: [address('.cc')], bcc: [address('.bcc')] } : { to };
}

/** A file that no other message has. */
function fileOf(id: string): { readonly filename: string; readonly bytes: Buffer } {
  const bytes = Buffer.alloc(FILE_BYTES, `${id}\r\n.\r\n\u0000\u00ff`, 'latin1');
  return { filename: `${id}.pdf`, bytes };
}

function pieces(bytes: Buffer): Buffer[] {
  const count = Math.ceil(bytes.length / PIECE_BYTES);
  return Array.from({ length: count }, (_, at) =>
    bytes.subarray(at * PIECE_BYTES, (at + 1) * PIECE_BYTES),
  );
}
