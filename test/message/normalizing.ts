import { isInvalidMessageError } from '../../lib/errors/message.errors.js';
import type { Problem } from '../../lib/errors/problem.js';
import { normalizeMessage, type NormalizeContext } from '../../lib/message/normalize.js';
import type { OutgoingEmail } from '../../lib/message/outgoing-email.js';

/** What the configuration adds in these tests: a sender, and limits that only their own tests reach. */
export const CONTEXT: NormalizeContext = {
  defaults: { from: { address: 'shop@example.com' } },
  limits: { recipients: 50, bytes: 1_000_000 },
};

/** A message that is right, with `parts` over it. */
export function message(parts: Record<string, unknown> = {}): Record<string, unknown> {
  return { to: 'ada@example.org', subject: 'Hello', text: 'Hello Ada', ...parts };
}

/** Normalises a right message with `parts` over it. */
export function normalize(parts: Record<string, unknown> = {}): OutgoingEmail {
  return normalizeMessage(message(parts), CONTEXT);
}

/** The problems of a message, none if it is right; anything else that is thrown is thrown on. */
export function problemsOf(input: unknown, context = CONTEXT): readonly Problem[] {
  try {
    normalizeMessage(input, context);
    return [];
  } catch (error) {
    if (isInvalidMessageError(error)) return error.problems;
    throw error;
  }
}

/** The paths of the problems of a right message with `parts` over it. */
export function problemPaths(parts: Record<string, unknown>): readonly string[] {
  return problemsOf(message(parts)).map(({ path }) => path);
}
