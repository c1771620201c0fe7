const GONE = 'ERR_CONNECTION_GONE';

/** What undici calls otherwise than Node does; callers know Node's codes. */
const CODES: Readonly<Record<string, string>> = {
  // The peer closed its side, or was closed, before an answer came.
  UND_ERR_SOCKET: 'ECONNRESET',
  UND_ERR_INVALID_ARG: 'ERR_INVALID_CHAR',
};

/** The code of a request that failed, as Node would name it. */
export function codeOf(error: Error): string {
  const { code } = error as NodeJS.ErrnoException;
  return code === undefined ? 'ERR_HTTP' : (CODES[code] ?? code);
}

/** Why a client gets no second connection. */
export function gone(): Error {
  return Object.assign(new Error('the connection is gone'), { code: GONE });
}

/** Whether a request was not begun since its connection was gone. */
export function isGone(error: Error): boolean {
  return (error as NodeJS.ErrnoException).code === GONE;
}
