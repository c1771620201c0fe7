import {
  addressList,
  bareAddress,
  mailboxList,
  oneAddress,
  requestAddressRules,
} from './address-rules.js';
import { attachmentList } from './attachment-rules.js';
import {
  instant,
  jsonObject,
  metadataMap,
  objectsByProvider,
  substitutionValues,
  tagList,
  templateId,
} from './data-rules.js';
import { headerMap } from './header-rules.js';
import type { OutgoingEmail } from './outgoing-email.js';
import type { RuleTable } from './rule.js';
import { MAX_SUBJECT_BYTES } from './substitutions.js';
import { bodyText, flag, matching, oneOf, singleLine } from './text-rules.js';

/** The fields of a message, normalised one by one; those that were given. */
export type MessageFields = Partial<Omit<OutgoingEmail, 'features' | 'envelopeTo'>>;

/**
 * What holds for each field of a message, alone. The one rule set: the normaliser runs it for every
 * message, the decorators of `EmailMessageDto` run it for a request body.
 */
export const fieldRules: RuleTable<MessageFields> = {
  id: matching(/^[A-Za-z0-9_-]{1,64}$/, '1 to 64 letters, digits, _ and -'),
  from: oneAddress,
  to: addressList,
  cc: addressList,
  bcc: addressList,
  replyTo: mailboxList,
  subject: singleLine(0, MAX_SUBJECT_BYTES),
  html: bodyText,
  text: bodyText,
  substitutions: substitutionValues,
  templateId,
  templateData: jsonObject,
  attachments: attachmentList,
  headers: headerMap,
  tags: tagList,
  metadata: metadataMap,
  priority: oneOf(['high', 'normal', 'low']),
  sendAt: instant,
  trackOpens: flag,
  trackClicks: flag,
  stream: singleLine(1, 255),
  returnPath: bareAddress,
  providerOptions: objectsByProvider,
};

/** The same for a request body: a stranger may not write what only the application should. */
export const requestFieldRules: RuleTable<MessageFields> = {
  ...fieldRules,
  from: requestAddressRules.oneAddress,
  to: requestAddressRules.addressList,
  cc: requestAddressRules.addressList,
  bcc: requestAddressRules.addressList,
  replyTo: requestAddressRules.mailboxList,
  returnPath: requestAddressRules.bareAddress,
};
