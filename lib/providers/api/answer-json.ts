import type { HttpAnswer } from '../../transport/http/http-result.js';

/** An object as JSON has them. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** The body of an answer, where it came whole and is JSON; else `undefined`. */
export function answerJson({ body, isComplete }: HttpAnswer): unknown {
  if (!isComplete) return undefined;
  try {
    return JSON.parse(body) as unknown;
  } catch {
    return undefined;
  }
}

/** Whether a value out of JSON is an object. */
export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * Whether what came of a cut answer may be the beginning of a JSON object. Where a status alone says that
 * the message was taken, this tells the provider from whoever else answers with that status.
 */
export function beginsLikeJson({ body, headers }: HttpAnswer): boolean {
  const start = body.trimStart();
  if (start !== '') return start.startsWith('{');
  return /json/i.test(headers['content-type'] ?? 'application/json');
}
