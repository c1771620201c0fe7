/** What a server offers, from its answer to EHLO (RFC 5321, section 4.1.1.1). A HELO offers nothing. */
export class ServerOffer {
  readonly #keywords: ReadonlySet<string>;

  /** @param reply the whole multi-line reply, codes included */
  constructor(reply: string) {
    const lines = reply.split(/\r?\n/).slice(1);
    this.#keywords = new Set(
      lines.map((line) => /^\d{3}[ -]([^\s=]+)/.exec(line)?.[1]?.toUpperCase() ?? ''),
    );
  }

  offers(keyword: string): boolean {
    return this.#keywords.has(keyword);
  }
}
