import type { PhaseClock } from './phase-clock.js';
import { isRefusedConnection } from './refused-connection.js';
import { expiredFault } from './smtp-fault.js';
import { openSession, type SessionSource } from './smtp-login.js';
import type { SmtpFault } from './smtp-result.js';
import { SmtpSession } from './smtp-session.js';

/** The server takes no more connections beside those that work: wait for one of them. */
export const WAIT = Symbol('wait');

/** How long a server may count a connection that has left, and the first pause until it is asked again. */
const LEFT_MS = 1_000;
const FIRST_PAUSE_MS = 10;

/** The connections of one pool: those that are logged in, and those that are being opened. */
export class OpenConnections {
  readonly #sessions = new Set<SmtpSession>();
  #opening = 0;
  #leftAt = -Infinity;
  readonly #waiting = new Set<() => void>();

  constructor(private readonly source: SessionSource) {}

  /**
   * Opens one more and logs in. Where the server refuses it, that is a failure only if no other one is
   * logged in: with one it is a limit of the server, and the message can wait.
   */
  async open(
    clock: PhaseClock,
  ): Promise<SmtpSession | { readonly error: SmtpFault } | typeof WAIT> {
    for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs *= 2) {
      const session = await this.openOne(clock);
      if (session instanceof SmtpSession || !isRefusedConnection(session.error)) return session;
      clock.rest();
      if (await this.anyLoggedIn(clock)) return WAIT;
      if (performance.now() - this.#leftAt < LEFT_MS) await this.change(clock, pauseMs);
      else if (clock.expired === undefined) return session;
      if (clock.expired !== undefined) return { error: expiredFault('connect', clock.expired) };
    }
  }

  /** To be told of a connection that has left: the server may count it a little longer. */
  hasLeft(): void {
    this.#leftAt = performance.now();
  }

  private async openOne(clock: PhaseClock): Promise<SmtpSession | { readonly error: SmtpFault }> {
    this.#opening += 1;
    try {
      const session = await openSession(this.source, clock);
      if (session instanceof SmtpSession) this.add(session);
      return session;
    } finally {
      this.#opening -= 1;
      this.tell();
    }
  }

  /** Whether any is logged in, as soon as there is one, or as none is being opened any more. */
  private async anyLoggedIn(clock: PhaseClock): Promise<boolean> {
    while (!this.isAnyLoggedIn && this.#opening > 0 && clock.expired === undefined) {
      await this.change(clock);
    }
    return this.isAnyLoggedIn && clock.expired === undefined;
  }

  private get isAnyLoggedIn(): boolean {
    for (const session of this.#sessions) if (session.alive) return true;
    return false;
  }

  private add(session: SmtpSession): void {
    this.#sessions.add(session);
    void session.ended.then(() => this.#sessions.delete(session));
  }

  /** Settles when one that was being opened has come to its end, when time is up, or after so long. */
  private change(clock: PhaseClock, ms?: number): Promise<void> {
    return new Promise((resolve) => {
      const settle = (): void => {
        clearTimeout(timer);
        this.#waiting.delete(settle);
        unwatch();
        resolve();
      };
      const timer = ms === undefined ? undefined : setTimeout(settle, ms);
      const unwatch = clock.watch(settle);
      this.#waiting.add(settle);
    });
  }

  private tell(): void {
    for (const settle of this.#waiting) settle();
  }
}
