const KEYWORD = /^\d{3}[ -](?<keyword>[^\s=]+)(?:[\s=]+(?<parameter>\S+))?/;

const AUTH = /^\d{3}[ -]AUTH[\s=]+(?<mechanisms>.+)$/i;

/** What a server offers, from its answer to EHLO (RFC 5321, section 4.1.1.1). A HELO offers nothing. */
export class ServerOffer {
  readonly #offered = new Map<string, string | undefined>();

  /** How one may log in, in upper case: also from the old form `AUTH=`. */
  readonly mechanisms: ReadonlySet<string>;

  /** @param reply the whole multi-line reply, codes included */
  constructor(reply: string) {
    const offered = new Set<string>();
    for (const line of reply.split(/\r?\n/).slice(1)) {
      const { keyword, parameter } = KEYWORD.exec(line)?.groups ?? {};
      if (keyword !== undefined) this.#offered.set(keyword.toUpperCase(), parameter);
      const { mechanisms = '' } = AUTH.exec(line)?.groups ?? {};
      for (const each of mechanisms.trim().split(/\s+/)) offered.add(each.toUpperCase());
    }
    offered.delete('');
    this.mechanisms = offered;
  }

  offers(keyword: string): boolean {
    return this.#offered.has(keyword);
  }

  /** How many bytes a message may have; `undefined` where the server does not say (RFC 1870). */
  get maxBytes(): number | undefined {
    const bytes = Number(this.#offered.get('SIZE') ?? 0);
    return bytes > 0 ? bytes : undefined;
  }
}
