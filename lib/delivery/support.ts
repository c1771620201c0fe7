import type { ProviderCapabilities } from '../contract/capabilities.js';
import type { MailProviderStrategy } from '../contract/mail-provider.strategy.js';
import type { OutgoingEmail } from '../message/outgoing-email.js';

/** What of the message the provider cannot carry, in words for people; empty when it can carry all. */
export function missingFeatures(
  email: OutgoingEmail,
  { features, limits, templates }: ProviderCapabilities,
  strategy: MailProviderStrategy,
): string[] {
  const missing = [...(strategy.unsupported?.(email) ?? [])];
  for (const feature of email.features) {
    if (!features.has(feature)) missing.push(feature);
  }
  if (email.templateId !== undefined && !templates) missing.push('templateId');
  if (limits !== undefined) missing.push(...exceededLimits(email, limits));
  return missing;
}

function exceededLimits(
  email: OutgoingEmail,
  { recipients, tags }: NonNullable<ProviderCapabilities['limits']>,
): string[] {
  const exceeded: string[] = [];
  const count = email.to.length + email.cc.length + email.bcc.length;
  if (recipients !== undefined && count > recipients) {
    exceeded.push(`${count} recipients (${recipients} at most)`);
  }
  if (tags !== undefined && email.tags.length > tags) {
    exceeded.push(`${email.tags.length} tags (${tags} at most)`);
  }
  return exceeded;
}
