import type { SmtpFault, SmtpStage } from './smtp-result.js';

const OPENING: readonly SmtpStage[] = ['connect', 'greeting', 'tls', 'auth'];

/** A system error, a broken connection or a broken handshake, but no certificate and no credentials. */
const CUT = /^(?:E(?!RR_|AUTH$|OAUTH2$)|ERR_SSL_)/;

/** Refuses a login for reasons other than the credentials, such as too many connections of one user. */
const NOT_NOW = 554;

/**
 * Whether a connection could not be opened for a reason that the other connections of the pool need not
 * share: the server takes no more of them. A wrong password or certificate is no such reason.
 */
export function isRefusedConnection({ stage, reason, replyCode, nodeCode }: SmtpFault): boolean {
  if (!OPENING.includes(stage)) return false;
  if (reason === 'reply') return isNotNow(stage, replyCode ?? 0);
  return reason === 'timeout' || (reason === 'lost' && CUT.test(nodeCode ?? ''));
}

function isNotNow(stage: SmtpStage, replyCode: number): boolean {
  return stage === 'greeting' || replyCode < 500 || (stage === 'auth' && replyCode === NOT_NOW);
}
