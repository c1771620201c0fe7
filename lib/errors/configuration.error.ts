import { MailBridgeError, guardFor } from './mail-bridge.error.js';
import { describeProblem, type Problem } from './problem.js';

/** The options cannot work. Thrown at start, with every problem that was found named in `problems`. */
export class ConfigurationError extends MailBridgeError {
  override readonly name = 'ConfigurationError';
  readonly problems: readonly Problem[];

  constructor(problems: readonly Problem[] | string) {
    const list = typeof problems === 'string' ? [{ path: '', message: problems }] : problems;
    super(
      `MailBridge is not configured correctly: ${list.map(describeProblem).join('; ')}`,
      'CONFIGURATION',
    );
    this.problems = list;
  }

  override toJSON(): Record<string, unknown> {
    return { ...super.toJSON(), problems: this.problems };
  }
}

/** True for a `ConfigurationError`. */
export const isConfigurationError = guardFor<ConfigurationError>('ConfigurationError');
