import type { EmailResponseDto } from '../contract/email-response.dto.js';
import type { OutgoingEmail } from '../message/outgoing-email.js';
import { estimatedBytes } from '../message/size.js';
import type { Plannable } from './plan.js';
import type { ProviderChannel } from './provider-channel.js';

/** A message on its way, for the provider that it was admitted by. */
export interface Parcel extends Plannable {
  readonly email: OutgoingEmail;
  /** As the user wrote it: another provider may have other defaults. */
  readonly message: unknown;
  readonly channel: ProviderChannel;
  /** Its place in a bulk. */
  readonly index?: number | undefined;
  /** Tells those who want to know what became of it; settles when they are done. Never rejects. */
  readonly settle?: (response: EmailResponseDto) => Promise<void>;
}

/** What the planner is told of a message that has a call to itself. */
export const ALONE: Plannable = {
  key: undefined,
  recipients: 0,
  bytes: 0,
  sharedBytes: 0,
  unique: [],
};

/** What the planner needs to know of a message on that provider. */
export function plannable(email: OutgoingEmail, channel: ProviderChannel): Plannable {
  return {
    key: channel.batchKey(email),
    recipients: email.to.length + email.cc.length + email.bcc.length,
    bytes: channel.batches ? estimatedBytes(email) : 0,
    sharedBytes: channel.sharedBytes(email),
    unique: channel.unique(email),
  };
}
