import { mailCommand, rcptCommand } from './envelope-commands.js';
import { HandOver } from './hand-over.js';
import type { PhaseClock } from './phase-clock.js';
import type { ServerOffer } from './server-offer.js';
import { ENDED, expiredFault, faultOf, localFault, replyFault } from './smtp-fault.js';
import type { SmtpClientError } from './smtp-fault.js';
import type { LineListener, SmtpLine } from './smtp-line.js';
import { isGoAhead, isNo, isYes, type SmtpReply } from './smtp-reply.js';
import type { SmtpFault, SmtpMessage, SmtpRefusal, SmtpResult, SmtpStage } from './smtp-result.js';

/** What the connection is good for after a transaction: the next one, that but for RSET, or nothing. */
export type Aftermath = 'ready' | 'reset' | 'broken';

/** Where a transaction takes place. */
export interface TransactionPlace {
  readonly line: SmtpLine;
  readonly offer: ServerOffer;
  readonly clock: PhaseClock;
  /** Whether the server still has the envelope of a message that it refused. */
  readonly needsReset: boolean;
}

/** What the server answers, one by one: commands, and in the end the message itself. */
interface Step {
  readonly name: 'reset' | 'mail' | 'rcpt' | 'data' | 'answer';
  readonly command: string;
}

const RESET: Step = { name: 'reset', command: 'RSET\r\n' };
const DATA: Step = { name: 'data', command: 'DATA\r\n' };
const ANSWER: Step = { name: 'answer', command: '' };

const SHUTTING_DOWN = 421;

/** Whether the final answer waits to be judged, and whether the server has gone on talking meanwhile. */
type HeldAnswer = 'none' | 'held' | 'followed';

/**
 * One message on its way over an open connection (RFC 5321, section 3.3). Where the server can do it the
 * envelope leaves in one write (PIPELINING, RFC 2920), else command by command. Each reply belongs to one
 * step, so it is known at any moment how far the message has come.
 */
export class Transaction implements LineListener {
  /** What the connection is good for, once the transaction has ended. */
  aftermath: Aftermath = 'broken';
  readonly #steps: readonly Step[];
  readonly #isPipelined: boolean;
  #answered = 0;
  #mailFault: SmtpFault | undefined;
  readonly #accepted: string[] = [];
  readonly #refused: SmtpRefusal[] = [];
  readonly #handOver: HandOver;
  #held: HeldAnswer = 'none';
  #settle: ((result: SmtpResult) => void) | undefined;

