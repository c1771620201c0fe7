import { isSpecialAddress } from './address.js';
import { isInternational } from './domain.js';
import type { MailAddress } from './mail-address.js';
import type { MessageFeature, OutgoingEmail } from './outgoing-email.js';

const NONE: ReadonlySet<MessageFeature> = new Set();

type Fields = Omit<OutgoingEmail, 'features'>;

const ASKS_FOR: ReadonlyArray<readonly [MessageFeature, (email: Fields) => boolean]> = [
  ['attachments', ({ attachments }) => attachments.length > 0],
  ['inlineAttachments', ({ attachments }) => attachments.some(({ cid }) => cid !== undefined)],
  ['headers', ({ headers }) => hasKeys(headers)],
  ['internationalAddress', hasAddress(isInternational)],
  ['metadata', ({ metadata }) => hasKeys(metadata)],
  ['multipleReplyTo', ({ replyTo }) => replyTo.length > 1],
  ['multipleTags', ({ tags }) => tags.length > 1],
  // Normal is what a mail program shows when no header says otherwise.
  ['priority', ({ priority }) => priority !== undefined && priority !== 'normal'],
  ['returnPath', ({ returnPath }) => returnPath !== undefined],
  ['sendAt', ({ sendAt }) => sendAt !== undefined],
  ['specialAddress', hasAddress(isSpecialAddress)],
  ['stream', ({ stream }) => stream !== undefined],
  ['tags', ({ tags }) => tags.length > 0],
  ['trackClicks', ({ trackClicks }) => trackClicks === true],
  ['trackOpens', ({ trackOpens }) => trackOpens === true],
  ['trackingOff', ({ trackOpens, trackClicks }) => trackOpens === false || trackClicks === false],
];

/** The features that a message asks for; the same empty set for every plain one. */
export function featuresOf(email: Fields): ReadonlySet<MessageFeature> {
  const asked = ASKS_FOR.filter(([, asks]) => asks(email));
  return asked.length === 0 ? NONE : new Set(asked.map(([feature]) => feature));
}

/** Whether an address of the message, in whatever field, is of that kind. */
function hasAddress(isOfKind: (address: string) => boolean): (email: Fields) => boolean {
  const isMailboxOfKind = ({ address }: MailAddress) => isOfKind(address);
  return ({ from, returnPath, to, cc, bcc, replyTo }) =>
    isOfKind(from.address) ||
    (returnPath !== undefined && isOfKind(returnPath)) ||
    to.some(isMailboxOfKind) ||
    cc.some(isMailboxOfKind) ||
    bcc.some(isMailboxOfKind) ||
    replyTo.some(isMailboxOfKind);
}

/** Whether an object has anything in it, without a list of it. */
export function hasKeys(record: object): boolean {
  for (const _ in record) return true;
  return false;
}
