import { envelopeFault } from './envelope-check.js';
import { IdleSessions } from './idle-sessions.js';
import { MessageDelivery } from './message-delivery.js';
import { OAuth2Tokens } from './oauth2-tokens.js';
import { OpenConnections, WAIT } from './open-connections.js';
import { PhaseClock } from './phase-clock.js';
import { expiredFault } from './smtp-fault.js';
import type { SessionSource } from './smtp-login.js';
import type { SmtpFault, SmtpMessage, SmtpResult } from './smtp-result.js';
import { SmtpSession } from './smtp-session.js';
import type { SmtpSettings } from './smtp-settings.js';
import { Turns } from './turns.js';
import type { StopSignal } from '../stop-signal.js';

/**
 * A few connections to one SMTP server, shared by all messages: one message at a time on each, reused
 * until they have taken their share, closed when they stand idle. Every outcome is a value.
 */
export class SmtpPool {
  #closed = false;
  readonly #source: SessionSource;
  readonly #turns: Turns;
  readonly #connections: OpenConnections;
  readonly #idle: IdleSessions;
  readonly #inFlight = new Set<PhaseClock>();
  readonly #leaving = new Set<Promise<void>>();

  constructor(private readonly settings: SmtpSettings) {
    const { auth, timeouts } = settings;
    const tokens =
      auth !== undefined && 'oauth2' in auth
        ? new OAuth2Tokens(auth.user, auth.oauth2, timeouts.connectMs)
        : undefined;
    this.#source = { settings, tokens };
    this.#connections = new OpenConnections(this.#source);
    this.#turns = new Turns(settings.maxConnections);
    this.#idle = new IdleSessions(settings.idleMs, (session) => void this.leave(session));
  }

  /** What must not appear in any text: the access tokens that the pool has got for itself. */
  get secrets(): readonly string[] {
    return this.#source.tokens?.secrets ?? [];
  }

  /**
   * Submits one message and says what became of it. When the signal fires it ends at once, with the
   * stage that the message has reached.
   */
  async submit(message: SmtpMessage, signal: StopSignal): Promise<SmtpResult> {
    const fault = envelopeFault(message.envelope);
    if (fault !== undefined) return { error: fault };
    const delivery = new MessageDelivery(message, {
      kept: () => this.#idle.take(),
      open: (clock) => this.#connections.open(clock),
      keep: (session) => this.keep(session),
      leave: (session) => this.leave(session),
    });
    const end = await this.inTurn(signal, (clock) => delivery.run(clock));
    return delivery.resultOf(end);
  }

  /** Opens a fresh connection and logs in; returns what is wrong, if anything. */
  async verify(signal: StopSignal): Promise<SmtpFault | undefined> {
    const result = await this.inTurn(signal, async (clock) => {
      // At the limit of connections an idle one has to make room.
      const spare = this.#idle.take();
      if (spare !== undefined) await this.leave(spare);
      const session = await this.#connections.open(clock);
      if (session instanceof SmtpSession) this.keep(session);
      return session;
    });
    return result instanceof SmtpSession ? undefined : result.error;
  }

  /**
   * Closes every connection. It waits for no message: what is in flight ends with the stage that it has
   * reached, what waits in line was never handed over.
   */
  async close(): Promise<void> {
    this.#closed = true;
    this.#turns.close();
    for (const clock of this.#inFlight) clock.expire('closed');
    this.#source.tokens?.close();
    for (let idle = this.#idle.take(); idle !== undefined; idle = this.#idle.take()) {
      void this.leave(idle);
    }
    await Promise.all(this.#leaving);
  }

  /** Does the work when it is its turn; again from the start when it has to wait for a connection. */
  private async inTurn<T>(
    signal: StopSignal,
    work: (clock: PhaseClock) => Promise<T | typeof WAIT>,
  ): Promise<T | { readonly error: SmtpFault }> {
    const clock = new PhaseClock(this.settings.timeouts, signal);
    const ticket = this.#turns.ticket();
    this.#inFlight.add(clock);
    try {
      let expiry = await this.#turns.wait(clock, ticket);
      while (expiry === undefined) {
        const result = await this.endTurnOnError(work(clock));
        if (result !== WAIT) {
          this.#turns.end();
          return result;
        }
        this.#turns.lower(this.#idle.size);
        expiry = await this.#turns.waitAgain(clock, ticket);
      }
      return { error: expiredFault('connect', expiry) };
    } finally {
      clock.stop();
      this.#inFlight.delete(clock);
    }
  }

  private async endTurnOnError<T>(work: Promise<T>): Promise<T> {
    try {
      return await work;
    } catch (error) {
      this.#turns.end();
      throw error;
    }
  }

  private keep(session: SmtpSession): void {
    if (!session.alive) return;
    const isDone = session.messages >= this.settings.maxMessagesPerConnection;
    if (isDone || this.#closed) void this.leave(session);
    else this.#idle.keep(session);
  }

  private leave(session: SmtpSession): Promise<void> {
    // Until it has gone it is a connection as any other: the next one has to wait for it.
    this.#turns.take();
    const leaving = session.quit().finally(() => {
      this.#connections.hasLeft();
      this.#turns.end();
      this.#leaving.delete(leaving);
    });
    this.#leaving.add(leaving);
    return leaving;
  }
}
