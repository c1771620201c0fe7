import type { OutgoingEmail } from '../../message/outgoing-email.js';
import {
  MESSAGE,
  PAUSED,
  QUOTA,
  SENDER,
  SUSPENDED,
  THROTTLED,
  type SesMeaning,
} from './ses-errors.js';

/** Whom a message is from and to. */
export type SesParties = Pick<OutgoingEmail, 'from' | 'to' | 'cc' | 'bcc'>;

const RECIPIENT: SesMeaning = { ...MESSAGE, scope: 'recipient' };
const SUPPRESSED: SesMeaning = { ...RECIPIENT, category: 'suppressed' };

/** By "Email sending errors that Amazon SES returns" (Developer Guide), beyond what their type says. */
const BY_WORDS: ReadonlyArray<readonly [RegExp, SesMeaning]> = [
  [/\bquota\b.*\bexceed|\bexceed.*\bquota\b/i, QUOTA],
  [/\b(?:sending|signing) rate exceeded\b/i, THROTTLED],
  [/\bsending suspended\b|\baccount (?:is |has been )?suspended\b/i, SUSPENDED],
  [/\b(?:sending|account) (?:is |has been )?(?:paused|disabled)\b/i, PAUSED],
  [/\baddress blacklisted\b/i, SUPPRESSED],
];

const NOT_VERIFIED = /\b(?:address|domain|identit(?:y|ies)) (?:is|are) not verified\b/i;

/** Types that stand for several reasons, which only the words tell apart. */
const VAGUE: ReadonlySet<SesMeaning> = new Set([MESSAGE, THROTTLED, QUOTA]);

/** What an error means whose type means `meaning`, of a message with these parties. */
export function withWords(
  meaning: SesMeaning,
  words: string,
  parties: SesParties | undefined,
): SesMeaning {
  if (!VAGUE.has(meaning)) return meaning;
  if (meaning === MESSAGE && NOT_VERIFIED.test(words)) return unverified(words, parties);
  return BY_WORDS.find(([pattern]) => pattern.test(words))?.[1] ?? meaning;
}

/**
 * An identity that SES has not verified: the sender, or in the sandbox a recipient. The words name it, as
 * in `…failed the check in region EU-WEST-1: Ada <ada@example.org>, ada@example.org`.
 */
function unverified(words: string, parties: SesParties | undefined): SesMeaning {
  const named = new Set(addressesIn(words));
  if (parties === undefined || named.has(parties.from.address.toLowerCase())) return SENDER;
  const recipients = [...parties.to, ...parties.cc, ...parties.bcc];
  return recipients.some(({ address }) => named.has(address.toLowerCase())) ? RECIPIENT : SENDER;
}

function addressesIn(words: string): readonly string[] {
  // A list that is too long ends with an ellipsis.
  return (words.match(/[^\s<>,;"]+@[^\s<>,;"]+/g) ?? []).map((address) =>
    address.replace(/[.…]+$/, '').toLowerCase(),
  );
}
