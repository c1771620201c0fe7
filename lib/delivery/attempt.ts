import { cleanText } from '../contract/clean-text.js';
import { unknown, type FailureInput, type Submission } from '../contract/submission.js';
import { invalid, normalizeSubmission } from './normalize-submission.js';

// A provider that heeds its signal knows best how far the message went; one that does not is left.
const GRACE_MS = 100;

/** What bounds one call of a provider. */
export interface AttemptLimits {
  /** From the moment the call begins, in milliseconds; `undefined` where the transport has phases of its own. */
  readonly timeoutMs: number | undefined;
  /** Fires when a shutdown gives up what is in flight. */
  readonly expired: AbortSignal;
  /** What no failure may repeat. */
  readonly secrets: readonly string[];
}

/**
 * Makes one call of a provider and always comes back with one submission per message: what it throws,
 * what makes no sense and what does not come in time is `unknown`, since the messages may have left.
 */
export async function attempt(
  call: (signal: AbortSignal) => Promise<readonly Submission[]>,
  count: number,
  limits: AttemptLimits,
): Promise<readonly Submission[]> {
  const end = endOfPatience(limits);
  try {
    const submissions = await Promise.race([call(end.signal), end.reached]);
    return checked(submissions, count, limits.secrets);
  } catch (error) {
    return same(
      count,
      unknown(
        error instanceof InterruptedError
          ? describeInterruption(error)
          : describeThrown(error, limits.secrets),
      ),
    );
  } finally {
    end.dismiss();
  }
}

/** Rejects when the attempt is out of time, or the application is, and the provider was told so. */
function endOfPatience({ timeoutMs, expired }: AttemptLimits) {
  // Without a limit of its own an attempt ends with the application only, which has a signal already.
  const controller = timeoutMs === undefined ? undefined : new AbortController();
  const dismissals: (() => void)[] = [];
  const after = (ms: number, action: () => void) => {
    const timer = setTimeout(action, ms);
    dismissals.push(() => clearTimeout(timer));
  };
  const reached = new Promise<never>((_, reject) => {
    const giveUp = (reason: InterruptedError) => {
      controller?.abort(reason);
      after(GRACE_MS, () => reject(reason));
    };
    const onExpiry = () => giveUp(new InterruptedError('SHUTDOWN', 'the application shut down'));
    if (timeoutMs !== undefined) {
      const message = `the provider did not answer within ${timeoutMs} ms`;
      after(timeoutMs, () => giveUp(new InterruptedError('TIMEOUT', message)));
    }
    if (expired.aborted) onExpiry();
    else expired.addEventListener('abort', onExpiry, { once: true });
    dismissals.push(() => expired.removeEventListener('abort', onExpiry));
  });
  return {
    signal: controller?.signal ?? expired,
    reached,
    dismiss: () => dismissals.forEach((dismiss) => dismiss()),
  };
}

/** The reason of an attempt's signal: `code` is `TIMEOUT` or `SHUTDOWN`. */
class InterruptedError extends Error {
  override readonly name = 'TimeoutError';

  constructor(
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}

function checked(
  submissions: readonly Submission[],
  count: number,
  secrets: readonly string[],
): readonly Submission[] {
  if (!Array.isArray(submissions) || submissions.length !== count) {
    return same(count, invalid(`one result for each of the ${count} messages`));
  }
  return submissions.map((submission: Submission) => normalizeSubmission(submission, secrets));
}

function same(count: number, submission: Submission): readonly Submission[] {
  return Array.from({ length: count }, () => submission);
}

function describeInterruption({ code, message }: InterruptedError): FailureInput {
  return { code, message, category: 'timeout' };
}

function describeThrown(error: unknown, secrets: readonly string[]): FailureInput {
  if (typeof error !== 'object' || error === null) {
    return { code: 'PROVIDER_THREW', message: `the provider threw a ${typeof error}` };
  }
  const { name, code, message }: Partial<Record<'name' | 'code' | 'message', unknown>> = error;
  const isCode = typeof code === 'string' && /^[A-Z][A-Z0-9_]{1,63}$/.test(code);
  return {
    code: isCode ? code : 'PROVIDER_THREW',
    message: `the provider threw ${cleanText(name, secrets)}: ${cleanText(message, secrets)}`,
  };
}
