import type { ProviderCapabilities } from '../contract/capabilities.js';
import type { MailProviderStrategy } from '../contract/mail-provider.strategy.js';
import type { MessageField, UnsupportedPart } from '../contract/unsupported-part.js';
import { envelopeRecipients } from '../message/envelope.js';
import type { MessageFeature, OutgoingEmail } from '../message/outgoing-email.js';
import { isRelayHeader } from '../message/relay-headers.js';
import { contentBytes } from '../message/size.js';

const NONE: readonly UnsupportedPart[] = [];

/** What of the message the provider cannot carry; empty when it can carry all. */
export function unsupportedParts(
  email: OutgoingEmail,
  { features, limits, relayHeaders, templates }: ProviderCapabilities,
  strategy: MailProviderStrategy,
): readonly UnsupportedPart[] {
  const parts = [...refusedBy(strategy, email)];
  for (const feature of email.features) {
    if (!features.has(feature)) parts.push(...partsOf(feature, email));
  }
  if (limits !== undefined) parts.push(...beyond(limits, email));
  parts.push(...strayHeaders(email, relayHeaders));
  if (email.templateId !== undefined && !templates) {
    parts.push({ reason: 'templateId', field: 'templateId' });
  }
  return parts;
}

/** The headers for the relay of another provider of the route. */
function strayHeaders(
  { headers }: OutgoingEmail,
  relayHeaders: ProviderCapabilities['relayHeaders'],
): readonly UnsupportedPart[] {
  return Object.keys(headers)
    .filter((name) => isRelayHeader(name) && relayHeaders?.has(name.toLowerCase()) !== true)
    .map((name) => ({ reason: `the header ${name}` }));
}

function refusedBy(
  strategy: MailProviderStrategy,
  email: OutgoingEmail,
): readonly UnsupportedPart[] {
  try {
    return (strategy.unsupported?.(email) ?? NONE).map(readPart);
  } catch {
    return [{ reason: 'this message: its own check, unsupported(), threw an error' }];
  }
}

/** @throws TypeError for what is no part: a provider of one's own may give anything */
function readPart(part: string | UnsupportedPart): UnsupportedPart {
  if (typeof part === 'string') return { reason: part };
  if (typeof part.reason === 'string' && (part.at === undefined || Array.isArray(part.at))) {
    return part;
  }
  throw new TypeError('unsupported() gives texts, and parts with a reason');
}

/** Where a message asks for a feature: in the field of that name, if nothing else stands here. */
const PLACES: Partial<
  Record<MessageFeature, (email: OutgoingEmail) => readonly Omit<UnsupportedPart, 'reason'>[]>
> = {
  inlineAttachments: () => [{ field: 'attachments' }],
  // Nobody else's address can stand for it.
  internationalAddress: () => [{}],
  specialAddress: () => [{}],
  multipleReplyTo: ({ replyTo }) => entriesFrom(1, 'replyTo', replyTo),
  multipleTags: ({ tags }) => entriesFrom(1, 'tags', tags),
  trackingOff: ({ trackOpens, trackClicks }) => [
    ...(trackOpens === false ? [{ field: 'trackOpens' as const }] : []),
    ...(trackClicks === false ? [{ field: 'trackClicks' as const }] : []),
  ],
};

function partsOf(feature: MessageFeature, email: OutgoingEmail): readonly UnsupportedPart[] {
  const places = PLACES[feature]?.(email) ?? [{ field: feature as MessageField }];
  return places.map((place) => ({ ...place, reason: feature }));
}

function beyond(
  { bytes, recipients, tags }: NonNullable<ProviderCapabilities['limits']>,
  email: OutgoingEmail,
): readonly UnsupportedPart[] {
  const parts: UnsupportedPart[] = [];
  if (tags !== undefined && email.tags.length > tags) {
    const reason = `${email.tags.length} tags (${tags} at most)`;
    for (const place of entriesFrom(tags, 'tags', email.tags)) parts.push({ ...place, reason });
  }
  const written = email.to.length + email.cc.length + email.bcc.length;
  if (recipients !== undefined && written > recipients) {
    const count = envelopeRecipients(email).length;
    if (count > recipients) parts.push({ reason: `${count} recipients (${recipients} at most)` });
  }
  const size = bytes === undefined ? 0 : contentBytes(email);
  if (bytes !== undefined && size > bytes)
    parts.push({ reason: `${size} bytes (${bytes} at most)` });
  return parts;
}

function entriesFrom(first: number, field: MessageField, list: readonly unknown[]) {
  return list.slice(first).map((_, at) => ({ field, at: [first + at] }));
}
