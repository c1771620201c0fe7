import { isIPv4, isIPv6 } from 'node:net';
import { domainToASCII, domainToUnicode } from 'node:url';

const MAX_LENGTH = 253;
const LABEL = '[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?';
// The last label is never a number, so that no spelling of an IPv4 address passes for a domain.
const ASCII_DOMAIN = new RegExp(`^(?:${LABEL}\\.)+(?!\\d+$|0[xX][\\dA-Fa-f]*$)${LABEL}$`);
const PUNYCODE_LABEL = /(?:^|\.)xn--/i;
// Letters, marks and numbers only: no other dot, no soft hyphen, no direction mark. Of the two joiners, which
// Persian and the scripts of India need, UTS 46 takes those that are where they belong (ContextJ, RFC 5892).
const INTERNATIONAL_DOMAIN = /^(?:[\p{L}\p{M}\p{N}.-]|\u200c|\u200d)+$/u;
const LOCALHOST = /(?:^|\.)localhost$/i;
const LITERAL = /^\[(?:(IPv6:)?([\dA-Fa-f:.]+))\]$/i;
const BEYOND_ASCII = /\P{ASCII}/u;

/** True for text that ASCII cannot carry. */
export function isInternational(text: string): boolean {
  return BEYOND_ASCII.test(text);
}

/**
 * The domain as it travels: ASCII as given, international ones as punycode (`bücher.example` gives
 * `xn--bcher-kva.example`); `undefined` for what is no domain of at least two labels. What UTS 46 would
 * replace by other characters than the lower-case ones is refused: it would reach someone else.
 */
export function asciiDomain(domain: string): string | undefined {
  if (domain.length > MAX_LENGTH) return undefined;
  if (isInternational(domain)) return punycode(domain);
  if (!ASCII_DOMAIN.test(domain)) return undefined;
  if (PUNYCODE_LABEL.test(domain) && !isDecodable(domain)) return undefined;
  return domain;
}

/**
 * True for what only mail servers take after the @: an address literal (`[192.0.2.5]`, `[IPv6:2001:db8::1]`;
 * RFC 5321 section 4.1.3), `localhost` and the names below it (RFC 6761 section 6.3).
 */
export function isLocalDomain(domain: string): boolean {
  const [, tag, address = ''] = LITERAL.exec(domain) ?? [];
  if (address === '') return LOCALHOST.test(domain);
  return tag === undefined ? isIPv4(address) : isIPv6(address);
}

function punycode(domain: string): string | undefined {
  if (!INTERNATIONAL_DOMAIN.test(domain)) return undefined;
  const ascii = domainToASCII(domain);
  if (ascii.length > MAX_LENGTH || !ASCII_DOMAIN.test(ascii)) return undefined;
  if (domainToUnicode(ascii) !== domain.toLowerCase().normalize('NFC')) return undefined;
  return staysInternational(domain, ascii) ? ascii : undefined;
}

/** False when a label turned into plain ASCII: the Kelvin sign is not the letter k. */
function staysInternational(domain: string, ascii: string): boolean {
  const labels = ascii.split('.');
  return domain
    .split('.')
    .every((label, index) => !isInternational(label) || labels[index]?.startsWith('xn--'));
}

function isDecodable(domain: string): boolean {
  const lower = domain.toLowerCase();
  return domainToASCII(domainToUnicode(lower)) === lower;
}
