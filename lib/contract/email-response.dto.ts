import type { DeliveryFailure, Outcome, RecipientOutcome } from './outcome.js';

/** One attempt to submit a message. */
export interface AttemptRecord {
  readonly provider: string;
  readonly outcome: Outcome;
  /** The code of its failure. */
  readonly code?: string;
  readonly durationMs: number;
}

/** What became of one message. */
export class EmailResponseDto {
  /** The message's id: yours, or the UUID it was given. */
  readonly id: string;
  /** In bulk: the place of the message in its source, from 0. */
  declare readonly index?: number;
  readonly outcome: Outcome;
  /** `outcome === 'accepted'` */
  readonly success: boolean;
  /** The provider that had the last word, or that would have been asked first. */
  readonly provider: string;
  /** The provider's id of the message, when it was accepted and gave one. */
  declare readonly messageId?: string;
  /** How many times a provider was asked; 0 when the message was refused or cancelled before. */
  readonly attempts: number;
  /** Each of those attempts: the provider, the outcome and how long it took. */
  readonly history: readonly AttemptRecord[];
  /** Why it was not accepted. */
  declare readonly failure?: DeliveryFailure;
  /** Where the recipients differ: each with its own outcome. */
  declare readonly recipients?: readonly RecipientOutcome[];

  constructor(
    fields: Omit<EmailResponseDto, 'success' | 'index'> & { readonly index: number | undefined },
  ) {
    this.id = fields.id;
    if (fields.index !== undefined) this.index = fields.index;
    this.outcome = fields.outcome;
    this.success = fields.outcome === 'accepted';
    this.provider = fields.provider;
    if (fields.messageId !== undefined) this.messageId = fields.messageId;
    this.attempts = fields.attempts;
    this.history = fields.history;
    if (fields.failure !== undefined) this.failure = fields.failure;
    if (fields.recipients !== undefined) this.recipients = fields.recipients;
  }
}
