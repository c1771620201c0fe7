import type { WAIT } from './open-connections.js';
import type { PhaseClock } from './phase-clock.js';
import { isTooMany, isTooManyByStatus, mayBeOfConnection, mayPassElsewhere } from './refusals.js';
import { isFault } from './smtp-result.js';
import type {
  SmtpAcceptance,
  SmtpFault,
  SmtpMessage,
  SmtpRefusal,
  SmtpResult,
} from './smtp-result.js';
import { SmtpSession } from './smtp-session.js';

/** Where a delivery gets its connections from, and gives them back. */
export interface ConnectionSource {
  /** One that is logged in already. */
  readonly kept: () => SmtpSession | undefined;
  /** A fresh one. */
  readonly open: (
    clock: PhaseClock,
  ) => Promise<SmtpSession | { readonly error: SmtpFault } | typeof WAIT>;
  /** Gives one back. */
  readonly keep: (session: SmtpSession) => void;
  /** Says goodbye; settles when the connection has ended. */
  readonly leave: (session: SmtpSession) => Promise<void>;
}

/** How it goes on after a transaction, for those who are left. */
type Next = 'done' | 'same connection' | 'fresh connection';

/**
 * One message on its way to all its recipients. Mostly that is one transaction over one connection. Those
 * that are too many for a transaction go in further ones, and what a used connection refuses is worth one
 * fresh connection before it counts. Nobody who was accepted is named again.
 */
export class MessageDelivery {
  readonly #accepted: string[] = [];
  readonly #refused: SmtpRefusal[] = [];
  #left: readonly string[];
  /** Those of `#left` whom the server has put off since there were too many. */
  #surplus: ReadonlySet<string> = new Set();
  #response = '';
  #hasTriedFresh = false;

  constructor(
    private readonly message: SmtpMessage,
    private readonly connections: ConnectionSource,
  ) {
    this.#left = message.envelope.to;
  }

  /**
   * Goes as far as it gets and returns the result of the last transaction. With `WAIT` it has to be called
   * again, and goes on with those who are left.
   */
  async run(clock: PhaseClock): Promise<SmtpResult | typeof WAIT> {
    let session = this.connections.kept();
    for (;;) {
      if (session === undefined) {
        const opened = await this.connections.open(clock);
        if (!(opened instanceof SmtpSession)) return opened;
        session = opened;
      }
      const isUsed = session.messages > 0;
      const hasTaken = session.taken > 0;
      const result = await session.send(this.nextMessage(), clock);
      if (isFault(result)) this.leaveOut(result.error);
      if (isUsed && isGoneBefore(result)) {
        session = undefined;
        continue;
      }
      const next = this.read(result, hasTaken);
      if (next === 'fresh connection') await this.connections.leave(session);
      else this.connections.keep(session);
      if (next === 'done') return result;
      session = next === 'fresh connection' ? undefined : this.connections.kept();
    }
  }

  /** What became of everybody, given what ended the delivery. */
  resultOf(end: SmtpResult): SmtpResult {
    if (!isFault(end)) return { ...end, accepted: this.#accepted, refused: this.#refused };
    const refused = end.error.refused?.map((each) => this.judged(each));
    const error = { ...end.error, ...(refused !== undefined && { refused }) };
    if (this.#accepted.length === 0) return { error: this.withRefused(error) };
    return {
      accepted: this.#accepted,
      refused: [...this.#refused, ...(refused ?? [])],
      response: this.#response,
      stage: 'answer',
      ...(refused === undefined && { failed: { recipients: this.#left, error } }),
    };
  }

  /** What ended it for those who were left, with those whom the server had refused before. */
  private withRefused(error: SmtpFault): SmtpFault {
    if (error.refused !== undefined) {
      return { ...error, refused: [...this.#refused, ...error.refused] };
    }
    // Whom the last transaction put off is surely not served, whatever became of the others.
    const putOff = (error.refusedBefore ?? [])
      .filter(({ recipient }) => this.#left.includes(recipient))
      .map((each) => this.judged(each));
    const refusedBefore = [...this.#refused, ...putOff];
    if (refusedBefore.length === 0) return error;
    const gone = new Set(putOff.map(({ recipient }) => recipient));
    return { ...error, refusedBefore, left: this.#left.filter((each) => !gone.has(each)) };
  }

  private nextMessage(): SmtpMessage {
    const { envelope } = this.message;
    if (this.#left === envelope.to) return this.message;
    return { ...this.message, envelope: { ...envelope, to: this.#left } };
  }

  /** Whom the server refused for good before something else ended the transaction is not named again. */
  private leaveOut({ refusedBefore = [] }: SmtpFault): void {
    const forGood = refusedBefore.filter((each) => each.code >= 500 && !isTooMany(each));
    if (forGood.length === 0) return;
    const gone = new Set(forGood.map(({ recipient }) => recipient));
    this.#refused.push(...forGood);
    this.#left = this.#left.filter((recipient) => !gone.has(recipient));
  }

  private read(result: SmtpResult, hasTaken: boolean): Next {
    if (!isFault(result)) return this.readAcceptance(result, hasTaken);
    if (!hasTaken || this.#hasTriedFresh || !mayPassElsewhere(result.error)) return 'done';
    this.#hasTriedFresh = true;
    return 'fresh connection';
  }

  private readAcceptance(result: SmtpAcceptance, hasTaken: boolean): Next {
    this.#response = result.response;
    this.#hasTriedFresh = false;
    this.#accepted.push(...result.accepted);
    const surplus = result.refused.filter(isTooMany);
    const others = result.refused.filter((each) => !isTooMany(each));
    const elsewhere = hasTaken ? others.filter(mayBeOfConnection) : [];
    this.#refused.push(...others.filter((each) => !elsewhere.includes(each)));
    this.#surplus = new Set(surplus.map(({ recipient }) => recipient));
    this.#left = [...surplus, ...elsewhere].map(({ recipient }) => recipient);
    if (this.#left.length === 0) return 'done';
    return elsewhere.length > 0 ? 'fresh connection' : 'same connection';
  }

  /** Too many is never for good (RFC 5321, section 4.5.3.1.10). */
  private judged(refusal: SmtpRefusal): SmtpRefusal {
    const isForNow = this.#surplus.has(refusal.recipient)
      ? isTooMany(refusal)
      : isTooManyByStatus(refusal);
    return isForNow ? { ...refusal, isForNow } : refusal;
  }
}

/** True when a kept connection turned out to be gone, or out of step, before it took any of the message. */
function isGoneBefore(result: SmtpResult): boolean {
  if (!isFault(result)) return false;
  const { stage, reason, replyCode } = result.error;
  const nothingTaken = stage === 'mail' || stage === 'rcpt' || stage === 'data';
  return nothingTaken && (reason === 'lost' || reason === 'out-of-step' || replyCode === 421);
}
