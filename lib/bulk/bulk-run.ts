import { EMPTY, Observable, concat, defer, from, mergeMap, range, tap, throwError } from 'rxjs';
import { idOf } from '../delivery/admission.js';
import { cancelled, type Delivery } from '../delivery/delivery.js';
import type { EmailResponseDto } from '../contract/email-response.dto.js';
import type { DeliveryRun } from '../delivery/delivery-run.js';
import { stopSignal } from '../delivery/stop-signal.js';
import { MailBridgeError } from '../errors/mail-bridge.error.js';
import { BulkTally, type BulkProgress, type KeepResponses } from './bulk-response.dto.js';
import { BulkSourceError } from './bulk-source.error.js';
import { admitting } from './admit.js';
import { Intake, type Work } from './intake.js';
import { isPromise } from '../contract/is-promise.js';
import { SourceReader } from './source-reader.js';
import type { MessageSource } from './message-source.js';

/** What a bulk needs to run. */
export interface BulkPlan {
  readonly source: MessageSource;
  readonly delivery: Delivery;
  /** How its messages are delivered. */
  readonly run: DeliveryRun;
  /** Calls in flight for this bulk. */
  readonly concurrency: number;
  readonly lookAhead: number;
  readonly keepResponses: KeepResponses;
  /** Signals that end the intake: the caller's, the shutdown's. */
  readonly stops: readonly (AbortSignal | undefined)[];
  readonly onProgress?: ((progress: BulkProgress) => void) | undefined;
}

/**
 * One bulk: `concurrency` pullers under one `mergeMap`, each taking the next work when it is free, so
 * that the source is asked only as fast as messages go out. It runs once.
 */
export class BulkRun {
  readonly tally: BulkTally;
  #source: SourceReader | undefined;

  constructor(private readonly plan: BulkPlan) {
    this.tally = new BulkTally(plan.keepResponses);
  }

  /** Whether the source was taken to its end. */
  get complete(): boolean {
    return this.#source?.isComplete ?? false;
  }

  /**
   * The responses as they come; subscribing starts the bulk, unsubscribing ends its intake. Fails with
   * a `BulkSourceError` after the last response when the source threw.
   */
  responses(): Observable<EmailResponseDto> {
    return new Observable<EmailResponseDto>((subscriber) => {
      if (this.#source !== undefined) {
        subscriber.error(subscribedTwice());
        return undefined;
      }
      const { source, run, lookAhead, stops } = this.plan;
      const { signal, stop, dispose } = stopSignal(...stops);
      const limits = run.route.first.callLimits;
      this.#source = new SourceReader(source, signal);
      const intake = new Intake(this.#source, admitting(run, signal), { limits, lookAhead });
      const running = this.run(intake, this.#source, signal).subscribe(subscriber);
      return () => {
        stop();
        dispose();
        running.unsubscribe();
      };
    });
  }

  private run(
    intake: Intake,
    source: SourceReader,
    stop: AbortSignal,
  ): Observable<EmailResponseDto> {
    const pullers = range(0, this.plan.concurrency).pipe(
      mergeMap(() => this.puller(intake, stop), this.plan.concurrency),
    );
    const leftOver = defer(() => from(this.leftOver(intake)));
    const end = defer(() => {
      const { failure } = source;
      if (failure === undefined) return EMPTY;
      return throwError(() => new BulkSourceError(this.tally.response(false), failure.error));
    });
    return concat(concat(pullers, leftOver).pipe(tap((response) => this.count(response))), end);
  }

  private count(response: EmailResponseDto): void {
    this.tally.add(response);
    this.plan.onProgress?.(this.tally.progress(this.plan.source.total));
  }

  private puller(intake: Intake, stop: AbortSignal): Observable<EmailResponseDto> {
    return new Observable((subscriber) => {
      const pull = async () => {
        while (!subscriber.closed) {
          const next = intake.next();
          const work = isPromise(next) ? await next : next;
          if (work === undefined) break;
          for (const response of await this.settle(work, stop)) subscriber.next(response);
        }
      };
      pull().then(
        () => subscriber.complete(),
        (error: unknown) => subscriber.error(error),
      );
    });
  }

  private async settle(work: Work, stop: AbortSignal): Promise<readonly EmailResponseDto[]> {
    if (work.parcels.length === 0) return work.refused;
    const { run, delivery } = this.plan;
    const onCall = () => (this.tally.providerCalls += 1);
    const delivered = await delivery.deliver(work.parcels, { run, stop, onCall });
    return work.refused.length === 0 ? delivered : [...work.refused, ...delivered];
  }

  /** What an early end left in a source that can be looked into was never tried. */
  private *leftOver(intake: Intake): Iterable<EmailResponseDto> {
    if (this.complete || this.plan.source.rest === undefined) return;
    let index = intake.taken;
    for (const message of this.plan.source.rest()) {
      yield cancelled(idOf(message), index, this.plan.run.route.first.name);
      index += 1;
    }
  }
}

function subscribedTwice(): MailBridgeError {
  return new MailBridgeError(
    'A bulk runs once: share() the stream to follow it from several places, or call stream() again',
    'SUBSCRIBED_TWICE',
  );
}
