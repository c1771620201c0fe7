import { fork } from 'node:child_process';
import { once } from 'node:events';
import type { EmailResponseDto, MailBridgeOptions, MailBridgeService } from 'nest-mailbridge';
import type { ApiAnswer, ApiRequest } from '../fixtures/api/api-server.js';
import { startMailBridge } from '../fixtures/application.js';
import {
  SmtpScriptPeer,
  TEST_CERTIFICATE,
  both,
  fin,
  later,
  say,
  type Move,
  type PeerLine,
} from '../fixtures/smtp-script-peer.js';
import { AcmeProvider } from './acme.provider.js';
import { API_FAKES, type ApiFake } from './api-fakes.js';
import { violationsOf, type ReceivedCopy } from '../chaos/ledger.js';
import { askedFor, messagesOf } from './messages.js';

const open: { close(): Promise<void> }[] = [];

afterEach(async () => {
  await Promise.all(open.splice(0).map((each) => each.close()));
});

const SHORT_WAITS = {
  defaults: { from: 'News <news@example.com>' },
  retry: { attempts: 3, baseDelayMs: 1, maxDelayMs: 5 },
} satisfies MailBridgeOptions;

const SHAPE = { attachment: 'buffer', recipients: 'one recipient' } as const;

/** An API that does something else with some of its calls; what it took is in `copies`. */
interface Scripted {
  readonly fake: ApiFake;
  readonly copies: ReceivedCopy[];
  readonly calls: ApiRequest[];
}

type Step = 'cut' | '429' | '401' | 'ok';

/** What is done with each call in turn; the last step stays. */
async function startApi(name: string, steps: readonly Step[]): Promise<Scripted> {
  const fake = await API_FAKES[name]!();
  open.push(fake.server);
  const scripted: Scripted = { fake, copies: [], calls: [] };
  const behave = fake.server.behaviour;
  fake.server.behaviour = (request) => {
    const step = steps[Math.min(scripted.calls.length, steps.length - 1)];
    scripted.calls.push(request);
    if (step === '429') return fake.tooMany;
    if (step === '401') return UNAUTHORIZED;
    const answer = behave(request);
    scripted.copies.push(...fake.taken());
    return step === 'cut' ? (socket) => void socket.destroy() : answer;
  };
  return scripted;
}

const UNAUTHORIZED: ApiAnswer = {
  status: 401,
  body: { code: 'unauthorized', message: 'Key not found' },
};

/** The idempotency keys of the calls, each once. */
function keysOf(name: string, calls: readonly ApiRequest[]): ReadonlySet<unknown> {
  const fromBody = (raw: Buffer) =>
    (JSON.parse(raw.toString()) as { headers?: Record<string, unknown> }).headers?.[
      'idempotencyKey'
    ];
  return new Set(
    calls.map(({ headers, raw }) => (name === 'acme' ? headers['x-call-key'] : fromBody(raw))),
  );
}

async function startMail(
  name: string,
  { fake }: Scripted,
  options: MailBridgeOptions = {},
  more: object = {},
): Promise<MailBridgeService> {
  const url = fake.server.url;
  const keys = name === 'brevo' ? { idempotency: true } : {};
  const acme = { provide: AcmeProvider, useValue: new AcmeProvider(url, true) };
  return startMailBridge(
    {
      ...SHORT_WAITS,
      provider: name,
      ...options,
      providers: { [name]: { ...fake.options(url), ...keys, ...more }, ...options.providers },
    },
    name === 'acme' ? [acme] : [],
  );
}

/** What does not hold of the promises, where at least so many must have been accepted. */
function problemsOf(
  responses: readonly EmailResponseDto[],
  copies: readonly ReceivedCopy[],
  onUnknown: 'report' | 'resend' = 'report',
  leastAccepted = 0,
): readonly string[] {
  const asked = askedFor(responses.length, SHAPE);
  const keyedProviders = ['brevo', 'acme'];
  return violationsOf({ asked, responses, copies, onUnknown, keyedProviders, leastAccepted });
}

