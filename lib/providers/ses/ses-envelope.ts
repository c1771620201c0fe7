import type { OutgoingEmail } from '../../message/outgoing-email.js';
import { asciiMailbox } from '../api/mailbox-text.js';
import { mergeOptions, NO_OPTIONS } from '../api/merge-options.js';
import type { ResolvedSesOptions } from './ses.options.js';

/** What of a request SES lets all messages of a call share, besides their content. */
export interface SesEnvelope {
  readonly FromEmailAddress: string;
  readonly ReplyToAddresses?: string[];
  readonly FeedbackForwardingEmailAddress?: string;
  readonly ConfigurationSetName?: string;
}

/**
 * What `providerOptions.ses` may set of a request (SESv2 `SendEmail`): everything else is a field of the
 * message, or nothing that SES knows.
 */
export const SES_OPTIONS: readonly string[] = [
  'ConfigurationOverrides',
  'ConfigurationSetName',
  'EndpointId',
  'FeedbackForwardingEmailAddressIdentityArn',
  'FromEmailAddressIdentityArn',
  'ListManagementOptions',
  'TenantName',
];

/** The `providerOptions.ses` of a message, as far as they may be set. */
export function ownOptions({ providerOptions }: OutgoingEmail): Readonly<Record<string, unknown>> {
  const given = providerOptions?.['ses'];
  if (given === undefined) return NO_OPTIONS;
  return Object.fromEntries(Object.entries(given).filter(([name]) => SES_OPTIONS.includes(name)));
}

/**
 * Sender, reply-to, where bounces go, configuration set and tracking; `providerOptions.ses` is merged in
 * last.
 */
export function sesEnvelope(
  email: OutgoingEmail,
  { configurationSet }: Pick<ResolvedSesOptions, 'configurationSet'>,
): SesEnvelope {
  const { from, replyTo, returnPath, stream = configurationSet } = email;
  const envelope = {
    FromEmailAddress: asciiMailbox(from),
    ...(replyTo.length > 0 && { ReplyToAddresses: replyTo.map(asciiMailbox) }),
    ...(returnPath !== undefined && { FeedbackForwardingEmailAddress: returnPath }),
    ...(stream !== undefined && { ConfigurationSetName: stream }),
    ...tracking(email),
  };
  return mergeOptions(envelope, ownOptions(email)) as unknown as SesEnvelope;
}

function tracking({ trackOpens, trackClicks }: OutgoingEmail): object {
  if (trackOpens === undefined && trackClicks === undefined) return {};
  return {
    ConfigurationOverrides: {
      Tracking: {
        ...(trackOpens !== undefined && { OpenTrackingEnabled: switched(trackOpens) }),
        ...(trackClicks !== undefined && { ClickTrackingEnabled: switched(trackClicks) }),
      },
    },
  };
}

function switched(on: boolean): 'ENABLED' | 'DISABLED' {
  return on ? 'ENABLED' : 'DISABLED';
}
