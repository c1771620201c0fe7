import { createPrivateKey } from 'node:crypto';
import type { Problem } from '../errors/problem.js';
import { joinPath } from '../errors/problem.js';

/** How to sign messages so that receivers can tell that they come from the domain (RFC 6376). */
export interface DkimOptions {
  /** The domain that signs, as in `example.com`. */
  readonly domainName: string;
  /** Names the key: its public half is published at `<keySelector>._domainkey.<domainName>`. */
  readonly keySelector: string;
  /** The RSA private key in PEM, of 1,024 bits or more. */
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
 * What is wrong with DKIM options; nothing of the key is repeated. Asked before the first message.
 */
export function dkimProblems(dkim: DkimOptions, path: string): Problem[] {
  const problems: Problem[] = [];
  const check = (key: keyof DkimOptions, holds: boolean, message: string) => {
    if (!holds) problems.push({ path: joinPath(path, key), message });
  };
  check('domainName', DOMAIN.test(dkim.domainName), 'must be a domain in ASCII form');
  check('keySelector', SELECTOR.test(dkim.keySelector), 'must be a selector, as in mail2026');
  check('privateKey', isStrongRsaKey(dkim.privateKey), 'must be an RSA private key in PEM form');
  for (const key of ['headerFieldNames', 'skipFields'] as const) {
    check(key, FIELD_NAMES.test(dkim[key] ?? 'From'), 'must be header names apart by colons');
  }
  check('headerFieldNames', namesFrom(dkim.headerFieldNames) !== false, 'must name From');
  check('skipFields', namesFrom(dkim.skipFields) !== true, 'must not name From');
  return problems;
}

function isStrongRsaKey(pem: string): boolean {
  try {
    const key = createPrivateKey(pem);
    return (
      key.asymmetricKeyType === 'rsa' &&
      (key.asymmetricKeyDetails?.modulusLength ?? 0) >= MIN_KEY_BITS
    );
  } catch {
    return false;
  }
}

function namesFrom(names: string | undefined): boolean | undefined {
  return names?.toLowerCase().split(':').includes('from');
}