function outcomesOf(responses: readonly EmailResponseDto[]): ReadonlySet<string> {
  return new Set(responses.map(({ outcome }) => outcome));
}

describe('TLS and a streamed body', () => {
  it.each([
    ['TLS from the first byte', true],
    ['STARTTLS', false],
  ])('S19: (%s) what a fast server has taken is accepted, and not passed on', async (_, secure) => {
    const peer = JSON.stringify({ ...TEST_CERTIFICATE, implicitTls: secure, answer: 'at once' });
    const server = fork('test/fixtures/fast-tls-server.mjs', [peer], { execArgv: [] });
    const [{ port }] = (await once(server, 'message')) as [{ port: number }];
    const next = await startApi('postmark', ['ok']);
    const ca = TEST_CERTIFICATE.cert;
    const mail = await startMail('postmark', next, {
      provider: ['smtp', 'postmark'],
      onUnknown: 'resend',
      providers: { smtp: { host: 'localhost', port, secure, ca, tls: 'required' } },
    });
    const { outcomes } = await mail.sendBulk(
      messagesOf(200, { attachment: 'function', recipients: 'several' }),
    );
    server.send('what did you see?');
    const [{ taken }] = (await once(server, 'message')) as [{ taken: number }];
    server.disconnect();
    await once(server, 'exit');
    expect({ ...outcomes, taken, next: next.copies.length }).toMatchObject({
      accepted: 200,
      taken: 200,
      next: 0,
    });
  });
});

describe.each(['brevo', 'acme'])('An idempotency key of %s', (name) => {
  it('H17: stays with a call in doubt over answers that settle nothing', async () => {
    const api = await startApi(name, ['cut', '429', 'ok']);
    const mail = await startMail(name, api);
    const { responses } = await mail.sendBulk(messagesOf(1, SHAPE));
    expect(responses).toMatchObject([{ outcome: 'accepted', attempts: 3 }]);
    expect(keysOf(name, api.calls).size).toBe(1);
    expect(api.copies).toHaveLength(1);
  });

  it.each(['report', 'resend'] as const)(
    'H17: is all that settles a doubt: (%s) refusing us afterwards does not',
    async (onUnknown) => {
      const api = await startApi(name, ['cut', '401']);
      const next = await startApi('postmark', ['ok']);
      const mail = await startMail(name, api, {
        provider: [name, 'postmark'],
        onUnknown,
        providers: { postmark: next.fake.options(next.fake.server.url) },
      });
      const { responses } = await mail.sendBulk(messagesOf(1, SHAPE));
      const isSent = onUnknown === 'resend';
      expect(responses).toMatchObject([{ outcome: isSent ? 'accepted' : 'unknown' }]);
      expect(next.copies).toHaveLength(isSent ? 1 : 0);
      expect(problemsOf(responses, [...api.copies, ...next.copies], onUnknown)).toEqual([]);
    },
  );

  it.each([5, 10, 50])('H18: keeps a call of %i whole, or it is not repeated', async (size) => {
    const api = await startApi(name, ['cut', 'ok']);
    const mail = await startMail(name, api);
    const { responses } = await mail.sendBulk(messagesOf(size, SHAPE));
    expect(problemsOf(responses, api.copies)).toEqual([]);
    expect(api.copies).toHaveLength(size);
    expect([['accepted'], ['unknown']]).toContainEqual([...outcomesOf(responses)]);
    expect(keysOf(name, api.calls).size).toBe(1);
  });
});

