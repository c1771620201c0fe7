import { fieldRules, type MessageFields } from './field-rules.js';
import type { MessageDefaults } from './message-defaults.js';
import type { OutgoingEmail } from './outgoing-email.js';
import { isRecord } from './rule.js';

const FIELDS = Object.keys(fieldRules) as (keyof MessageFields)[];
/** What an email has that no message says. */
const DERIVED: ReadonlySet<string> = new Set(['features', 'envelopeTo']);

/**
 * A message that was changed after it was normalised. What was changed is read as if the user had written
 * it so, by the rules for all messages; the rest stays as the user wrote it, so that each provider of a
 * route still adds its own defaults.
 */
export class AmendedMessage {
  private constructor(
    /** The message as it would have been written. */
    readonly message: unknown,
    private readonly changed: ReadonlySet<string>,
  ) {}

  /**
   * @param message as the user wrote it
   * @param before as it was normalised
   * @param after as it came back: anything, since nobody has checked it
   */
  static of(message: unknown, before: OutgoingEmail, after: unknown): AmendedMessage {
    if (!isRecord(after)) return new AmendedMessage(after, new Set());
    const written = message as Readonly<Record<string, unknown>>;
    const given: Readonly<Record<string, unknown>> = { ...before };
    const keys = [...new Set([...FIELDS, ...Object.keys(after)])].filter(
      (key) => !DERIVED.has(key),
    );
    const changed = new Set(keys.filter((key) => after[key] !== given[key]));
    const fields = keys.map((key) => [key, changed.has(key) ? after[key] : written[key]] as const);
    // The id is how the message is known already.
    return new AmendedMessage({ ...Object.fromEntries(fields), id: before.id }, changed);
  }

  /** Of the defaults those for fields that nobody changed: what was taken out stays out. */
  defaultsFrom(defaults: MessageDefaults): MessageDefaults {
    const left = Object.entries(defaults).filter(([field]) => !this.changed.has(field));
    return Object.fromEntries(left);
  }
}
