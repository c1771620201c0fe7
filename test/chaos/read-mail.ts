import { createHash } from 'node:crypto';
import { parseStrictly, type StrictPart } from '../fixtures/strict-mime.js';
import type { LedgerContent } from './ledger.js';

/** A file as the ledger compares it: its name and a digest of its bytes. */
export function attachmentDigest(filename: string, bytes: Uint8Array): string {
  return `${filename} ${createHash('sha1').update(bytes).digest('hex')}`;
}

/** Reads a message as it came over the wire after DATA, without its final dot. */
export function readMail(wire: Buffer): LedgerContent {
  const source = `${wire.toString('latin1')}\r\n`.replace(/^\.\./gm, '.');
  try {
    const parts = leaves(parseStrictly(source));
    const text = parts.find(
      ({ type, filename }) => type === 'text/plain' && filename === undefined,
    );
    return {
      subject: subjectOf(source),
      text: (text?.bytes.toString('utf8') ?? '').replaceAll('\r\n', '\n').replace(/\n$/, ''),
      attachments: parts
        .filter(({ filename }) => filename !== undefined)
        .map(({ filename = '', bytes }) => attachmentDigest(filename, bytes)),
    };
  } catch (error) {
    // What cannot be read differs from whatever was asked for.
    return { subject: `unreadable: ${String(error)}`, text: '', attachments: [] };
  }
}

function leaves(part: StrictPart): StrictPart[] {
  return part.parts.length === 0 ? [part] : part.parts.flatMap(leaves);
}

/** The subject, unfolded. */
function subjectOf(source: string): string {
  const headers = source.slice(0, source.indexOf('\r\n\r\n')).replace(/\r\n(?=[ \t])/g, '');
  return /^subject:[ \t]*(.*?)\r?$/im.exec(headers)?.[1] ?? '';
}
