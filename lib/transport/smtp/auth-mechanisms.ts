import { createHmac } from 'node:crypto';

/** The ways of logging in that this client has (RFC 4616, RFC 2195; LOGIN and XOAUTH2 have no RFC). */
export const AUTH_METHODS = ['PLAIN', 'LOGIN', 'CRAM-MD5', 'XOAUTH2'] as const;

/** One of them. */
export type SmtpAuthMethod = (typeof AUTH_METHODS)[number];

/** One login: a command, and what is answered to each challenge (334) after it. */
export interface AuthExchange {
  readonly command: string;
  readonly answers: readonly ((challenge: Buffer) => string)[];
}

/** The exchanges with a password, by mechanism, in the order in which they are tried. */
export const PASSWORD_EXCHANGES = {
  PLAIN: (user: string, pass: string): AuthExchange => {
    const response = base64(`\0${user}\0${pass}`);
    // Some servers ask for what came with the command already (RFC 4954, section 4).
    return { command: `AUTH PLAIN ${response}`, answers: [() => response] };
  },
  LOGIN: (user: string, pass: string): AuthExchange => ({
    command: 'AUTH LOGIN',
    answers: [() => base64(user), () => base64(pass)],
  }),
  'CRAM-MD5': (user: string, pass: string): AuthExchange => {
    const digest = (challenge: Buffer) => createHmac('md5', pass).update(challenge).digest('hex');
    const respond = (challenge: Buffer) => base64(`${user} ${digest(challenge)}`);
    return { command: 'AUTH CRAM-MD5', answers: [respond] };
  },
} as const;

/**
 * The exchange with an OAuth2 token: a challenge is the error of a token that is refused, and ends with
 * nothing.
 */
export function tokenExchange(user: string, token: string, onRefusal: () => void): AuthExchange {
  const endError = (): string => {
    onRefusal();
    return '';
  };
  return { command: `AUTH XOAUTH2 ${xoauth2(user, token)}`, answers: [endError] };
}

/** A token in the form in which it goes over the wire. */
export function xoauth2(user: string, token: string): string {
  return base64(`user=${user}\x01auth=Bearer ${token}\x01\x01`);
}

function base64(text: string): string {
  return Buffer.from(text).toString('base64');
}
