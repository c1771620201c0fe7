import type { Observable } from 'rxjs';
import type { EmailResponseDto } from '../contract/email-response.dto.js';
import type { MailHandler, MailInterceptor } from '../contract/mail-interceptor.js';
import { ConfigurationError } from '../errors/configuration.error.js';
import type { Problem } from '../errors/problem.js';
import { parseAddress, parseBareAddress } from '../message/address.js';
import type { AddressInput, MailAddress } from '../message/mail-address.js';
import type { OutgoingEmail } from '../message/outgoing-email.js';

/** Where messages go instead. */
export interface RedirectOptions {
  /** Who gets them. */
  to: AddressInput;
  /** Who may still be written to: addresses, and whole domains as in `'@example.com'`. @default nobody */
  allow?: readonly string[] | undefined;
}

/** The header that says whom a redirected message was for, except for its hidden recipients. */
const ORIGINAL_TO = 'X-Original-To';
// A header that is much longer is no help to anybody, and more than some servers take.
const LISTED = 20;

/**
 * Sends every message to one address instead of its recipients, for staging: each recipient that is not
 * on the list is taken out of to, cc and bcc, and the address is put into `to` once. A message that is
 * only for those on the list stays as it is.
 */
export class RedirectInterceptor implements MailInterceptor {
  readonly #to: MailAddress;
  readonly #addresses = new Set<string>();
  readonly #domains = new Set<string>();

  /** @throws ConfigurationError naming every entry that is no address */
  constructor({ to, allow = [] }: RedirectOptions) {
    const problems: Problem[] = [];
    const target = parseAddress(to);
    if ('problem' in target)
      problems.push({ path: 'RedirectInterceptor.to', message: target.problem });
    this.#to = 'problem' in target ? { address: '' } : target.address;
    for (const [at, entry] of allow.entries()) {
      const message = this.allow(entry);
      if (message !== undefined)
        problems.push({ path: `RedirectInterceptor.allow[${at}]`, message });
    }
    if (problems.length > 0) throw new ConfigurationError(problems);
  }

  intercept(email: OutgoingEmail, next: MailHandler): Observable<EmailResponseDto> {
    const { to, cc, bcc } = email;
    if ([...to, ...cc, ...bcc].every((each) => this.isAllowed(each))) return next.handle();
    const allowed = (list: readonly MailAddress[]) => list.filter((each) => this.isAllowed(each));
    const kept = { to: allowed(to), cc: allowed(cc), bcc: allowed(bcc) };
    const isThere = [...kept.to, ...kept.cc, ...kept.bcc].some(
      ({ address }) => address === this.#to.address,
    );
    return next.handle({
      ...email,
      ...kept,
      to: isThere ? kept.to : [...kept.to, this.#to],
      headers: this.withOriginal(email),
    });
  }

  /** What is wrong with an entry of the list, if anything. */
  private allow(entry: string): string | undefined {
    const isDomain = typeof entry === 'string' && entry.startsWith('@');
    const parsed = parseBareAddress(isDomain ? `anybody${entry}` : entry);
    if ('problem' in parsed) return parsed.problem;
    if (isDomain) this.#domains.add(domainOf(parsed.address));
    else this.#addresses.add(keyOf(parsed.address));
    return undefined;
  }

  private isAllowed(mailbox: MailAddress): boolean {
    return this.#addresses.has(keyOf(mailbox)) || this.#domains.has(domainOf(mailbox));
  }

  /** Hidden recipients stay hidden: those on the list may read this. */
  private withOriginal({ to, cc, headers }: OutgoingEmail): Readonly<Record<string, string>> {
    const redirected = [...to, ...cc].filter((each) => !this.isAllowed(each));
    if (redirected.length === 0) return headers;
    const listed = redirected.slice(0, LISTED).map(({ address }) => address);
    const more = redirected.length - listed.length;
    const text = [...listed, ...(more > 0 ? [`and ${more} more`] : [])].join(', ');
    const others = Object.entries(headers).filter(
      ([name]) => name.toLowerCase() !== ORIGINAL_TO.toLowerCase(),
    );
    return { ...Object.fromEntries(others), [ORIGINAL_TO]: text };
  }
}

function domainOf({ address }: MailAddress): string {
  return address.slice(address.lastIndexOf('@') + 1).toLowerCase();
}

/** As people compare addresses: an allow-list means the mailbox, however it was typed. */
function keyOf({ address }: MailAddress): string {
  return address.toLowerCase();
}
