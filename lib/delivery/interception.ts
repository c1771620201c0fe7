import { AsyncSubject, EMPTY, Subscription, defer, mergeAll, type Observable } from 'rxjs';
import { cleanText } from '../contract/clean-text.js';
import type { EmailResponseDto } from '../contract/email-response.dto.js';
import type { MailHandler, MailInterceptor, MailRun } from '../contract/mail-interceptor.js';
import { MailBridgeError, isMailBridgeError } from '../errors/mail-bridge.error.js';
import type { OutgoingEmail } from '../message/outgoing-email.js';

/** What interceptors made of a message: they handed it on, refused it, or were stopped before. */
export type Intercepted = HandedOn | { readonly refusal: unknown } | 'stopped';

/** A message that the interceptors handed on. */
export interface HandedOn {
  /** As they left it; nobody has checked it. */
  readonly email: OutgoingEmail;
  /** Tells them what became of it; settles when they are done with that. Never rejects. */
  readonly settle: (response: EmailResponseDto) => Promise<void>;
  /** Tells them that it was refused after all, before any provider was asked. */
  readonly refuse: (error: unknown) => void;
}

/** What the messages of one run go through. */
export interface Interception {
  /** The first one is the outermost. */
  readonly interceptors: readonly MailInterceptor[];
  readonly run: MailRun;
  /** Takes what an interceptor threw after it had handed its message on: the outcome stands. */
  onLateError(error: unknown): void;
}

/** What the messages of a run go through; `undefined` where there is nothing. */
export function interceptionOf(
  interceptors: readonly MailInterceptor[],
  kind: MailRun['kind'],
  warn: (message: string) => void,
): Interception | undefined {
  if (interceptors.length === 0) return undefined;
  const onLateError = (error: unknown) => warn(`${describeThrown(error)}; the outcome stands`);
  return { interceptors, run: Object.freeze({ kind }), onLateError };
}

/** What an interceptor threw, as an error of ours: its words are cleaned. */
export function interceptorError(thrown: unknown): MailBridgeError {
  if (isMailBridgeError(thrown)) return thrown;
  return new MailBridgeError(describeThrown(thrown), 'INTERCEPTOR_THREW');
}

/**
 * Takes a message through the interceptors. When `stop` fires before they have handed it on, it is let
 * go of. Never rejects.
 */
export function intercept(
  email: OutgoingEmail,
  interception: Interception,
  stop: AbortSignal,
): Promise<Intercepted> {
  return new Promise((resolve) => new Passage(interception, stop, resolve).enter(email));
}

/** One message on its way through the interceptors, and back. */
class Passage {
  readonly #response = new AsyncSubject<EmailResponseDto>();
  readonly #chain = new Subscription();
  readonly #left: Promise<void>;
  #leave: () => void = () => undefined;
  #isDecided = false;
  readonly #stop = () => {
    this.decide('stopped');
    this.#chain.unsubscribe();
  };

  constructor(
    private readonly interception: Interception,
    private readonly stop: AbortSignal,
    private readonly tell: (intercepted: Intercepted) => void,
  ) {
    this.#left = new Promise((resolve) => (this.#leave = resolve));
  }

  enter(email: OutgoingEmail): void {
    if (this.stop.aborted) return this.decide('stopped');
    this.stop.addEventListener('abort', this.#stop, { once: true });
    const chain = this.through(0, email).subscribe({
      error: (error: unknown) => this.end({ error }),
      complete: () => this.end({}),
    });
    this.#chain.add(chain);
  }

  private through(at: number, email: OutgoingEmail): Observable<EmailResponseDto> {
    const { interceptors, run } = this.interception;
    const interceptor = interceptors[at];
    if (interceptor === undefined) return defer(() => this.handOn(email));
    const next: MailHandler = {
      run,
      handle: (changed = email) => this.through(at + 1, changed),
    };
    return defer(async () => interceptor.intercept(email, next)).pipe(mergeAll());
  }

  /** Whoever subscribes again gets the same response: nothing is sent twice. */
  private handOn(email: OutgoingEmail): Observable<EmailResponseDto> {
    if (this.stop.aborted && !this.#isDecided) return EMPTY;
    this.decide({
      email,
      settle: (response) => {
        this.#response.next(response);
        this.#response.complete();
        return this.#left;
      },
      refuse: (error) => this.#response.error(error),
    });
    return this.#response;
  }

  private end(end: { readonly error?: unknown }): void {
    const isLate = this.#isDecided;
    this.decide({ refusal: 'error' in end ? end.error : notHandedOn() });
    // A refusal that we told the interceptors of comes back as they let it pass.
    const isOurs = this.#response.hasError;
    if (isLate && !isOurs && 'error' in end) this.interception.onLateError(end.error);
    this.#leave();
  }

  private decide(intercepted: Intercepted): void {
    this.#isDecided = true;
    this.stop.removeEventListener('abort', this.#stop);
    this.tell(intercepted);
  }
}

function describeThrown(thrown: unknown): string {
  const { name, message }: { name?: unknown; message?: unknown } = Object(thrown);
  return `An interceptor threw ${cleanText(name ?? typeof thrown)}: ${cleanText(message ?? '')}`;
}

function notHandedOn(): MailBridgeError {
  return new MailBridgeError('An interceptor did not hand the message on', 'NOT_HANDED_ON');
}
