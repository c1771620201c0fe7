import { cleanText } from '../contract/clean-text.js';
import { LightSignal } from '../contract/light-signal.js';
import { missingPackage } from '../contract/missing-package.js';
import { sameForAll, unknown, type FailureInput, type Submission } from '../contract/submission.js';
import { isMissingPackageError } from '../errors/missing-package.error.js';
import { invalid, normalizeSubmission } from './normalize-submission.js';

// A provider that heeds its signal knows best how far the message went; one that does not is left.
const GRACE_MS = 100;

/** What bounds one call of a provider. */
export interface AttemptLimits {
  /** From the moment the call begins, in milliseconds; `undefined` where the transport has phases of its own. */
  readonly timeoutMs: number | undefined;
  /** Fires when a shutdown gives up what is in flight. */
  readonly expired: LightSignal;
  /** What no failure may repeat. */
  readonly secrets: readonly string[];
}

/**
 * Makes one call of a provider and always comes back with one submission per message: what it throws,
 * what makes no sense and what does not come in time is `unknown`, since the messages may have left. Only
 * a package that could not be loaded has surely sent nothing.
 */
export async function attempt(
  call: (ending: LightSignal) => Promise<readonly Submission[]>,
  count: number,
  limits: AttemptLimits,
): Promise<readonly Submission[]> {
  const patience = new Patience(limits);
  try {
    const submissions = await patience.wait(call);
    return checked(submissions, count, limits.secrets);
  } catch (error) {
    if (isMissingPackageError(error)) return sameForAll(missingPackage(error), count);
    const failure =
      error instanceof InterruptedError
        ? describeInterruption(error)
        : describeThrown(error, limits.secrets);
    return sameForAll(unknown(failure), count);
  } finally {
    patience.dismiss();
  }
}

/** Bounds one attempt: when it is out of time, or the application is, the provider is told so first. */
class Patience {
  readonly #ending: LightSignal;
  #timer: NodeJS.Timeout | undefined;
  #reject: (reason: InterruptedError) => void = () => undefined;
  readonly #expire = () => this.end(new InterruptedError('SHUTDOWN', 'the application shut down'));

  constructor(private readonly limits: AttemptLimits) {
    // Without a limit of its own an attempt ends with the application only, which has a signal already.
    this.#ending = limits.timeoutMs === undefined ? limits.expired : new LightSignal();
  }

  /** What the call comes to. @throws InterruptedError when that takes too long; what the call throws */
  wait<T>(call: (ending: LightSignal) => Promise<T>): Promise<T> {
    const { expired, timeoutMs } = this.limits;
    return new Promise((resolve, reject) => {
      this.#reject = reject;
      if (timeoutMs !== undefined) this.#timer = setTimeout(() => this.late(timeoutMs), timeoutMs);
      if (expired.aborted) this.#expire();
      else expired.addEventListener('abort', this.#expire);
      call(this.#ending).then(resolve, reject);
    });
  }

  /** Lets go of timer and signal. */
  dismiss(): void {
    clearTimeout(this.#timer);
    this.limits.expired.removeEventListener('abort', this.#expire);
  }

  private late(ms: number): void {
    this.end(new InterruptedError('TIMEOUT', `the provider did not answer within ${ms} ms`));
  }

  private end(reason: InterruptedError): void {
    clearTimeout(this.#timer);
    this.#ending.abort(reason);
    this.#timer = setTimeout(() => this.#reject(reason), GRACE_MS);
  }
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
    return sameForAll(invalid(`one result for each of the ${count} messages`), count);
  }
  return submissions.map((submission: Submission) => normalizeSubmission(submission, secrets));
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
