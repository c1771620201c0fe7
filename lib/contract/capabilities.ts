import type { MessageFeature, OutgoingEmail } from '../message/outgoing-email.js';

/** What a provider can carry. What it cannot is refused before anything is sent. */
export interface ProviderCapabilities {
  /** Whether it renders templates that are stored at the provider (`templateId`). */
  readonly templates: boolean;
  readonly features: ReadonlySet<MessageFeature>;
  readonly limits?: {
    /** Recipients of one message: to, cc and bcc together. */
    readonly recipients?: number;
    /** Bytes of one message: bodies and attachments as they are, as far as they are known. */
    readonly bytes?: number;
    readonly tags?: number;
  };
  /**
   * The headers that steer the relay behind it and that it lets through, such as `x-smtpapi`: names in
   * lower case. @default none
   */
  readonly relayHeaders?: ReadonlySet<string>;
}

/** What one native call of a provider takes. */
export interface BatchRules {
  readonly maxMessages: number;
  /** Recipients of all messages of a call together. */
  readonly maxRecipients?: number;
  /** Bytes of all messages of a call together, as `estimatedBytes` counts them. */
  readonly maxBytes?: number;
  /**
   * Whether a call has a result of its own for each message. Without it, a call whose messages were all
   * rejected alike counts as refused because of one of them.
   */
  readonly independent?: boolean;
  /**
   * How many of a message's bytes messages of one key have in common, sent once for all of them.
   * @default 0
   */
  sharedBytes?(email: OutgoingEmail): number;
  /** What only messages able to share a call have in common; `undefined`: this one goes alone. */
  key(email: OutgoingEmail): string | undefined;
  /**
   * What may stand only once in a call, such as the address of a recipient: messages that have one of
   * these in common go out in different calls. @default nothing
   */
  unique?(email: OutgoingEmail): readonly string[];
}

/** Every feature there is: what a custom provider is given when it declares nothing. */
export const ALL_FEATURES: ReadonlySet<MessageFeature> = new Set<MessageFeature>([
  'attachments',
  'inlineAttachments',
  'headers',
  'internationalAddress',
  'metadata',
  'multipleReplyTo',
  'multipleTags',
  'priority',
  'returnPath',
  'sendAt',
  'specialAddress',
  'stream',
  'tags',
  'trackClicks',
  'trackOpens',
  'trackingOff',
]);

/** The capabilities of a provider that declares none: every feature, no stored templates. */
export const UNDECLARED_CAPABILITIES: ProviderCapabilities = {
  templates: false,
  features: ALL_FEATURES,
};
