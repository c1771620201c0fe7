import type { EmailResponseDto } from 'nest-mailbridge';
import type { DeliveredCopy } from './delivered-mail.js';
import { normalizedAddress } from './mail-contents.js';

/** The copies of each message, by the id that it has with us. */
export type CopiesById = ReadonlyMap<string, readonly DeliveredCopy[]>;

/** Finds the copies of each message: our Message-ID begins with our id. */
export function copiesById(copies: readonly DeliveredCopy[]): CopiesById {
  const found = new Map<string, DeliveredCopy[]>();
  for (const copy of copies) {
    const id = /^<([^@]*)@/.exec(copy.messageId)?.[1] ?? '';
    found.set(id, [...(found.get(id) ?? []), copy]);
  }
  return found;
}

/** A message that was sent, what the library said of it, and whom it was to reach. */
export interface Settled {
  readonly response: EmailResponseDto;
  readonly reached: readonly string[];
}

/**
 * Holds what the library said against what was delivered; empty where all of it is true.
 *
 * @param deliveredAgain whether the server's log shows that it delivered one message twice by itself
 */
export function untruths(
  settled: readonly Settled[],
  copies: CopiesById,
  deliveredAgain: (queueId: string) => boolean = () => false,
): string[] {
  const ids = new Set(settled.map(({ response }) => response.id));
  const strangers = [...copies.keys()].filter((id) => !ids.has(id));
  return [
    ...strangers.map((id) => `'${id}': a copy of nothing that was sent`),
    ...settled.flatMap((each) =>
      untruthsOf(each, copies.get(each.response.id) ?? [], deliveredAgain),
    ),
  ];
}

function untruthsOf(
  { response, reached }: Settled,
  copies: readonly DeliveredCopy[],
  deliveredAgain: (queueId: string) => boolean,
): string[] {
  const { id, outcome } = response;
  const found: string[] = [];
  const expected = reached.map(normalizedAddress);
  const delivered = copies.map(({ recipient }) => normalizedAddress(recipient));
  const missing = expected.filter((address) => !delivered.includes(address));
  const others = delivered.filter((address) => !expected.includes(address));
  if (outcome === 'accepted' && missing.length > 0) found.push(`no copy for ${missing.join()}`);
  if (outcome !== 'accepted' && outcome !== 'unknown' && copies.length > 0) found.push('a copy');
  if (others.length > 0) found.push(`copies for ${others.join()}`);
  // Each time that we sent it again, after an attempt of unknown outcome, may be a message of its own.
  const resent = response.history.slice(0, -1).filter((each) => each.outcome === 'unknown').length;
  const queueIds = new Set(copies.map(({ queueId }) => queueId));
  if (queueIds.size > 1 + resent) found.push(`taken by the server ${queueIds.size} times`);
  const doubled = copies.filter(
    (copy, at) =>
      copies.findIndex((other) => isSame(copy, other)) < at && !deliveredAgain(copy.queueId),
  );
  if (doubled.length > 0)
    found.push(`${doubled.length} copies that the server's log does not show`);
  return found.map((text) => `'${id}' ${outcome}: ${text}`);
}

function isSame(a: DeliveredCopy, b: DeliveredCopy): boolean {
  return a.queueId === b.queueId && a.recipient === b.recipient;
}
