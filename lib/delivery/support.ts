import type { ProviderCapabilities } from '../contract/capabilities.js';
import type { MailProviderStrategy } from '../contract/mail-provider.strategy.js';
import { envelopeRecipients } from '../message/envelope.js';
import type { OutgoingEmail } from '../message/outgoing-email.js';
import { isRelayHeader } from '../message/relay-headers.js';
import { contentBytes } from '../message/size.js';

/** What of a message a provider cannot carry, in words for people. */
export interface Missing {
  /** Features that the message could be sent without. */
  readonly features: readonly string[];
  /** What makes it impossible, or another message than the one that was meant. */
  readonly essentials: readonly string[];
}

/** What of the message the provider cannot carry; both empty when it can carry all. */
export function missingFeatures(
  email: OutgoingEmail,
  { features, limits, relayHeaders, templates }: ProviderCapabilities,
  strategy: MailProviderStrategy,
): Missing {
  const missing = [...refusedBy(strategy, email)];
  for (const feature of email.features) {
    if (!features.has(feature)) missing.push(feature);
  }
  const { tags = Infinity } = limits ?? {};
  if (email.tags.length > tags) missing.push(`${email.tags.length} tags (${tags} at most)`);
  const essentials = [...exceededLimits(email, limits), ...strayHeaders(email, relayHeaders)];
  if (email.templateId !== undefined && !templates) {
    const hasBody = email.html !== undefined || email.text !== undefined;
    (hasBody ? missing : essentials).push('templateId');
  }
  return { features: missing, essentials };
}

/** The headers for the relay of another provider of the route. */
function strayHeaders(
  { headers }: OutgoingEmail,
  relayHeaders: ProviderCapabilities['relayHeaders'],
): string[] {
  return Object.keys(headers)
    .filter((name) => isRelayHeader(name) && relayHeaders?.has(name.toLowerCase()) !== true)
    .map((name) => `the header ${name}`);
}

function refusedBy(strategy: MailProviderStrategy, email: OutgoingEmail): readonly string[] {
  try {
    return strategy.unsupported?.(email) ?? [];
  } catch {
    return ['this message: its own check, unsupported(), threw an error'];
  }
}

function exceededLimits(
  email: OutgoingEmail,
  { bytes, recipients }: NonNullable<ProviderCapabilities['limits']> = {},
): string[] {
  const exceeded: string[] = [];
  const written = email.to.length + email.cc.length + email.bcc.length;
  if (recipients !== undefined && written > recipients) {
    const count = envelopeRecipients(email).length;
    if (count > recipients) exceeded.push(`${count} recipients (${recipients} at most)`);
  }
  const size = bytes === undefined ? 0 : contentBytes(email);
  if (bytes !== undefined && size > bytes) exceeded.push(`${size} bytes (${bytes} at most)`);
  return exceeded;
}
