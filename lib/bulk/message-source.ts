import { isObservable, type Observable } from 'rxjs';
import { MailBridgeError } from '../errors/mail-bridge.error.js';
import type { EmailMessageDto } from '../message/email-message.dto.js';
import { ObservableSource } from './observable-source.js';

/** Where the messages of a bulk may come from. */
export type BulkMessages =
  Iterable<EmailMessageDto> | AsyncIterable<EmailMessageDto> | Observable<EmailMessageDto>;

/** Messages, taken one at a time: never ask for the next before the last one has come. */
export interface MessageSource {
  next(): IteratorResult<unknown> | Promise<IteratorResult<unknown>>;
  /** Says that no more will be asked for. */
  return?(): unknown;
  /** How many there are, where that is known beforehand. */
  readonly total?: number;
  /** What was not taken, where it is there to be looked at. */
  rest?(): Iterable<unknown>;
}

/** @throws MailBridgeError when it is nothing that messages can be taken from */
export function openSource(messages: unknown): MessageSource {
  if (Array.isArray(messages)) return new ArraySource(messages);
  if (isObservable(messages)) return new ObservableSource(messages);
  if (typeof messages === 'object' && messages !== null) {
    if (Symbol.asyncIterator in messages) {
      const source = messages as AsyncIterable<unknown>;
      return new IteratorSource(() => source[Symbol.asyncIterator]());
    }
    if (Symbol.iterator in messages) {
      const source = messages as Iterable<unknown>;
      return new IteratorSource(() => source[Symbol.iterator]());
    }
  }
  throw new MailBridgeError(
    'The messages of a bulk must be an array, an iterable, an async iterable, an Observable or a BulkEmailDto',
    'INVALID_SOURCE',
  );
}

/** An iterator, opened with the first message: one that fails to open has failed as a source. */
class IteratorSource implements MessageSource {
  #iterator: Iterator<unknown> | AsyncIterator<unknown> | undefined;

  constructor(private readonly open: () => Iterator<unknown> | AsyncIterator<unknown>) {}

  next(): IteratorResult<unknown> | Promise<IteratorResult<unknown>> {
    this.#iterator ??= this.open();
    return this.#iterator.next();
  }

  return(): unknown {
    return this.#iterator?.return?.();
  }
}

/** An array: its length is known, and what an early end leaves over can be accounted for. */
class ArraySource implements MessageSource {
  #at = 0;

  constructor(private readonly messages: readonly unknown[]) {}

  get total(): number {
    return this.messages.length;
  }

  next(): IteratorResult<unknown> {
    if (this.#at >= this.messages.length) return { done: true, value: undefined };
    return { done: false, value: this.messages[this.#at++] };
  }

  *rest(): Iterable<unknown> {
    while (this.#at < this.messages.length) yield this.messages[this.#at++];
  }
}
