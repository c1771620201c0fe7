import type { OutgoingEmail } from '../message/outgoing-email.js';

/** A field of a message, as its author knows it. */
export type MessageField = Exclude<keyof OutgoingEmail, 'id' | 'features' | 'envelopeTo'>;

/** Something of a message that a provider cannot carry, and where it stands. */
export interface UnsupportedPart {
  /** What it is, in words for people, such as `a tag of 300 characters (255 at most)`. */
  readonly reason: string;
  /**
   * The field that has it. With `unsupportedFeatures: 'warn'` the message is sent without it, unless it
   * would be another message then. @default none: the message is refused also with `'warn'`
   */
  readonly field?: MessageField | undefined;
  /**
   * Where in the field, if the rest of it can be carried: `[2]` for the third entry of a list, `['order']`
   * for that of an object, further keys for what is inside of it. @default the whole field
   */
  readonly at?: readonly (string | number)[] | undefined;
}
