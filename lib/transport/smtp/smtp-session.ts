import type { PhaseClock } from './phase-clock.js';
import type { ServerOffer } from './server-offer.js';
import { localFault } from './smtp-fault.js';
import type { SmtpLine } from './smtp-line.js';
import { isFault } from './smtp-result.js';
import type { SmtpEnvelope, SmtpFault, SmtpMessage, SmtpResult } from './smtp-result.js';
import { Transaction } from './transaction.js';

/** How long the server gets to say goodbye, in milliseconds. */
const QUIT_MS = 500;

/**
 * One open connection, logged in where credentials are set. It takes one message at a time. After
 * anything it cannot be sure of it is dropped, never used again.
 */
export class SmtpSession {
  /** Messages that it was given so far. */
  messages = 0;
  /** Those of them that the server has taken. */
  taken = 0;
  #needsReset = false;

  constructor(
    private readonly line: SmtpLine,
    private readonly offer: ServerOffer,
  ) {}

  /** Whether it can be given another message. */
  get alive(): boolean {
    return this.line.isOpen;
  }

  /** Settles when the connection has ended, whoever ended it. */
  get ended(): Promise<void> {
    return this.line.ended;
  }

  /** Hands over one message. Look at `alive` afterwards: where the outcome left doubts, it is not. */
  async send(message: SmtpMessage, clock: PhaseClock): Promise<SmtpResult> {
    const fault = this.notOffered(message.envelope);
    if (fault !== undefined) return { error: fault };
    clock.enter('reply');
    this.messages += 1;
    const { line, offer } = this;
    const transaction = new Transaction(message, {
      line,
      offer,
      clock,
      needsReset: this.#needsReset,
    });
    const result = await transaction.run();
    if (!isFault(result)) this.taken += 1;
    this.#needsReset = transaction.aftermath === 'reset';
    if (transaction.aftermath === 'broken') line.hangUp();
    return result;
  }

  /** Says goodbye and ends the connection; settles when it has ended. */
  async quit(): Promise<void> {
    const { line } = this;
    if (!line.isOpen) return;
    const timer = setTimeout(() => line.hangUp(), QUIT_MS);
    // The server ends the connection, so that it no longer counts it when the next one is opened; one that
    // waits for us to end it sees that we have.
    line.tell({ onReply: () => line.finish(), onEnd: () => undefined });
    line.say('QUIT\r\n');
    await line.ended;
    clearTimeout(timer);
  }

  private notOffered({ smtpUtf8, dsn, size = 0 }: SmtpEnvelope): SmtpFault | undefined {
    const { offer } = this;
    if (smtpUtf8 === true && !offer.offers('SMTPUTF8')) {
      return localFault('mail', 'smtputf8', 'The server does not offer SMTPUTF8');
    }
    if (dsn !== undefined && !offer.offers('DSN')) {
      return localFault('mail', 'dsn', 'The server does not offer DSN');
    }
    const { maxBytes = Infinity } = offer;
    if (size <= maxBytes) return undefined;
    return localFault('mail', 'size', `The server takes messages of at most ${maxBytes} bytes`);
  }
}
