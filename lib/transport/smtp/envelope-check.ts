import { localFault } from './smtp-fault.js';
import type { SmtpEnvelope, SmtpFault } from './smtp-result.js';

// What could end an address or a command on the wire, and what the client would trim away or read else.
const UNFIT = /[\p{Cc}\p{Z}<>]/u;
// In quotes a space is one (RFC 5321 section 4.1.2).
const UNFIT_QUOTED = /(?! )[\p{Cc}\p{Z}<>]/u;

/**
 * The last look at an envelope before a connection is asked for: exactly these addresses go to the
 * server, so none may be changed on the way or say more than an address.
 */
export function envelopeFault({ from, to }: SmtpEnvelope): SmtpFault | undefined {
  if (to.length === 0) return localFault('mail', 'envelope', 'The message has no recipient');
  if (isUnfit(from) || to.some((address) => address === '' || isUnfit(address))) {
    return localFault('mail', 'envelope', 'An address of the envelope is not one');
  }
  return undefined;
}

function isUnfit(address: string): boolean {
  return (address.startsWith('"') ? UNFIT_QUOTED : UNFIT).test(address);
}
