/** A request to an API. The body is sent as it is, a text as UTF-8, with its length. */
export interface HttpRequest {
  readonly method: 'GET' | 'POST';
  readonly url: string;
  /** Names in lower case; values are sent as they are. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Buffer | string;
}

/** The peer answered: at least its status line and headers came. */
export interface HttpAnswer {
  readonly kind: 'answer';
  readonly status: number;
  /** Names in lower case; repeated headers joined by a comma. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** False when the body was cut off: the connection broke, time was up, or it was too long. */
  readonly isComplete: boolean;
}

/** No answer came. */
export interface HttpFault {
  readonly kind: 'fault';
  /** Whether the whole request may have reached the peer; an incomplete one cannot be processed. */
  readonly mayHaveArrived: boolean;
  /** Whether it was ended by its signal. */
  readonly isAborted: boolean;
  /** The code of Node's error, as in `ECONNREFUSED`. */
  readonly code: string;
}

/**
 * What became of a request. It holds nothing of the request itself: no key and no content can leak
 * from it.
 */
export type HttpResult = HttpAnswer | HttpFault;

/** No answer came, at that stage. */
export function fault(code: string, mayHaveArrived: boolean, isAborted: boolean): HttpFault {
  return { kind: 'fault', code, mayHaveArrived, isAborted };
}

/** Tells a fault from what there would be without one. */
export function isFault(result: object): result is HttpFault {
  return 'kind' in result && result.kind === 'fault';
}
