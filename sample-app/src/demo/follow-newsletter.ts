import type { NewsletterState } from '../newsletters/newsletter-state.js';
import { readServerEvents } from './server-events.js';

/** What every event tells; the problems come with the last one. */
export type NewsletterProgress = Omit<NewsletterState, 'problems'>;

/** Follows a newsletter by its events; resolves to the summary. */
export async function followNewsletter(
  eventsUrl: string,
  onProgress: (progress: NewsletterProgress) => void,
): Promise<NewsletterState> {
  for await (const { type, data } of readServerEvents(await fetch(eventsUrl))) {
    const state = JSON.parse(data) as NewsletterState;
    onProgress(state);
    if (type === 'summary') return state;
  }
  throw new Error('The events ended before the summary');
}
