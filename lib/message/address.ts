import { asciiDomain, isLocalDomain } from './domain.js';
import type { MailAddress } from './mail-address.js';
import { isRecord } from './rule.js';
import { hasControls, isLongerThan } from './text-rules.js';

const MAX_ENTRY_LENGTH = 1_000;
const MAX_INPUT_BYTES = 320;
const MAX_LOCAL_BYTES = 64;
const MAX_ADDRESS_BYTES = 254;
const MAX_NAME_BYTES = 320;

// RFC 5322 atext, and the letters, marks and numbers of other scripts (RFC 6531).
const ATOM = "[A-Za-z0-9!#$%&'*+/=?^_`{|}~\\p{L}\\p{M}\\p{N}-]+";
const DOT_ATOM = new RegExp(`^${ATOM}(?:\\.${ATOM})*$`, 'u');
// RFC 5321 section 4.1.2, but for angle brackets, at which a careless server would end the address.
const QUOTED_LOCAL = /^"(?:[ !#-;=?-[\]-~\p{L}\p{M}\p{N}]|\\[ -;=?-~])+"$/u;
const QUOTED_NAME = /^"((?:[^"\\]|\\.)*)"$/s;
const NEEDS_QUOTES = /[,;:<>@"()[\]\\]/;

/** One mailbox, or what is wrong with the input: without repeating it, so that it may be logged. */
export type ParsedAddress = { readonly address: MailAddress } | { readonly problem: string };

const FORMS = `must be 'a@b.example', 'Name <a@b.example>' or { name?, address }`;

/**
 * The one address rule, for every field and provider. Takes `'a@b.example'`, `'Name <a@b.example>'`,
 * `'"Name, quoted" <a@b.example>'` or `{ name?, address }`, one mailbox an entry, and repairs nothing:
 * what is not surely one mailbox is a problem. Also takes the addresses of `isSpecialAddress`. Reads at most 1,000 characters. Never throws for plain data.
 */
export function parseAddress(input: unknown): ParsedAddress {
  if (typeof input === 'string') return parseText(input);
  if (isRecord(input)) return parseObject(input);
  return { problem: FORMS };
}

/** The same for a bare address, as an envelope takes it: `'a@b.example'`. */
export function parseBareAddress(input: unknown): ParsedAddress {
  if (typeof input !== 'string') return { problem: `must be text of the form 'a@b.example'` };
  if (isLongerThan(input, MAX_INPUT_BYTES)) return { problem: 'is too long for an address' };
  const at = input.lastIndexOf('@');
  if (at < 1) return { problem: 'has no address of the form a@b.example' };
  const local = input.slice(0, at);
  if (!DOT_ATOM.test(local) && !QUOTED_LOCAL.test(local)) return { problem: describeLocal(local) };
  // Mail programs would decode it, and answer to somebody else.
  if (local.includes('=?')) return { problem: 'must not have =? before the @' };
  if (isLongerThan(local, MAX_LOCAL_BYTES))
    return { problem: 'has more than 64 bytes before the @' };
  const domain = domainOf(input.slice(at + 1));
  if (domain === undefined) return { problem: 'has no valid domain after the @' };
  const address = `${local}@${domain}`;
  if (isLongerThan(address, MAX_ADDRESS_BYTES)) return { problem: 'is longer than 254 bytes' };
  return { address: { address } };
}

/**
 * True for an address that mail servers take and no API does: with quotes before the @, or with an address
 * literal or `localhost` after it.
 */
export function isSpecialAddress(address: string): boolean {
  if (address.startsWith('"')) return true;
  const last = address.charAt(address.length - 1);
  // Asked for every address: most end in another letter.
  return (
    (last === ']' || last === 't' || last === 'T') &&
    isLocalDomain(address.slice(address.lastIndexOf('@') + 1))
  );
}

/** The mailbox as text that `parseAddress` reads back to the same; a name is quoted where it must be. */
export function formatAddress({ name, address }: MailAddress): string {
  if (name === undefined) return address;
  if (!NEEDS_QUOTES.test(name)) return `${name} <${address}>`;
  return `"${name.replace(/["\\]/g, '\\$&')}" <${address}>`;
}

function domainOf(written: string): string | undefined {
  return asciiDomain(written) ?? (isLocalDomain(written) ? written : undefined);
}

function parseText(text: string): ParsedAddress {
  if (text.length > MAX_ENTRY_LENGTH) return { problem: 'is too long for an address' };
  const open = text.endsWith('>') ? text.lastIndexOf('<') : -1;
  if (open === -1) return parseBareAddress(text);
  const written = text.slice(0, open).trim();
  const quoted = QUOTED_NAME.exec(written);
  if (quoted === null && NEEDS_QUOTES.test(written)) {
    return { problem: 'has a name that needs quotes: put it in "…" or use { name, address }' };
  }
  const name = quoted === null ? written : (quoted[1] ?? '').replace(/\\(.)/gs, '$1');
  return withName(name, text.slice(open + 1, -1));
}

function parseObject(input: Readonly<Record<string, unknown>>): ParsedAddress {
  for (const key of Object.keys(input)) {
    if (key !== 'name' && key !== 'address') {
      return { problem: 'has a key besides name and address' };
    }
  }
  const name = Object.hasOwn(input, 'name') ? input['name'] : undefined;
  const address = Object.hasOwn(input, 'address') ? input['address'] : undefined;
  if (name !== undefined && typeof name !== 'string')
    return { problem: 'has a name that is no text' };
  return withName(name ?? '', address);
}

function withName(written: string, bare: unknown): ParsedAddress {
  const parsed = parseBareAddress(bare);
  if ('problem' in parsed) return parsed;
  if (isLongerThan(written, MAX_NAME_BYTES)) {
    return { problem: 'has a name of more than 320 bytes' };
  }
  if (hasControls(written)) return { problem: 'has a name with control characters' };
  const name = written.trim().toWellFormed();
  return name === '' ? parsed : { address: { name, address: parsed.address.address } };
}

function describeLocal(local: string): string {
  if (/[,;]/.test(local)) return 'must be one address: give several as a list';
  return 'has characters before the @ that are not allowed there';
}
