const WHAT =
  /\b(?:credits?|quotas?|(?:messag\w+|sending|send|e-?mails?|daily|monthly|plan|account)\s+(?:\w+\s+)?limits?)\b/i;
const IS_GONE =
  /\b(?:exceeded|reached|exhausted|depleted|insufficient|used up|run out|out of|not enough|no)\b/i;

/**
 * Whether a refusal says that what the account may send is used up, as in `Maximum credits exceeded`. For
 * providers that have no code for it.
 */
export function isQuotaUsedUp(words: string): boolean {
  return WHAT.test(words) && IS_GONE.test(words);
}