  constructor(
    private readonly message: SmtpMessage,
    private readonly place: TransactionPlace,
  ) {
    const { line, offer, clock, needsReset } = place;
    const { envelope } = message;
    this.#isPipelined = offer.offers('PIPELINING');
    this.#steps = [
      ...(needsReset ? [RESET] : []),
      { name: 'mail', command: mailCommand(envelope, offer) },
      ...envelope.to.map((recipient): Step => ({
        name: 'rcpt',
        command: rcptCommand(recipient, envelope.dsn),
      })),
      DATA,
      ANSWER,
    ];
    this.#handOver = new HandOver(message, {
      socket: line.socket,
      onProgress: () => clock.progress(),
      onEnd: () => clock.enter('answer'),
      onFailure: ({ message: text }) => this.fail(localFault(this.stage, 'content', text)),
    });
  }

  /** Comes to an end whatever the server does: by its answer, with the connection, or by the clock. */
  run(): Promise<SmtpResult> {
    const { line, clock } = this.place;
    return new Promise((resolve) => {
      this.#settle = resolve;
      if (clock.expired !== undefined) this.fail(expiredFault('mail', clock.expired));
      else if (!line.isOpen) this.fail(faultOf(ENDED, 'mail'));
      else {
        clock.watch((expiry) => {
          if (this.#held === 'none') this.fail(expiredFault(this.stage, expiry));
        });
        line.tell(this);
        line.say(this.#isPipelined ? allOf(this.#steps) : this.step.command);
      }
    });
  }

  onReply(reply: SmtpReply): void {
    if (this.#held !== 'none') {
      this.#held = 'followed';
      return;
    }
    const { name } = this.step;
    if (reply.code === SHUTTING_DOWN) {
      this.fail(this.refusal ?? replyFault(this.stage, reply));
      return;
    }
    if (name === 'answer') {
      this.readAnswer(reply);
      return;
    }
    this.#answered += 1;
    this.place.clock.progress();
    if (name === 'reset') this.readReset(reply);
    else if (name === 'mail') this.readMail(reply);
    else if (name === 'rcpt') this.readRcpt(reply);
    else this.readData(reply);
  }

  /** What was refused stays refused when the server hangs up after it. */
  onEnd(reason: SmtpClientError): void {
    if (this.#held === 'none') this.fail(this.refusal ?? faultOf(reason, this.stage));
  }

  private get step(): Step {
    return this.#steps[this.#answered] ?? ANSWER;
  }

  private get stage(): SmtpStage {
    if (this.#handOver.ended) return 'answer';
    if (this.#handOver.started) return 'body';
    const { name } = this.step;
    if (name === 'reset') return 'mail';
    return name === 'answer' ? 'data' : name;
  }

  private goOn(): void {
    if (!this.#isPipelined) this.place.line.say(this.step.command);
  }

  private readReset(reply: SmtpReply): void {
    if (isYes(reply)) this.goOn();
    else this.fail({ ...replyFault('mail', reply), reason: 'lost' });
  }

  private readMail(reply: SmtpReply): void {
    if (isYes(reply)) this.goOn();
    else if (!isNo(reply) || !this.#isPipelined) this.refuse(replyFault('mail', reply));
    // What was sent along will be refused as well.
    else this.#mailFault = replyFault('mail', reply);
  }

  private readRcpt(reply: SmtpReply): void {
    const recipient = this.message.envelope.to[this.#accepted.length + this.#refused.length] ?? '';
    if (isYes(reply)) this.#accepted.push(recipient);
    else if (isNo(reply)) this.#refused.push({ recipient, code: reply.code, text: reply.text });
    else {
      this.fail(replyFault('rcpt', reply));
      return;
    }
    const { refusal } = this;
    if (refusal !== undefined && !this.#isPipelined) this.refuse(refusal);
    else this.goOn();
  }

  private readData(reply: SmtpReply): void {
    const { refusal } = this;
    if (refusal !== undefined) {
      // A server that wants a message for nobody gets none: its connection is dropped.
      this.end(isNo(reply) ? 'reset' : 'broken', { error: refusal });
    } else if (isNo(reply)) {
      this.refuse(replyFault('data', reply));
    } else if (!isGoAhead(reply) || !this.place.line.isQuiet) {
      // A server that answers twice: its next words would be taken for the answer to the message.
      this.fail(localFault('data', 'out-of-step', reply.text));
    } else {
      this.place.clock.enter('handOver');
      this.#handOver.start();
    }
  }

  /**
   * Node reports a write over TLS only in a turn of the event loop that comes after it, so that the server's
   * answer may be read first. An answer that finds the final dot still on our side is therefore held for one
   * turn, in which nothing else ends the transaction, and judged then.
   */
  private readAnswer(reply: SmtpReply): void {
    if (!this.#handOver.ended || this.#handOver.left) {
      this.judge(reply);
      return;
    }
    this.#held = 'held';
    setImmediate(() => this.judge(reply));
  }

  private judge(reply: SmtpReply): void {
    const { stage } = this;
    // An answer counts only where it stands: after the final dot.
    const isInPlace = this.#handOver.left;
    const aftermath = isInPlace && this.#held !== 'followed' ? 'ready' : 'broken';
    if (isYes(reply) && isInPlace) {
      this.end(aftermath, {
        accepted: this.#accepted,
        refused: this.#refused,
        response: reply.text,
        stage: 'answer',
      });
    } else if (isNo(reply)) {
      this.end(aftermath, { error: this.withRefused(replyFault(stage, reply)) });
    } else {
      this.fail(localFault(stage, 'out-of-step', reply.text));
    }
  }

  /** What the server has said no to by now, for the whole message. */
  private get refusal(): SmtpFault | undefined {
    if (this.#mailFault !== undefined) return this.#mailFault;
    const refused = this.#refused;
    // With one that was refused for now the message is not refused for good.
    const telling = refused.find(({ code }) => code < 500) ?? refused.at(-1);
    if (telling === undefined || refused.length < this.message.envelope.to.length) return undefined;
    return { ...replyFault('rcpt', telling), refused };
  }

  private refuse(fault: SmtpFault): void {
    this.end(fault.reason === 'reply' ? 'reset' : 'broken', { error: this.withRefused(fault) });
  }

  private fail(fault: SmtpFault): void {
    this.end('broken', { error: this.withRefused(fault) });
  }

  /** A fault of the whole, with those whom the server had refused one by one before it. */
  private withRefused(fault: SmtpFault): SmtpFault {
    if (this.#refused.length === 0 || fault.refused !== undefined) return fault;
    return { ...fault, refusedBefore: this.#refused };
  }

  private end(aftermath: Aftermath, result: SmtpResult): void {
    const settle = this.#settle;
    if (settle === undefined) return;
    this.#settle = undefined;
    this.aftermath = aftermath;
    this.#handOver.close();
    this.place.line.tell(undefined);
    settle(result);
  }
}

function allOf(steps: readonly Step[]): string {
  return steps.map(({ command }) => command).join('');
}
