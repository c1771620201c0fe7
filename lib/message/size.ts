import type { MailAddress } from './mail-address.js';
import type { OutgoingEmail } from './outgoing-email.js';
import { remembered } from './remembered.js';

// The headers and structure that every message has, in bytes; a generous guess.
const FRAME_BYTES = 512;
const PER_RECIPIENT_BYTES = 32;
const PER_ATTACHMENT_BYTES = 256;

/**
 * About how many bytes the message takes in a provider's call, for planning batches: bodies as they are,
 * attachments as base64, addresses, headers and data. What a function will stream is not known and
 * counts as nothing.
 */
export function estimatedBytes(email: OutgoingEmail): number {
  return (
    FRAME_BYTES +
    estimatedContentBytes(email) +
    addressBytes(email.to) +
    addressBytes(email.cc) +
    addressBytes(email.bcc) +
    valueBytes(email.headers) +
    valueBytes(email.metadata) +
    valueBytes(email.substitutions) +
    jsonBytes(email.templateData)
  );
}

/** About how much of that is subject, bodies and attachments, which many messages may have in common. */
export function estimatedContentBytes(email: OutgoingEmail): number {
  return (
    textBytes(email.subject) +
    textBytes(email.html) +
    textBytes(email.text) +
    attachmentBytes(email)
  );
}

/** Bytes of what the message brings along, as far as they are known: bodies and attachments, not encoded. */
export function contentBytes(
  email: Partial<Pick<OutgoingEmail, 'html' | 'text' | 'attachments'>>,
): number {
  let bytes = textBytes(email.html) + textBytes(email.text);
  for (const { content } of email.attachments ?? []) {
    if (typeof content !== 'function') bytes += content.byteLength;
  }
  return bytes;
}

// Shorter ones are as fast to measure as to find.
const LONG_TEXT = 256;
const bytesOf = remembered((text) => Buffer.byteLength(text));

/** Asked several times of each body, and the messages of a bulk may have one in common. */
function textBytes(text: string | undefined): number {
  if (text === undefined) return 0;
  return text.length < LONG_TEXT ? Buffer.byteLength(text) : bytesOf(text);
}

function addressBytes(addresses: readonly MailAddress[]): number {
  let bytes = 0;
  for (const { name, address } of addresses) {
    bytes += PER_RECIPIENT_BYTES + address.length + textBytes(name);
  }
  return bytes;
}

function attachmentBytes({ attachments }: OutgoingEmail): number {
  let bytes = 0;
  for (const { content } of attachments) {
    bytes += PER_ATTACHMENT_BYTES;
    if (typeof content !== 'function') bytes += Math.ceil(content.byteLength / 3) * 4;
  }
  return bytes;
}

function valueBytes(values: NonNullable<OutgoingEmail['substitutions']> = {}): number {
  let bytes = 0;
  for (const key of Object.keys(values)) bytes += key.length + textBytes(String(values[key])) + 6;
  return bytes;
}

function jsonBytes(data: unknown): number {
  return data === undefined ? 0 : Buffer.byteLength(JSON.stringify(data));
}