describe('Isolation and the breaker', () => {
  it.each(['brevo', 'postmark', 'mailgun', 'sendgrid', 'acme'])(
    'H1: (%s) one bad address stops nobody else, and says nothing against the provider',
    async (name) => {
      const api = await startApi(name, ['ok']);
      api.fake.refuse('m7@example.org');
      const states: string[] = [];
      const observer = {
        observe: () => undefined,
        circuitChanged: (_: string, state: string) => states.push(state),
      };
      const mail = await startMail(
        name,
        api,
        { observers: [observer], circuitBreaker: { failures: 2, maxPauseMs: 100 } },
        { maxInFlight: 1 },
      );
      const urgent = { to: 'code@example.org', subject: 'Your code', text: '123456' };
      const code = mail.send(urgent, { lane: 'high' });
      const { responses } = await mail.sendBulk(messagesOf(299, SHAPE));
      await expect(code).resolves.toMatchObject({ outcome: 'accepted' });
      const own = api.copies.filter(({ id }) => id !== 'nobody');
      expect(problemsOf(responses, own, 'report', 298)).toEqual([]);
      expect(responses[7]).toMatchObject({ outcome: 'rejected' });
      expect(states).toEqual([]);
      expect(api.calls.length).toBeLessThan(25);
    },
  );
});

describe("A pool and a server's connection limit", () => {
  const LIMIT = 3;
  const REFUSALS: Readonly<Record<string, Move>> = {
    '421': both(say('421 4.7.0 too many connections'), fin),
    '554': both(say('554 5.7.0 too many connections'), fin),
    'without a word': fin,
  };

  it.each(Object.keys(REFUSALS))('S1: (%s) connections too many cost no message', async (how) => {
    const welcome = new Set<number>();
    const peer: SmtpScriptPeer = await SmtpScriptPeer.start({
      script: (connection) => {
        const isOpen = welcome.has(connection);
        const greet = (line: PeerLine) => {
          if (peer.open > LIMIT) return REFUSALS[how]!(line);
          welcome.add(connection);
          return line.write('220 peer ESMTP\r\n');
        };
        return isOpen ? { dot: later(5, say('250 taken')) } : { greeting: greet };
      },
    });
    open.push(peer);
    const mail = await startMailBridge({
      ...SHORT_WAITS,
      provider: 'smtp',
      circuitBreaker: { maxPauseMs: 500 },
      providers: { smtp: { host: '127.0.0.1', port: peer.port } },
    });
    const { responses } = await mail.sendBulk(messagesOf(200, SHAPE));
    const accepted = responses.filter(({ outcome }) => outcome === 'accepted');
    expect(accepted).toHaveLength(200);
    expect(peer.messages).toHaveLength(200);
  });
});

describe('A refusal of us at RCPT', () => {
  it.each([
    '554 5.7.1 Service unavailable; Client host [192.0.2.1] blocked using bl.example',
    '554 5.7.1 <client.example[192.0.2.1]>: Client host rejected: Access denied',
    '554 5.7.1 <news@example.com>: Sender address rejected: Access denied',
    '504 5.5.2 <peer>: Helo command rejected: need fully-qualified hostname',
    '554 5.7.1 <m0@example.org>: Relay access denied',
    '550 relay not permitted',
  ])('S21: (%s) is not the recipient, who is left to the next provider', async (refusal) => {
    const peer = await SmtpScriptPeer.start({ script: () => ({ rcpt: say(refusal) }) });
    open.push(peer);
    const smtp = { host: '127.0.0.1', port: peer.port };
    const alone = await startMailBridge({ ...SHORT_WAITS, provider: 'smtp', providers: { smtp } });
    const { responses } = await alone.sendBulk(messagesOf(20, SHAPE));
    expect(responses.filter(({ outcome }) => outcome === 'unsent')).toHaveLength(20);
    expect(responses.filter(({ failure }) => failure?.scope === 'recipient')).toEqual([]);

    const next = await startApi('postmark', ['ok']);
    const mail = await startMail('postmark', next, {
      provider: ['smtp', 'postmark'],
      providers: { smtp },
    });
    const { outcomes } = await mail.sendBulk(messagesOf(20, SHAPE));
    expect([outcomes.accepted, next.copies.length]).toEqual([20, 20]);
  });
});
