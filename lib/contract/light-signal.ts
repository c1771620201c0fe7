import type { SendContext } from './mail-provider.strategy.js';

/** The part of an `AbortSignal` that a transport needs. */
export interface StopSignal {
  readonly aborted: boolean;
  addEventListener(type: 'abort', listener: () => void, options?: { once?: boolean }): void;
  removeEventListener(type: 'abort', listener: () => void): void;
}

/**
 * A stop signal that costs next to nothing, for what happens with every message: an `AbortController` with
 * one listener takes as long as all the rest of an attempt. The `AbortSignal` that belongs to it is made
 * when somebody asks for it.
 */
export class LightSignal implements StopSignal {
  #isAborted = false;
  #reason: unknown;
  #listeners: (() => void)[] = [];
  #controller: AbortController | undefined;

  get aborted(): boolean {
    return this.#isAborted;
  }

  /** As an `AbortSignal`, for those who need one. */
  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      if (this.#isAborted) this.#controller.abort(this.#reason);
    }
    return this.#controller.signal;
  }

  addEventListener(_type: 'abort', listener: () => void): void {
    this.#listeners.push(listener);
  }

  removeEventListener(_type: 'abort', listener: () => void): void {
    const at = this.#listeners.indexOf(listener);
    if (at < 0) return;
    // The last one takes its place.
    const last = this.#listeners.pop()!;
    if (at < this.#listeners.length) this.#listeners[at] = last;
  }

  /** Fires it, once. */
  abort(reason?: unknown): void {
    if (this.#isAborted) return;
    this.#isAborted = true;
    this.#reason = reason;
    const listeners = this.#listeners;
    this.#listeners = [];
    for (const listener of listeners) listener();
    this.#controller?.abort(reason);
  }
}

const LIGHT = Symbol('light signal');

interface LightContext {
  readonly [LIGHT]: LightSignal;
}

/** One for all contexts: a getter written into each takes four times as long. */
const SIGNAL: PropertyDescriptor & ThisType<LightContext> = {
  get() {
    return this[LIGHT].signal;
  },
  enumerable: true,
};

/** The call that a context is of. */
interface CallOfContext {
  readonly number: number;
  readonly key: { readonly value: string } | undefined;
  readonly isRepeated: boolean;
}

/** The context of an attempt that ends with that signal. */
export function attemptContext(
  light: LightSignal,
  { number: attempt, key, isRepeated }: CallOfContext,
): SendContext {
  const context: LightContext & Omit<SendContext, 'signal'> =
    key === undefined
      ? { attempt, [LIGHT]: light }
      : { attempt, callKey: key.value, isRepeated, [LIGHT]: light };
  return Object.defineProperty(context, 'signal', SIGNAL) as typeof context & SendContext;
}

/** What ends an attempt, in the form that costs least: our own transports need no more. */
export function stopSignalOf(context: SendContext): StopSignal {
  const { [LIGHT]: light }: Partial<LightContext> = context as object;
  return light ?? context.signal;
}
