import type { MessageEvent } from '@nestjs/common';
import { asyncScheduler, map, throttleTime, type Observable } from 'rxjs';
import type { NewsletterState } from './newsletter-state.js';

const INTERVAL_MS = 200;

/**
 * What a browser hears of a newsletter: `progress` at once and then at most five times a second, and
 * one `summary` as the last event, after which an `EventSource` should be closed.
 */
export function newsletterEvents(states: Observable<NewsletterState>): Observable<MessageEvent> {
  return states.pipe(
    throttleTime(INTERVAL_MS, asyncScheduler, { leading: true, trailing: true }),
    map(toEvent),
  );
}

function toEvent(state: NewsletterState): MessageEvent {
  if (state.status !== 'running') return { type: 'summary', data: state };
  const { problems: _, ...progress } = state;
  return { type: 'progress', data: progress };
}
