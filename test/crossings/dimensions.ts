/**
 * The dimensions of a crossing, each with its values. No two values have the same name, so that a row is
 * named by its values alone.
 */
export const DIMENSIONS = {
  /** `acme` is a provider of the application's own, with native batches and idempotency keys. */
  provider: ['smtp', 'sendgrid', 'postmark', 'mailgun', 'brevo', 'ses', 'acme', 'mailbox'],
  /** A few `send()` calls, a bulk, or `send()` calls that share native batches. */
  way: ['one', 'bulk', 'coalesced'],
  connection: ['plain', 'tls'],
  /** Content of the attachment: bytes, a stream that is read once, or a function that opens one. */
  attachment: ['buffer', 'given stream', 'function'],
  recipients: ['one recipient', 'several'],
  /** How the server's words come. */
  answer: ['at once', 'after 5 ms', 'in pieces'],
  /** What happens to the first call, or with `refused` to every connection. */
  fault: ['no fault', 'bad message', '429', 'cut', '5xx', 'refused'],
  /** Whether there is a next provider, which takes everything. */
  route: ['alone', 'route'],
  retry: ['no retry', 'retry'],
  onUnknown: ['report', 'resend'],
  idempotency: ['no key', 'key'],
  breaker: ['no breaker', 'breaker'],
  rateLimit: ['unlimited', 'rate limit'],
  interceptor: ['not intercepted', 'interceptor'],
  /** Whether the caller aborts while the first call is with the provider. */
  signal: ['no signal', 'aborted'],
} as const;

export type Dimensions = typeof DIMENSIONS;

/** One value of each dimension. */
export type Row = { readonly [D in keyof Dimensions]: Dimensions[D][number] };

/** The name of a row: its values, in the order of the dimensions. */
export function titleOf(row: Row): string {
  return Object.values(row).join(', ');
}
