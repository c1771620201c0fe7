import { createPrivateKey } from 'node:crypto';
import type { Problem } from '../errors/problem.js';
import { joinPath } from '../errors/problem.js';

/** How to sign messages so that receivers can tell that they come from the domain (RFC 6376). */
export interface DkimOptions {
  /** The domain that signs, as in `example.com`. */
  readonly domainName: string;
  /** Names the key: its public half is published at `<keySelector>._domainkey.<domainName>`. */
  readonly keySelector: string;
  /**
   * The private key in PEM: RSA of 1,024 bits or more, or Ed25519 (RFC 8463). As not every receiver knows
   * Ed25519, such a key stands best beside an RSA key.
   */
  readonly privateKey: string;
  /**
   * The headers to sign, apart by colons, of those that a message has. A name that stands twice is signed
   * once more than it is there, so that nobody can add a second one.
   *
   * @default From (twice), Reply-To, Subject, Date, To, Cc, Message-ID, In-Reply-To, References,
   * MIME-Version, Content-Type, Content-Transfer-Encoding, all List-…, Feedback-ID, CFBL-…, BIMI-Selector
   */
  readonly headerFieldNames?: string;
  /** Headers to leave out of the signature, apart by colons, for services that change them. */
  readonly skipFields?: string;
}

const DOMAIN = /^[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63})+$/;
const SELECTOR = /^[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63})*$/;
const FIELD_NAMES = /^[!-9;-~]+(?::[!-9;-~]+)*$/;
const MIN_KEY_BITS = 1024;

/**
 * What is wrong with DKIM options, of one key or of several; nothing of a key is repeated. Asked before the
 * first message.
 */
export function dkimProblems(dkim: DkimOptions | readonly DkimOptions[], path: string): Problem[] {
  if (!isList(dkim)) return keyProblems(dkim, path);
  if (dkim.length === 0) return [{ path, message: 'must have one key at least' }];
  const problems = dkim.flatMap((key, at) => keyProblems(key, joinPath(path, at)));
  const names = dkim.map((key) => `${key.keySelector}._domainkey.${key.domainName}`.toLowerCase());
  for (const [at, name] of names.entries()) {
    if (names.indexOf(name) === at) continue;
    const place = joinPath(joinPath(path, at), 'keySelector');
    problems.push({ path: place, message: 'must differ from those of the other keys' });
  }
  return problems;
}

function isList(dkim: DkimOptions | readonly DkimOptions[]): dkim is readonly DkimOptions[] {
  return Array.isArray(dkim);
}

function keyProblems(dkim: DkimOptions, path: string): Problem[] {
  const problems: Problem[] = [];
  const check = (key: keyof DkimOptions, holds: boolean, message: string) => {
    if (!holds) problems.push({ path: joinPath(path, key), message });
  };
  check('domainName', DOMAIN.test(dkim.domainName), 'must be a domain in ASCII form');
  check('keySelector', SELECTOR.test(dkim.keySelector), 'must be a selector, as in mail2026');
  check(
    'privateKey',
    isStrongKey(dkim.privateKey),
    'must be an RSA or Ed25519 private key in PEM form',
  );
  for (const key of ['headerFieldNames', 'skipFields'] as const) {
    check(key, FIELD_NAMES.test(dkim[key] ?? 'From'), 'must be header names apart by colons');
  }
  check('headerFieldNames', namesFrom(dkim.headerFieldNames) !== false, 'must name From');
  check('skipFields', namesFrom(dkim.skipFields) !== true, 'must not name From');
  return problems;
}

function isStrongKey(pem: string): boolean {
  try {
    const { asymmetricKeyType: type, asymmetricKeyDetails: details } = createPrivateKey(pem);
    return type === 'ed25519' || (type === 'rsa' && (details?.modulusLength ?? 0) >= MIN_KEY_BITS);
  } catch {
    return false;
  }
}

function namesFrom(names: string | undefined): boolean | undefined {
  return names?.toLowerCase().split(':').includes('from');
}
