import {
  MailBridgeService,
  isEmailSendError,
  type EmailResponseDto,
  type MailBridgeOptions,
} from 'nest-mailbridge';
import { Ledger, numbered, type ReceivedCopy } from './ledger.js';
import { leftOpen, openResources } from './open-resources.js';
import { peerOf } from './peers.js';
import { ProviderFront } from './provider-front.js';
import { withMail } from './with-mail.js';

/** One message that went along the route. */
export interface Sent {
  /** When it was handed over and how long it took, in milliseconds. */
  readonly at: number;
  readonly ms: number;
  /** Whether the first provider was left alone at that time: who is sent to it all the same is a probe. */
  readonly wasLeftAlone: boolean;
  readonly response: EmailResponseDto;
}

/** A route over real sockets whose first provider can fail. */
export interface FailingRoute {
  readonly first: string;
  readonly second: string;
  readonly front: ProviderFront;
  readonly mail: MailBridgeService;
  /** Sends one more message, along the route or by one provider, and says what became of it. */
  send(provider?: string): Promise<Sent>;
}

/** How it differs from others. */
export interface FailingRouteOptions {
  readonly first: string;
  /** The most messages that there will be. */
  readonly capacity: number;
  /** How long the first provider is waited for, in milliseconds. */
  readonly timeoutMs: number;
  readonly options?: MailBridgeOptions;
}

/** Sets up the two providers and a MailBridge, lets them be used, closes, and says what does not hold. */
export async function withFailingRoute(
  { first, capacity, timeoutMs, options }: FailingRouteOptions,
  use: (route: FailingRoute) => Promise<void>,
): Promise<{ readonly ledger: Ledger; readonly violations: string[] }> {
  const ledger = new Ledger(numbered(capacity));
  const second = first === 'smtp' ? 'postmark' : 'smtp';
  const sinkOptions = {
    arrived: (copy: ReceivedCopy) => ledger.arrived(copy),
    isBusy: () => false,
  };
  const sinks = [await peerOf(first).start(sinkOptions), await peerOf(second).start(sinkOptions)];
  const front = await ProviderFront.start(sinks[0]!.port);
  const before = openResources();
  const timeouts = {
    connectMs: timeoutMs,
    greetingMs: timeoutMs,
    replyMs: timeoutMs,
    handOverMs: timeoutMs,
    answerMs: timeoutMs,
  };
  const providers = {
    [first]: { ...peerOf(first).options(front.port), ...(first === 'smtp' && { timeouts }) },
    [second]: peerOf(second).options(sinks[1]!.port),
  };
  let left: readonly string[] = [];
  try {
    await withMail({ ...options, provider: [first, second], timeoutMs, providers }, (mail) =>
      use({
        first,
        second,
        front,
        mail,
        send: (provider) => sendNext(mail, first, ledger, provider),
      }),
    );
    left = await leftOpen(before);
  } finally {
    await front.close();
    for (const sink of sinks) await sink.close();
  }
  const violations = [...ledger.balance().violations];
  if (left.length > 0) violations.push(`left open: ${left.join(', ')}`);
  return { ledger, violations };
}

async function sendNext(
  mail: MailBridgeService,
  first: string,
  ledger: Ledger,
  provider?: string,
): Promise<Sent> {
  const id = ledger.submit();
  const wasLeftAlone = mail.circuitState(first) !== 'closed';
  const at = performance.now();
  const message = { id, to: `${id}@example.org`, subject: 'News', text: 'Something has happened' };
  const response = await mail.send(message, { provider }).catch((error: unknown) => {
    if (isEmailSendError(error)) return error.response;
    throw error;
  });
  ledger.settled(response);
  return { at, ms: performance.now() - at, wasLeftAlone, response };
}

/** Calls that the first provider of the route got for that message. */
export function callsOf(provider: string, { response }: Sent): number {
  return response.history.filter((each) => each.provider === provider).length;
}
