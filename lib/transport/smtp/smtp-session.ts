import type { EventEmitter } from 'node:events';
import type { Readable } from 'node:stream';
import { exchange, type Exchanged } from './exchange.js';
import { expiredFault, faultOf, localFault, refusalsOf, stageOfCommand } from './smtp-fault.js';
import type { SmtpClientError } from './smtp-fault.js';
import { HandOver } from './hand-over.js';
import type { PhaseClock } from './phase-clock.js';
import { ReplyWatch } from './reply-watch.js';
import type { ServerOffer } from './server-offer.js';
import { socketOf, type SmtpClient } from './smtp-client.js';
import type { SMTPConnectionSendInfo } from 'nodemailer/lib/smtp-connection';
import { isFault } from './smtp-result.js';
import type { SmtpEnvelope, SmtpFault, SmtpMessage, SmtpResult, SmtpStage } from './smtp-result.js';

/** How long the server gets to say goodbye, in milliseconds. */
const QUIT_MS = 500;

/**
 * One open connection, logged in where credentials are set. It takes one message at a time and knows at
 * which stage that is. After anything it cannot be sure of it is dropped, never used again.
 */
export class SmtpSession {
  /** Messages that it was given so far. */
  messages = 0;
  #alive = true;
  #transactionOpen = false;
  readonly #ended: Promise<void>;
  readonly #replies: ReplyWatch;

  constructor(
    private readonly client: SmtpClient,
    private readonly offer: ServerOffer,
  ) {
    this.#replies = new ReplyWatch(client);
    this.#ended = new Promise((resolve) => {
      client.once('end', () => {
        this.#alive = false;
        resolve();
      });
    });
  }

  /** Whether it can be given another message. */
  get alive(): boolean {
    return this.#alive;
  }

  /** Settles when the connection has ended, whoever ended it. */
  get ended(): Promise<void> {
    return this.#ended;
  }

  /** Hands over one message. Look at `alive` afterwards: where the outcome left doubts, it is not. */
  async send(message: SmtpMessage, clock: PhaseClock): Promise<SmtpResult> {
    clock.enter('handOver');
    const refusal = this.notOffered(message.envelope) ?? (await this.endTransaction(clock));
    if (refusal !== undefined) return { error: refusal };
    this.messages += 1;
    const handOver = this.handOver(message, clock);
    const end = await exchange<SMTPConnectionSendInfo>(this.client, clock, (done) =>
      // The client changes the envelope it is given; of a stream it asks for no more than this.
      this.client.send(
        clientEnvelope(message.envelope),
        handOver as EventEmitter as Readable,
        done,
      ),
    );
    handOver.destroy();
    const result = this.judge(end, handOver, message.envelope);
    if (isFault(result) && !this.survives(result.error)) this.drop();
    return result;
  }

  /** Ends the connection at once. */
  drop(): void {
    this.#alive = false;
    this.client.close();
  }

  /** Says goodbye and ends the connection; settles when it has ended. */
  async quit(): Promise<void> {
    if (!this.#alive) return;
    this.#alive = false;
    const timer = setTimeout(() => this.client.close(), QUIT_MS);
    this.client.quit();
    await this.#ended;
    clearTimeout(timer);
  }

  private handOver(message: SmtpMessage, clock: PhaseClock): HandOver {
    return new HandOver(message, {
      socket: socketOf(this.client),
      serverIsReady: () => this.#replies.endWithGoAhead(),
      onEnd: () => clock.enter('answer'),
    });
  }

  private notOffered({ smtpUtf8, dsn }: SmtpEnvelope): SmtpFault | undefined {
    if (smtpUtf8 === true && !this.offer.offers('SMTPUTF8')) {
      return localFault('mail', 'smtputf8', 'The server does not offer SMTPUTF8');
    }
    if (dsn !== undefined && !this.offer.offers('DSN')) {
      return localFault('mail', 'dsn', 'The server does not offer DSN');
    }
    return undefined;
  }

  /** A refused message leaves its envelope with the server; RSET takes it away before the next one. */
  private async endTransaction(clock: PhaseClock): Promise<SmtpFault | undefined> {
    if (!this.#transactionOpen) return undefined;
    this.#transactionOpen = false;
    const end = await exchange<boolean>(this.client, clock, (done) => this.client.reset(done));
    if ('value' in end) return undefined;
    this.drop();
    return 'expiry' in end
      ? expiredFault('mail', end.expiry)
      : { ...faultOf(end.error, 'mail'), reason: 'lost' };
  }

  private judge(
    end: Exchanged<SMTPConnectionSendInfo>,
    handOver: HandOver,
    envelope: SmtpEnvelope,
  ): SmtpResult {
    if ('value' in end) return this.acceptance(end.value, handOver, envelope);
    const stage = stageOf(handOver, 'error' in end ? end.error : undefined);
    if ('expiry' in end) return { error: expiredFault(stage, end.expiry) };
    const fault = faultOf(end.error, stage);
    return {
      error: handOver.problem === undefined ? fault : { ...fault, reason: handOver.problem },
    };
  }

  /** An acceptance counts only where it stands: after the final dot, for the recipients that we named. */
  private acceptance(
    info: SMTPConnectionSendInfo,
    handOver: HandOver,
    { to }: SmtpEnvelope,
  ): SmtpResult {
    const { accepted, response } = info;
    const refused = refusalsOf(info);
    const named = new Set([...accepted, ...refused.map(({ recipient }) => recipient)]);
    const isAnswer =
      handOver.ended && this.#replies.nothingLeftToSend() && /^2\d\d(?:[ -]|$)/.test(response);
    if (isAnswer && accepted.length > 0 && named.size === new Set(to).size) {
      return { accepted, refused, response, stage: 'answer' };
    }
    return { error: localFault(stageOf(handOver), 'out-of-step', response) };
  }

  /** After a plain no the connection is as good as before; it only has to forget the envelope. */
  private survives({ reason, stage, replyCode }: SmtpFault): boolean {
    if (reason === 'size' || reason === 'envelope') return true;
    if (!this.#alive || reason !== 'reply' || replyCode === 421 || stage === 'body') return false;
    if (stage === 'answer' && !this.#replies.nothingLeftToSend()) return false;
    this.#transactionOpen = stage !== 'answer';
    return true;
  }
}

function clientEnvelope({ from, to, size, use8BitMime, smtpUtf8, dsn }: SmtpEnvelope) {
  return {
    from,
    to: [...to],
    size,
    use8BitMime: use8BitMime ?? smtpUtf8,
    dsn: dsn && { ret: dsn.ret, envid: dsn.envid, notify: dsn.notify && [...dsn.notify] },
  };
}

function stageOf(handOver: HandOver, error?: SmtpClientError): SmtpStage {
  if (handOver.ended) return 'answer';
  if (handOver.started) return 'body';
  if (handOver.problem !== undefined) return 'data';
  return error === undefined ? 'mail' : stageOfCommand(error, 'mail');
}
