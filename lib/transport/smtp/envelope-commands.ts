import type { ServerOffer } from './server-offer.js';
import type { SmtpDsn, SmtpEnvelope } from './smtp-result.js';

/** MAIL and its parameters, as far as the server knows them, with its line break. */
export function mailCommand(
  { from, size, smtpUtf8, dsn }: SmtpEnvelope,
  offer: ServerOffer,
): string {
  let command = `MAIL FROM:<${from}>`;
  if (smtpUtf8 === true) {
    command += ' SMTPUTF8';
    // Where addresses are not ASCII, headers are not either.
    if (offer.offers('8BITMIME')) command += ' BODY=8BITMIME';
  }
  if (size !== undefined && size > 0 && offer.offers('SIZE')) command += ` SIZE=${size}`;
  if (dsn?.ret !== undefined) command += ` RET=${dsn.ret}`;
  if (dsn?.envid !== undefined) command += ` ENVID=${xtext(dsn.envid)}`;
  return `${command}\r\n`;
}

/** RCPT for one recipient, with its line break. */
export function rcptCommand(recipient: string, dsn?: SmtpDsn): string {
  const notify = dsn?.notify === undefined ? '' : ` NOTIFY=${dsn.notify.join(',')}`;
  return `RCPT TO:<${recipient}>${notify}\r\n`;
}

/** RFC 3461, section 4: what could end or change a parameter goes as the hex of its bytes. */
function xtext(text: string): string {
  return text.replace(/[^!-~]|[+=]/gu, (character) =>
    [...Buffer.from(character)]
      .map((byte) => `+${byte.toString(16).toUpperCase().padStart(2, '0')}`)
      .join(''),
  );
}
