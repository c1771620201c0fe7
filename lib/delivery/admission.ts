import { randomUUID } from 'node:crypto';
import type { DeliveryFailure, FailureCategory } from '../contract/outcome.js';
import type { UnsupportedPart } from '../contract/unsupported-part.js';
import { isMailBridgeError } from '../errors/mail-bridge.error.js';
import {
  InvalidMessageError,
  UnsupportedFeatureError,
  isUnsupportedFeatureError,
} from '../errors/message.errors.js';
import type { MessageDefaults } from '../message/message-defaults.js';
import { normalizeMessage } from '../message/normalize.js';
import type { OutgoingEmail } from '../message/outgoing-email.js';
import type { RelayHeaders } from '../message/relay-headers.js';
import { canLeaveOut, leaveOut } from './leave-out.js';
import type { ProviderChannel } from './provider-channel.js';
import { unsupportedParts } from './support.js';

// Warnings that are remembered, so that each is logged once.
const MAX_WARNINGS = 1_000;

/** The rules that a message must meet before any provider is asked. */
export interface AdmissionRules {
  readonly limits: { readonly recipients: number; readonly bytes: number };
  readonly unsupportedFeatures: 'error' | 'warn';
  /** Says what a message will be sent without. */
  warn(message: string): void;
  /** The names that providers have, built-in ones also where they are not configured. */
  providerNames(): readonly string[];
}

/** What a run adds to the rules. */
export interface RunRules {
  readonly defaults: MessageDefaults;
  /** Those that one of its providers lets through. @default none */
  readonly relayHeaders?: RelayHeaders | undefined;
}

/** Lets messages in: normalised, and able to travel by the provider that they are meant for. */
export class Admission {
  readonly #warned = new Set<string>();

  constructor(private readonly rules: AdmissionRules) {}

  /** The message by the rules for all providers. @throws InvalidMessageError */
  normalize(message: unknown, rules: RunRules): OutgoingEmail {
    const email = normalizeMessage(message, { ...rules, limits: this.rules.limits });
    if (email.providerOptions !== undefined) this.checkProviders(email.providerOptions);
    return email;
  }

  /** @throws InvalidMessageError for options of a provider that there is not: a slip would be lost */
  private checkProviders(options: NonNullable<OutgoingEmail['providerOptions']>): void {
    const names = this.rules.providerNames();
    const problems = Object.keys(options)
      .filter((name) => !names.includes(name))
      .map((name) => ({
        path: `providerOptions.${name}`,
        message: `is no provider; there are ${names.join(', ')}`,
      }));
    if (problems.length > 0) throw new InvalidMessageError(problems);
  }

  /**
   * The message as that provider can carry it: whole, or where `unsupportedFeatures` is `'warn'` without
   * what it cannot.
   *
   * @throws InvalidMessageError, UnsupportedFeatureError
   */
  admit(message: unknown, channel: ProviderChannel, rules: RunRules): OutgoingEmail {
    const email = this.normalize(message, rules);
    const parts = unsupportedParts(email, channel.capabilities, channel.strategy);
    return parts.length === 0 ? email : this.withoutUnsupported(email, parts, channel);
  }

  private withoutUnsupported(
    email: OutgoingEmail,
    parts: readonly UnsupportedPart[],
    { name, capabilities, strategy }: ProviderChannel,
  ): OutgoingEmail {
    if (!parts.every((part) => canLeaveOut(part, email))) throw cannotCarry(name, parts);
    if (this.rules.unsupportedFeatures === 'error') {
      throw new UnsupportedFeatureError(name, reasons(parts));
    }
    const left = leaveOut(email, parts);
    const remaining = unsupportedParts(left, capabilities, strategy);
    if (remaining.length > 0) throw cannotCarry(name, remaining);
    this.warnOnce(name, reasons(parts).join(', '));
    return left;
  }

  private warnOnce(provider: string, missing: string): void {
    const warning = `The provider '${provider}' cannot carry ${missing}: sent without`;
    if (this.#warned.has(warning)) return;
    // The words may name sizes, so there is no end of different ones.
    if (this.#warned.size >= MAX_WARNINGS) this.#warned.clear();
    this.#warned.add(warning);
    this.rules.warn(warning);
  }
}

function reasons(parts: readonly UnsupportedPart[]): readonly string[] {
  return [...new Set(parts.map(({ reason }) => reason))];
}

/** The error for what a message cannot be sent without. */
function cannotCarry(provider: string, parts: readonly UnsupportedPart[]): UnsupportedFeatureError {
  const features = reasons(parts);
  const message =
    `The provider '${provider}' cannot carry ${features.join(', ')}. ` +
    'Change the message, or choose another provider.';
  return new UnsupportedFeatureError(provider, features, message);
}

/** The failure of a message that was not let in, from the error that says why. */
export function admissionFailure(error: unknown): DeliveryFailure {
  const category: FailureCategory = isUnsupportedFeatureError(error) ? 'unsupported' : 'validation';
  const { code, message } = isMailBridgeError(error)
    ? error
    : { code: 'INVALID_MESSAGE', message: 'The message cannot be read' };
  // These are our own words, which hold nothing of the message: they need no cleaning.
  return {
    code,
    message: message.slice(0, 500),
    category,
    scope: 'message',
    retryable: false,
  };
}

/** The id of a message that nobody has checked: its own where that is fit to be one, else a new one. */
export function idOf(message: unknown): string {
  try {
    const { id } = message as { id?: unknown };
    if (typeof id === 'string' && /^[\w-]{1,64}$/.test(id)) return id;
  } catch {
    // Nothing that can be read has an id.
  }
  return randomUUID();
}
