/** Headers of the two kinds of request that an API of JSON takes; the same objects for every request. */
export interface JsonHeaders {
  readonly get: Readonly<Record<string, string>>;
  readonly post: Readonly<Record<string, string>>;
}

/** The headers of an API of JSON, with those that carry its credentials. */
export function jsonHeaders(credentials: Readonly<Record<string, string>>): JsonHeaders {
  const get = { ...credentials, accept: 'application/json' };
  return { get, post: { ...get, 'content-type': 'application/json' } };
}
