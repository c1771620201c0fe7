/** A server at the other end that takes messages and counts them. */
export interface Sink {
  readonly port: number;
  close(): Promise<void>;
}

export type Trouble = 'error' | 'stall';

/** What a sink does with what it reads. */
export interface SinkOptions {
  /** Called for each recipient of a message that has been read to its end. */
  arrived(address: string): void;
  /** Whether the next call is told to come back later. */
  isBusy(): boolean;
  /** What goes wrong with the next call: it fails without a word on what became of it, or is never answered. */
  readonly trouble?: () => Trouble | undefined;
  /** How long to wait with the final answer, in milliseconds; without it none. Heeded by SMTP only. */
  readonly answerAfterMs?: () => number;
}

/** How one provider is led to its sink. */
export interface Peer {
  start(options: SinkOptions): Promise<Sink>;
  /** The options of the provider with its server at that port of 127.0.0.1. */
  options(port: number): object;
  /** Bytes of one call in each direction, about: where cuts hurt. */
  readonly reach: { readonly up: number; readonly down: number };
}
