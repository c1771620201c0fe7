import type {
  DeliveryObserver,
  EmailResponseDto,
  MailBridgeOptions,
  MailInterceptor,
} from 'nest-mailbridge';
import { tap } from 'rxjs';
import type { Row } from './dimensions.js';
import { BATCH } from './expectation.js';

/** What a row is sent with besides its values. */
export interface RowParts {
  /** The options of each provider that lead to its server, by name: the row's own, then the next one. */
  readonly providers: Readonly<Record<string, object>>;
  readonly observer: DeliveryObserver;
  readonly interceptor: MailInterceptor;
}

/** Calls in flight: one alone where it matters which was the first. */
export function concurrencyOf({ signal }: Row): number {
  return signal === 'aborted' ? 1 : 4;
}

/** The options of a row: every wait is short, every limit far away. */
export function optionsOf(row: Row, { providers, observer, interceptor }: RowParts) {
  const names = Object.keys(providers);
  const { route, retry, onUnknown, breaker, rateLimit, recipients, way } = row;
  const per = recipients === 'several' ? 'recipient' : 'message';
  const common = {
    maxInFlight: concurrencyOf(row),
    maxBatchSize: BATCH,
    ...(rateLimit === 'rate limit' && { rateLimit: { perSecond: 1000, per } }),
  };
  const options: MailBridgeOptions = {
    provider: route === 'route' ? names : names[0],
    defaults: { from: 'News <news@example.com>' },
    providers: Object.fromEntries(names.map((name) => [name, { ...providers[name], ...common }])),
    bulk: { concurrency: concurrencyOf(row) },
    retry: { attempts: retry === 'retry' ? 3 : 1, baseDelayMs: 1, maxDelayMs: 5 },
    onUnknown,
    // Two in a row are enough, so that a failure too many is noticed.
    circuitBreaker: breaker === 'breaker' && { failures: 2, halfOpenAfterMs: 5, maxPauseMs: 50 },
    observers: [observer],
    interceptors: row.interceptor === 'interceptor' ? [interceptor] : [],
    ...(way === 'coalesced' && { coalesce: { windowMs: 5 } }),
    maxWaitMs: 50,
    timeoutMs: 10_000,
  };
  return options;
}

/** Adds a header, and notes what became of each message. */
export function noting(note: (response: EmailResponseDto) => void): MailInterceptor {
  return {
    intercept: (email, next) =>
      next.handle({ ...email, headers: { ...email.headers, 'X-Crossing': 'yes' } }).pipe(tap(note)),
  };
}
