import type { DeliveryFailure, Outcome, RecipientOutcome } from '../contract/outcome.js';

/** What became of one message. */
export class EmailResponseDto {
  /** The message's id: yours, or the UUID it was given. */
  readonly id: string;
  /** In bulk: the place of the message in its source, from 0. */
  readonly index?: number;
  readonly outcome: Outcome;
  /** `outcome === 'accepted'` */
  readonly success: boolean;
  /** The provider that had the last word, or that would have been asked first. */
  readonly provider: string;
  /** The provider's id of the message, when it was accepted and gave one. */
  readonly messageId?: string;
  /** How many times a provider was asked; 0 when the message was refused or cancelled before. */
  readonly attempts: number;
  /** Why it was not accepted. */
  readonly failure?: DeliveryFailure;
  /** Where the recipients differ: each with its own outcome. */
  readonly recipients?: readonly RecipientOutcome[];

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
    if (fields.failure !== undefined) this.failure = fields.failure;
    if (fields.recipients !== undefined) this.recipients = fields.recipients;
  }
}
