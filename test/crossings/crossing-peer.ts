import { createServer, type AddressInfo } from 'node:net';
import { once } from 'node:events';
import PostalMime from 'postal-mime';
import {
  SmtpScriptPeer,
  TEST_CERTIFICATE,
  rst,
  say,
  type ReceivedMessage,
  type Script,
} from '../fixtures/smtp-script-peer.js';
import { API_FAKES } from './api-fakes.js';
import type { ReceivedCopy } from '../chaos/ledger.js';
import { copyOf } from './copy.js';
import type { Row } from './dimensions.js';
import { FirstCall, type PeerPlan } from './fault.js';
import { Front } from './front.js';

/** The server that a provider leads to. */
export interface CrossingPeer {
  /** The provider's options that lead there. */
  readonly options: object;
  /** Where an API is. */
  readonly url: string;
  /** Everything that was taken, also what was not answered. */
  copies(): Promise<readonly ReceivedCopy[]>;
  /** What was wrong with what came. */
  readonly problems: readonly string[];
  close(): Promise<void>;
}

type Line = Pick<Row, 'provider' | 'connection' | 'answer'>;

/** Starts the server of a row's provider, with its fault. */
export function startPeer(line: Line, plan: PeerPlan): Promise<CrossingPeer> {
  return line.provider === 'smtp' ? startSmtp(line, plan) : startApi(line, plan);
}

async function startApi(
  { provider, connection, answer }: Line,
  plan: PeerPlan,
): Promise<CrossingPeer> {
  const fake = await API_FAKES[provider]!();
  const copies: ReceivedCopy[] = [];
  const first = new FirstCall(plan);
  if (plan.fault === 'bad message') fake.refuse(plan.badAddress);
  const behave = fake.server.behaviour;
  fake.server.behaviour = (request) => {
    const fault = first.take();
    if (fault === '429') return fake.tooMany;
    const said = behave(request);
    copies.push(...fake.taken());
    if (fault === 'cut') return (socket) => void socket.destroy();
    return fault === '5xx' ? fake.broken : said;
  };
  const target = Number(new URL(fake.server.url).port);
  const tls = connection === 'tls';
  const front = await Front.start({ target, tls, answer });
  const port = plan.fault === 'refused' ? await closedPort() : front.port;
  const url = tls ? `https://localhost:${port}` : `http://127.0.0.1:${port}`;
  return {
    url,
    options: fake.options(url),
    problems: fake.problems,
    copies: async () => copies,
    close: async () => {
      await front.close();
      await fake.server.close();
    },
  };
}

async function startSmtp({ connection, answer }: Line, plan: PeerPlan): Promise<CrossingPeer> {
  const first = new FirstCall(plan);
  const tls = connection === 'tls';
  let struck: { readonly fault: Row['fault']; readonly place: string } | undefined;
  const peer: SmtpScriptPeer = await SmtpScriptPeer.start({
    extensions: ['PIPELINING', '8BITMIME', 'SIZE 50000000', ...(tls ? ['STARTTLS'] : [])],
    script: (line, message): Script => {
      const place = `${line}:${message}`;
      const isBad = plan.fault === 'bad message' && isFor(plan.badAddress, peer.commands.at(-1));
      return {
        mail: (to) => {
          const fault = first.take();
          if (fault !== undefined) struck = { fault, place };
          say(fault === '429' ? '450 4.7.1 too many, come back later' : '250 ok')(to);
        },
        ...(isBad && { rcpt: say('550 5.1.1 no such user') }),
        ...(struck?.place === place && DOTS[struck.fault]),
      };
    },
  });
  const front = await Front.start({ target: peer.port, tls: false, answer });
  const port = plan.fault === 'refused' ? await closedPort() : front.port;
  return {
    url: '',
    options: tls
      ? { host: 'localhost', port, tls: 'required', ca: TEST_CERTIFICATE.cert }
      : { host: '127.0.0.1', port },
    problems: [],
    copies: () => Promise.all(peer.messages.filter(mayBeTaken).map(read)),
    close: async () => {
      await front.close();
      await peer.close();
    },
  };
}

/** What the first message meets once it has come whole. */
const DOTS: Readonly<Partial<Record<Row['fault'], Script>>> = {
  cut: { dot: rst },
  '5xx': { dot: say('554 transaction failed') },
};

/** Whether an RCPT command names somebody of the message that has this address. */
function isFor(address: string, command = ''): boolean {
  const [name, domain] = address.split('@');
  return new RegExp(`<${name}(?:-\\w+)?@${domain}>`).test(command);
}

function mayBeTaken({ answer }: ReceivedMessage): boolean {
  return answer === '' || answer.startsWith('2');
}

async function read({ to, body }: ReceivedMessage): Promise<ReceivedCopy> {
  const source = Buffer.from(body.replace(/^\.\./gm, '.'), 'latin1');
  const { subject, text, attachments } = await PostalMime.parse(source);
  const files = attachments.map(({ content }) => new Uint8Array(content as ArrayBuffer));
  return copyOf({ recipients: to, subject, text, files });
}

/** A port on which nobody listens any more. */
async function closedPort(): Promise<number> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
