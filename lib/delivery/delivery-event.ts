import type { AttemptRecord, EmailResponseDto } from '../contract/email-response.dto.js';

/** Something that happened to a message: a provider was asked, or it has its outcome. */
export type DeliveryEvent =
  | ({ readonly type: 'attempt'; readonly id: string } & AttemptRecord)
  | { readonly type: 'outcome'; readonly response: EmailResponseDto };
