import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { simpleParser, type ParsedMail } from 'mailparser';

/** The copy of one recipient, as the server left it in the Maildir. */
export interface DeliveredCopy {
  /** Whom the envelope named. */
  readonly recipient: string;
  /** Our Message-ID. */
  readonly messageId: string;
  /** The server's id of the message that this is a copy of. */
  readonly queueId: string;
  readonly source: Buffer;
}

/** Takes every copy out of a Maildir. What is only half written is not in its folder `new`. */
export function takeFromMaildir(folder: string): DeliveredCopy[] {
  if (!existsSync(folder)) return [];
  const files = readdirSync(join(folder, 'new')).map((name) => join(folder, 'new', name));
  return files.map((file) => {
    const copy = copyOf(readFileSync(file));
    rmSync(file);
    return copy;
  });
}

/** Waits until a server has nothing left to do: no message queued, however often one looks. */
export async function whenIdle(queued: () => number): Promise<void> {
  let idle = 0;
  for (let tries = 0; idle < 3; tries += 1) {
    const count = queued();
    if (tries === 2_000) throw new Error(`${count} messages stay in the queue`);
    idle = count === 0 ? idle + 1 : 0;
    await wait(20);
  }
}

/** A copy as a parser by others reads it; neither our library nor nodemailer's composer has a part in it. */
export function parse(copy: DeliveredCopy): Promise<ParsedMail> {
  return simpleParser(copy.source, {
    keepCidLinks: true,
    skipHtmlToText: true,
    skipTextToHtml: true,
  });
}

function copyOf(source: Buffer): DeliveredCopy {
  const end = /\r?\n\r?\n/.exec(source.toString('latin1'))?.index ?? source.length;
  const head = source
    .subarray(0, end)
    .toString('utf8')
    .replace(/\r?\n(?=[ \t])/g, '');
  const field = (pattern: RegExp) => pattern.exec(head)?.[1] ?? '';
  return {
    recipient: field(/^(?:Delivered-To|Envelope-to):\s*(.*?)\s*$/im),
    messageId: field(/^Message-ID:\s*(.*?)\s*$/im),
    queueId: field(/^Received:.*?\bid\s+([\w-]+)/im),
    source,
  };
}
