import { Subject, type Observable } from 'rxjs';
import type { CircuitState } from './circuit-breaker.js';
import type { DeliveryEvent, DeliveryObserver } from './delivery-event.js';

/** Tells the observers of one MailBridge, and whoever has subscribed, what happens. */
export class DeliveryEvents {
  readonly #events = new Subject<DeliveryEvent>();
  #isWarned = false;

  /** Hot: who subscribes late has missed what was before. */
  readonly all$: Observable<DeliveryEvent> = this.#events.asObservable();

  constructor(
    private readonly observers: readonly DeliveryObserver[],
    private readonly warn: (message: string) => void,
  ) {}

  /** Whether anybody listens; without that there is no need to make events. */
  get isObserved(): boolean {
    return this.observers.length > 0 || this.#events.observed;
  }

  emit(event: DeliveryEvent): void {
    this.tell((observer) => observer.observe(event));
    this.#events.next(event);
  }

  circuitChanged(provider: string, state: CircuitState): void {
    this.tell((observer) => observer.circuitChanged?.(provider, state));
  }

  /** Says that nothing more will happen. */
  complete(): void {
    this.#events.complete();
  }

  private tell(say: (observer: DeliveryObserver) => void): void {
    for (const observer of this.observers) {
      try {
        say(observer);
      } catch {
        if (!this.#isWarned) this.warn('A delivery observer threw; the delivery goes on');
        this.#isWarned = true;
      }
    }
  }
}
