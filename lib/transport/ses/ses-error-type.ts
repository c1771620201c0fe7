import type { HttpAnswer } from '../http/http-result.js';

/**
 * The type of an error of SES, as in `MessageRejected`; `undefined` where the answer has none. The header
 * may carry more behind the name; the body has the type where the header is lost.
 */
export function sesErrorType({ headers, body }: HttpAnswer): string | undefined {
  const type = headers['x-amzn-errortype'] ?? typeInBody(body);
  return typeof type === 'string' ? /(?:^|#)(\w{1,80})(?::|$)/.exec(type)?.[1] : undefined;
}

function typeInBody(body: string): unknown {
  try {
    const error = JSON.parse(body) as Readonly<Record<string, unknown>> | null;
    return error?.['__type'] ?? error?.['code'];
  } catch {
    return undefined;
  }
}
