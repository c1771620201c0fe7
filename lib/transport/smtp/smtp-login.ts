import { authenticate, type LoginPlace } from './authenticate.js';
import { exchange } from './exchange.js';
import { expiredFault, faultOf, localFault, stageOfCommand } from './smtp-fault.js';
import type { SmtpClientError } from './smtp-fault.js';
import type { OAuth2Tokens } from './oauth2-tokens.js';
import type { PhaseClock } from './phase-clock.js';
import { ServerOffer } from './server-offer.js';
import { openSocket } from './open-socket.js';
import { clientsOf, type ClientStep, type SmtpClient } from './smtp-client.js';
import { SmtpLine } from './smtp-line.js';
import type { SmtpFault, SmtpStage } from './smtp-result.js';
import { SmtpSession } from './smtp-session.js';
import type { SmtpSettings } from './smtp-settings.js';
import { speaksTls } from './speaks-tls.js';

/** Where a session comes from: the settings, and the pool's OAuth2 token when there is one. */
export interface SessionSource {
  readonly settings: SmtpSettings;
  readonly tokens: OAuth2Tokens | undefined;
  /** Whether the server has ever greeted, so that its port is the right one. */
  hasGreeted?: boolean;
}

/**
 * Opens a connection and logs in. Credentials are never left aside: where the server does not offer
 * AUTH the session fails, and where TLS is required nothing is sent before it stands.
 */
export async function openSession(
  source: SessionSource,
  clock: PhaseClock,
): Promise<SmtpSession | { readonly error: SmtpFault }> {
  const { settings } = source;
  // Loaded before there is a connection, which must not be left alone for a turn of the event loop.
  const createClient = await clientsOf(settings);
  const socket = await openSocket(settings, clock);
  if ('error' in socket) return socket;
  const setUp = new SetUp(clock);
  const client = createClient(socket, (step) => setUp.note(step, client));
  let fault = await connect(client, clock);
  setUp.end();
  if (fault === undefined) {
    source.hasGreeted = true;
    // The last reply is that to EHLO, or to HELO, until the next command.
    const offer = new ServerOffer(String(client.lastServerResponse));
    const line = new SmtpLine(client);
    fault = await login({ line, offer, clock }, source);
    if (fault === undefined) return new SmtpSession(line, offer);
  }
  client.close();
  if (source.hasGreeted !== true) fault = await withWhy(fault, settings);
  return { error: fault };
}

async function login(
  place: LoginPlace,
  { settings: { auth }, tokens }: SessionSource,
): Promise<SmtpFault | undefined> {
  if (auth === undefined) return undefined;
  place.clock.enter('reply');
  return authenticate(auth, tokens, place);
}

/** Tells the clock how far a connection is set up: each reply has its own time, and so has the handshake. */
class SetUp {
  #isOver = false;

  constructor(private readonly clock: PhaseClock) {}

  note(step: ClientStep, client: SmtpClient): void {
    if (this.#isOver) return;
    if (step === 'command') this.clock.enter('reply');
    // What the client makes of a reply it does right after telling of it.
    else
      queueMicrotask(() => !this.#isOver && client.upgrading === true && this.clock.enter('tls'));
  }

  end(): void {
    this.#isOver = true;
  }
}

/** The fault with what is behind it, where a server that does not greet waits for TLS. */
async function withWhy(fault: SmtpFault, settings: SmtpSettings): Promise<SmtpFault> {
  const isSilent = fault.stage === 'greeting' && fault.reason === 'timeout';
  if (!isSilent || settings.secure || !(await speaksTls(settings))) return fault;
  const text = 'The server speaks TLS from the first byte on this port, and does not greet without';
  return localFault('greeting', 'not-offered', text);
}

async function connect(client: SmtpClient, clock: PhaseClock): Promise<SmtpFault | undefined> {
  clock.enter('greeting');
  const end = await exchange(client, clock, (done) => client.connect(done));
  if ('value' in end) return undefined;
  if ('expiry' in end) return expiredFault(connectStage(client), end.expiry);
  const fault = faultOf(end.error, stageOfCommand(end.error, connectStage(client, end.error)));
  // The client asks for a required STARTTLS even where it is not offered, to be told no.
  const isTlsMissing = fault.stage === 'tls' && (fault.replyCode ?? 0) >= 500;
  if (!isTlsMissing) return fault;
  return {
    ...fault,
    reason: 'not-offered',
    text: `The server does not do STARTTLS: ${fault.text}`,
  };
}

function connectStage(client: SmtpClient, error?: SmtpClientError): SmtpStage {
  if (error?.code === 'ETLS' || client.upgrading === true) return 'tls';
  return client.stage === 'init' ? 'connect' : 'greeting';
}
