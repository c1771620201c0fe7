import { ask } from './ask.js';
import {
  PASSWORD_EXCHANGES,
  tokenExchange,
  type AuthExchange,
  type SmtpAuthMethod,
} from './auth-mechanisms.js';
import type { OAuth2Tokens } from './oauth2-tokens.js';
import type { PhaseClock } from './phase-clock.js';
import type { ServerOffer } from './server-offer.js';
import {
  expiredFault,
  faultOf,
  localFault,
  replyFault,
  type SmtpClientError,
} from './smtp-fault.js';
import type { SmtpLine } from './smtp-line.js';
import { isGoAhead, isYes, type SmtpReply } from './smtp-reply.js';
import type { SmtpFault } from './smtp-result.js';
import type { SmtpAuth } from './smtp-settings.js';

/** Where a login takes place. */
export interface LoginPlace {
  readonly line: SmtpLine;
  readonly offer: ServerOffer;
  readonly clock: PhaseClock;
}

/** This way of logging in is refused, not the credentials (RFC 4954, sections 4 and 6). */
const MECHANISM_REFUSED: readonly (number | undefined)[] = [504, 534, 538];
const MECHANISM_REFUSED_STATUS = /^5\d\d[ -]5\.7\.(?:4|9|11)(?!\d)/m;

/** The credentials are refused (RFC 4954, section 6). */
const TOKEN_REFUSED = 535;

/**
 * Logs in by a mechanism that the server offers, so that a password never goes out by another; where the
 * mechanism is refused, by the next one. Returns what is wrong, if anything.
 */
export async function authenticate(
  auth: SmtpAuth,
  tokens: OAuth2Tokens | undefined,
  place: LoginPlace,
): Promise<SmtpFault | undefined> {
  const ways = waysOf(auth, tokens, place);
  const wanted = ways.filter(({ method }) => method === (auth.method ?? method));
  const offered = wanted.filter(({ method }) => place.offer.mechanisms.has(method));
  let fault = notOffered(wanted, place.offer);
  for (const { logIn } of offered) {
    const refusal = await logIn();
    if (refusal === undefined || !isMechanismRefused(refusal)) return refusal;
    fault = refusal;
  }
  return fault;
}

/** A mechanism, and the login by it. */
interface Way {
  readonly method: SmtpAuthMethod;
  readonly logIn: () => Promise<SmtpFault | undefined>;
}

/** The ways to log in with these credentials, in the order in which they are tried. */
function waysOf(auth: SmtpAuth, tokens: OAuth2Tokens | undefined, place: LoginPlace): Way[] {
  const { user } = auth;
  if (!('pass' in auth)) {
    return [{ method: 'XOAUTH2', logIn: () => withToken(user, tokens, place) }];
  }
  const { pass } = auth;
  return (['PLAIN', 'LOGIN', 'CRAM-MD5'] as const).map((method) => ({
    method,
    logIn: () => run(PASSWORD_EXCHANGES[method](user, pass), place),
  }));
}

/** A token that is refused is renewed once. */
async function withToken(
  user: string,
  tokens: OAuth2Tokens | undefined,
  place: LoginPlace,
): Promise<SmtpFault | undefined> {
  if (tokens === undefined) return localFault('auth', 'not-offered', 'There is no token');
  let refused: string | undefined;
  for (;;) {
    const token = await tokenInTime(tokens, place.clock, refused);
    if (typeof token !== 'string') return token;
    let isChallenged = false;
    const exchange = tokenExchange(user, token, () => (isChallenged = true));
    const fault = await run(exchange, place);
    const isRefused = fault?.replyCode === TOKEN_REFUSED || (isChallenged && isReply(fault));
    if (!isRefused || refused !== undefined || !tokens.canRenew) return fault;
    refused = token;
  }
}

/** The token, or why there is none by the time that the attempt has. */
function tokenInTime(
  tokens: OAuth2Tokens,
  clock: PhaseClock,
  refused: string | undefined,
): Promise<string | SmtpFault> {
  if (clock.expired !== undefined) return Promise.resolve(expiredFault('auth', clock.expired));
  return new Promise((resolve) => {
    const settle = (end: string | SmtpFault): void => {
      unwatch();
      resolve(end);
    };
    const unwatch = clock.watch((expiry) => settle(expiredFault('auth', expiry)));
    void tokens
      .token(refused)
      .then(settle, (error: SmtpClientError) => settle(faultOf(error, 'auth')));
  });
}

async function run(exchange: AuthExchange, place: LoginPlace): Promise<SmtpFault | undefined> {
  const { line, clock } = place;
  let answer = await ask(line, exchange.command, clock);
  for (const respond of exchange.answers) {
    if (!('reply' in answer) || !isGoAhead(answer.reply)) break;
    answer = await ask(line, respond(challengeOf(answer.reply)), clock);
  }
  if ('expiry' in answer) return expiredFault('auth', answer.expiry);
  if ('error' in answer) return faultOf(answer.error, 'auth');
  return isYes(answer.reply) ? undefined : replyFault('auth', answer.reply);
}

function challengeOf({ text }: SmtpReply): Buffer {
  return Buffer.from(text.slice(text.lastIndexOf('\n') + 1).slice('334 '.length), 'base64');
}

function isReply(fault: SmtpFault | undefined): boolean {
  return fault?.reason === 'reply';
}

function isMechanismRefused({ reason, replyCode, text }: SmtpFault): boolean {
  return (
    reason === 'reply' &&
    (MECHANISM_REFUSED.includes(replyCode) || MECHANISM_REFUSED_STATUS.test(text))
  );
}

function notOffered(ways: readonly Way[], { mechanisms }: ServerOffer): SmtpFault {
  const offered = mechanisms.size === 0 ? 'no AUTH' : `AUTH by ${[...mechanisms].join(', ')} only`;
  const wanted = ways.map(({ method }) => method).join(', ');
  const text = `Credentials are set, for ${wanted}, but the server offers ${offered}`;
  return localFault('auth', 'not-offered', text);
}
