import type { MailRun } from '../contract/mail-interceptor.js';
import { AmendedMessage } from '../message/amended-message.js';
import { mergeDefaults, type MessageDefaults } from '../message/message-defaults.js';
import type { OutgoingEmail } from '../message/outgoing-email.js';
import type { RelayHeaders } from '../message/relay-headers.js';
import type { Admission } from './admission.js';
import type { Interception } from './interception.js';
import type { Lane } from './lanes.js';
import type { ProviderChannel } from './provider-channel.js';
import type { Route } from './route.js';
import type { WaitRule } from './wait-allowance.js';

/** Whoever hands messages over: one `send()`, or one bulk. */
export interface DeliveryRun {
  readonly route: Route;
  readonly lane: Lane;
  /** How long a provider that is paused or down is waited for. */
  readonly waits: WaitRule;
  /** Whether its messages may share calls; without that the planner is told nothing of them. */
  readonly sharesCalls: boolean;
  /** What messages go through before they are admitted; `undefined` where that is nothing. */
  readonly interception: Interception | undefined;
  /** The message by the rules for all providers. @throws InvalidMessageError */
  normalize(message: unknown): OutgoingEmail;
  /** The message as that provider is to get it. @throws InvalidMessageError, UnsupportedFeatureError */
  admit(message: unknown, channel: ProviderChannel): OutgoingEmail;
}

/** Where a run finds its providers, and what each adds to a message. */
export interface Providers {
  /** @throws ProviderNotFoundError */
  route(provider: string | readonly string[] | undefined): Route;
  defaults(name: string): MessageDefaults;
  /** What messages go through first; `undefined` where that is nothing. */
  interception(kind: MailRun['kind']): Interception | undefined;
}

/** How a run differs from another. */
export interface RunOptions extends Pick<DeliveryRun, 'lane' | 'waits' | 'sharesCalls'> {
  readonly kind: MailRun['kind'];
  readonly provider: string | readonly string[] | undefined;
  /** What this run alone adds to a message. @default nothing */
  readonly own?: MessageDefaults;
}

/** Sets a run up. @throws ProviderNotFoundError */
export function deliveryRun(
  admission: Admission,
  providers: Providers,
  { provider, own, kind, lane, waits, sharesCalls }: RunOptions,
): DeliveryRun {
  const route = providers.route(provider);
  const defaultsOf = defaultsFor(providers, route, own);
  const relayHeaders = relayHeadersOf(route);
  return {
    route,
    lane,
    waits,
    sharesCalls,
    interception: providers.interception(kind),
    normalize: (message) =>
      admission.normalize(message, { defaults: defaultsOf(route.first), relayHeaders }),
    admit: (message, channel) => {
      const defaults = defaultsOf(channel);
      return message instanceof AmendedMessage
        ? admission.admit(message.message, channel, {
            defaults: message.defaultsFrom(defaults),
            relayHeaders,
          })
        : admission.admit(message, channel, { defaults, relayHeaders });
    },
  };
}

/** What at least one provider of the route lets through; the others are passed over for it. */
function relayHeadersOf({ channels }: Route): RelayHeaders | undefined {
  const names = channels.flatMap(({ capabilities }) => [...(capabilities.relayHeaders ?? [])]);
  return names.length === 0 ? undefined : new Set(names);
}

/** What each provider adds to a message of the run: for a bulk worked out once. */
function defaultsFor(
  providers: Providers,
  route: Route,
  own: MessageDefaults | undefined,
): (channel: ProviderChannel) => MessageDefaults {
  if (own === undefined) return ({ name }) => providers.defaults(name);
  const merged = new Map(
    route.channels.map((channel) => [
      channel,
      mergeDefaults(providers.defaults(channel.name), own),
    ]),
  );
  return (channel) => merged.get(channel) ?? own;
}
