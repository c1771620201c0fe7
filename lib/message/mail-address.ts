/**
 * One mailbox. `address` is the bare address with an ASCII domain (`ada@xn--bcher-kva.example`);
 * `name` is the display name as people read it, without quotes or encoding.
 */
export interface MailAddress {
  readonly name?: string;
  readonly address: string;
}

/** How a user writes one mailbox: `'a@b.example'`, `'Name <a@b.example>'` or `{ name?, address }`. */
export type AddressInput = string | { name?: string | undefined; address: string };

/** One or many. */
export type OneOrMany<T> = T | readonly T[];
