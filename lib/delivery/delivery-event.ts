import type { EmailResponseDto } from './email-response.dto.js';
import type { AttemptRecord } from './shipment.js';

/** Something that happened to a message: a provider was asked, or it has its outcome. */
export type DeliveryEvent =
  | ({ readonly type: 'attempt'; readonly id: string } & AttemptRecord)
  | { readonly type: 'outcome'; readonly response: EmailResponseDto };
