import type { DeliveryFailure, Outcome, RecipientOutcome } from './outcome.js';

/** One attempt to submit a message. */
export interface AttemptRecord {
  readonly provider: string;
  readonly outcome: Outcome;
  /** The code of its failure. */
  readonly code?: string;
  /** In whole milliseconds. */
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
  /** The server's last words, where the provider gives them: cleaned, at most 500 characters. */
  declare readonly response?: string;
  /** Where the recipients differ: each with its own outcome. */
  declare readonly recipients?: readonly RecipientOutcome[];

  /** @internal */
  constructor({ id, index, provider, history = NOT_TRIED }: MessageInQuestion, verdict: Verdict) {
    this.id = id;
    if (index !== undefined) this.index = index;
    this.outcome = verdict.outcome;
    this.success = verdict.outcome === 'accepted';
    this.provider = provider;
    if (verdict.messageId !== undefined) this.messageId = verdict.messageId;
    this.attempts = history.length;
    this.history = history;
    if (verdict.failure !== undefined) this.failure = verdict.failure;
    if (verdict.response !== undefined) this.response = verdict.response;
    if (verdict.recipients !== undefined) this.recipients = verdict.recipients;
  }
}

const NOT_TRIED: readonly AttemptRecord[] = Object.freeze([]);

/** Which message it is, and what was done with it. */
export interface MessageInQuestion {
  readonly id: string;
  /** Its place in a bulk. */
  readonly index: number | undefined;
  readonly provider: string;
  /** @default none */
  readonly history?: readonly AttemptRecord[];
}

/** What is said of it; a submission is one. */
type Verdict = Pick<
  EmailResponseDto,
  'outcome' | 'messageId' | 'failure' | 'response' | 'recipients'
>;
