import { ReplaySubject, type Observable } from 'rxjs';
import type { EmailResponseDto } from 'nest-mailbridge';
import { lineOf } from './newsletter-messages.js';
import { afterResponse, ended, newNewsletter, type NewsletterState } from './newsletter-state.js';

/**
 * One newsletter on its way. It runs whether anybody follows it or not, and once however many do:
 * whoever comes gets the state as it is and then what changes.
 */
export class NewsletterRun {
  readonly #states = new ReplaySubject<NewsletterState>(1);
  #state: NewsletterState;

  /** The state now and after each outcome; completes with the run. */
  readonly states: Observable<NewsletterState> = this.#states.asObservable();

  /** Subscribing to the responses is what sends. */
  constructor(id: string, total: number, responses: Observable<EmailResponseDto>) {
    this.#state = newNewsletter(id, total);
    this.#states.next(this.#state);
    responses.subscribe({
      next: (response) => this.move(afterResponse(this.#state, response, lineOf(response.id))),
      complete: () => this.end(false),
      error: () => this.end(true),
    });
  }

  get state(): NewsletterState {
    return this.#state;
  }

  private move(state: NewsletterState): void {
    this.#state = state;
    this.#states.next(state);
  }

  private end(isFailed: boolean): void {
    this.move(ended(this.#state, isFailed));
    this.#states.complete();
  }
}
