import type { ReceivedCopy } from './ledger.js';

/** A server at the other end that takes messages and counts them. */
export interface Sink {
  readonly port: number;
  /** What the provider's own description has against the requests, where it is at hand. */
  readonly problems: readonly string[];
  close(): Promise<void>;
}

/**
 * What goes wrong with a call that has been read to its end: `error`: nothing of it is taken, and the
 * server says that it failed; `late-error`: the same words, or a broken connection, although it was taken;
 * `stall`: it is taken and never answered.
 */
export type Trouble = 'error' | 'late-error' | 'stall';

/** What a sink does with what it reads. */
export interface SinkOptions {
  /** Called for each message that has been read to its end and taken. */
  arrived(copy: ReceivedCopy): void;
  /** Whether the next call, or the next recipient, is told to come back later. */
  isBusy(): boolean;
  readonly trouble?: () => Trouble | undefined;
  /** How long to wait with the final answer, in milliseconds; without it none. Heeded by SMTP only. */
  readonly answerAfterMs?: () => number;
  /** Whether copies say what they contain. @default false: they are only counted */
  readonly reads?: boolean;
}

/** How one provider is led to its sink. */
export interface Peer {
  start(options: SinkOptions): Promise<Sink>;
  /** The options of the provider with its server at that port of this machine. */
  options(port: number, isSecure?: boolean): object;
  /** Bytes of one call in each direction, about: where cuts hurt. */
  readonly reach: { readonly up: number; readonly down: number };
}

/** The id of the message that goes to an address: `m7@…`, `m7.cc@…` */
export function idIn(address = ''): string {
  return /^m\d+/.exec(address)?.[0] ?? address;
}
