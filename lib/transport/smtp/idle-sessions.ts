import type { SmtpSession } from './smtp-session.js';

interface Idle {
  readonly session: SmtpSession;
  readonly timer: NodeJS.Timeout;
}

/**
 * Connections that wait for their next message. The one used last is used next, so that those that are
 * not needed get old and leave.
 */
export class IdleSessions {
  readonly #idle: Idle[] = [];

  constructor(
    private readonly idleMs: number,
    private readonly leave: (session: SmtpSession) => void,
  ) {}

  /** How many there are. */
  get size(): number {
    return this.#idle.length;
  }

  keep(session: SmtpSession): void {
    const timer = setTimeout(() => this.expire(session), this.idleMs);
    timer.unref();
    this.#idle.push({ session, timer });
  }

  /** One that is still open, or `undefined`. */
  take(): SmtpSession | undefined {
    for (let last = this.#idle.pop(); last !== undefined; last = this.#idle.pop()) {
      clearTimeout(last.timer);
      if (last.session.alive) return last.session;
    }
    return undefined;
  }

  private expire(session: SmtpSession): void {
    const index = this.#idle.findIndex((each) => each.session === session);
    this.#idle.splice(index, 1);
    this.leave(session);
  }
}
