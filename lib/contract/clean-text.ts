const LIMIT = 500;
/** A shorter one stands in ordinary words by chance, and masking it there would give it away. */
const SHORTEST_SECRET = 4;
const CONTROLS = /[\p{Cc}\u2028\u2029]+/gu;
// Linear on any input: the quantified classes do not overlap with what follows them.
const ADDRESS =
  /(?:"[^"\r\n]{0,64}"|[^\s<>()[\]",;:@%]*[^\s<>()[\]"',;:@%])(?:@|%40)(?:\[[^\]\s]{1,64}\]|[^\s<>()[\]"',;:@]+)/gi;
const CREDENTIALS_IN_URL = /\/\/[^\s/@]+@/g;
/** A character of any of these, or half of a pair. The last words of most servers have none. */
const IN_DOUBT = /[@%/\p{Cc}\u2028\u2029\p{Cs}]/u;

/**
 * Makes a provider's words fit for errors and logs: one line, no addresses, none of the `secrets` of
 * at least four characters, at most 500 characters.
 */
export function cleanText(text: unknown, secrets: readonly string[] = []): string {
  let clean = String(text).slice(0, 10 * LIMIT);
  for (const secret of secrets) {
    if (secret.length >= SHORTEST_SECRET) clean = clean.replaceAll(secret, '[secret]');
  }
  if (!IN_DOUBT.test(clean)) return shortened(clean.trim());
  clean = clean
    .replace(CREDENTIALS_IN_URL, '//[secret]@')
    .replace(ADDRESS, '[address]')
    .replace(CONTROLS, ' ')
    .trim()
    .toWellFormed();
  return shortened(clean);
}

function shortened(text: string): string {
  return text.length <= LIMIT ? text : `${text.slice(0, LIMIT - 1)}…`;
}
