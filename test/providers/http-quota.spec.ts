import { isQuotaUsedUp } from '../../lib/providers/api/quota-words.js';
import { API_PROVIDERS, apiProvider } from '../fixtures/api/api-providers.js';
import { ApiServer, type ApiAnswer } from '../fixtures/api/api-server.js';
import { startMailBridge } from '../fixtures/application.js';
import { outgoingEmail } from '../fixtures/outgoing-email.js';

/** How each provider says that what the account may send is used up. */
const USED_UP: Readonly<Record<string, readonly ApiAnswer[]>> = {
  sendgrid: [
    sendGrid(401, 'Maximum credits exceeded'),
    sendGrid(403, 'You have exceeded your messaging limits'),
  ],
  postmark: [
    {
      status: 422,
      body: { ErrorCode: 405, Message: 'Not allowed to send: you have run out of credits' },
    },
  ],
  mailgun: [
    { status: 402, body: { message: 'Request failed' } },
    { status: 403, body: { message: 'Domain x is not allowed to send: monthly limit reached' } },
  ],
  brevo: [
    { status: 402, body: { code: 'not_enough_credits', message: 'Not enough credits' } },
    { status: 400, body: { code: 'NOT_ENOUGH_CREDITS', message: 'Not enough credits' } },
    { status: 402, body: '' },
  ],
  ses: [
    ses(400, 'ThrottlingException', 'Daily message quota exceeded.'),
    ses(429, 'LimitExceededException', 'Too many.'),
    { status: 402, body: '' },
  ],
};

const CASES = API_PROVIDERS.flatMap(([name, { accepted, options }]) =>
  USED_UP[name]!.map((answer, at) => [name, at, { answer, accepted, options }] as const),
);

const servers: ApiServer[] = [];

afterEach(() => Promise.all(servers.splice(0).map((server) => server.close())));

async function start(answer: ApiAnswer): Promise<ApiServer> {
  const server = await ApiServer.start(() => answer);
  servers.push(server);
  return server;
}

describe('H14: what the account may send is used up', () => {
  it.each(CASES)('%s: is of the category quota (%i)', async (name, _, { answer }) => {
    const server = await start(answer);
    const provider = apiProvider(name, server.url);
    const context = { signal: AbortSignal.timeout(5_000), attempt: 1 };
    expect(await provider.send(outgoingEmail(), context)).toMatchObject({
      outcome: 'unsent',
      failure: { category: 'quota', scope: 'provider', retryable: false },
    });
  });

  it.each(CASES)(
    '%s: is not tried again there, and the next provider of the route is asked (%i)',
    async (name, _, { answer, options }) => {
      const server = await start(answer);
      const next = name === 'brevo' ? 'mailgun' : 'brevo';
      const { accepted, options: nextOptions } = new Map(API_PROVIDERS).get(next)!;
      const other = await start(accepted);
      const mail = await startMailBridge({
        provider: [name, next],
        defaults: { from: 'shop@example.com' },
        providers: {
          [name]: options(server.url),
          [next]: nextOptions(other.url),
        },
      });
      const message = { to: 'ada@example.org', subject: 'S', text: 'T' };
      expect(await mail.send(message)).toMatchObject({ outcome: 'accepted', provider: next });
      // Nothing else would be taken there either.
      expect(mail.circuitState(name)).toBe('open');
      expect([server.requests.length, other.requests.length]).toEqual([1, 1]);
    },
  );
});

describe('The words for a quota that is used up', () => {
  it.each([
    'Maximum credits exceeded',
    'You have exceeded your messaging limits',
    'Daily sending quota exceeded',
    'You have reached your daily sending limit',
    'The account is out of email credits',
    'Insufficient credits',
    'no credits left',
  ])('%s', (words) => {
    expect(isQuotaUsedUp(words)).toBe(true);
  });

  it.each([
    'The provided authorization grant is invalid, expired, or revoked',
    'access forbidden',
    'The from address does not match a verified Sender Identity.',
    'Domain x is not allowed to send: Sandbox subdomains are for test purposes only.',
    'Domain x is not allowed to send large batches yet',
    'credits are shown in the dashboard',
    'Send options are limited to 16 kB total',
    'the line has exceeded 998 characters',
  ])('are not: %s', (words) => {
    expect(isQuotaUsedUp(words)).toBe(false);
  });
});

function sendGrid(status: number, message: string): ApiAnswer {
  return { status, body: { errors: [{ message, field: null, help: null }] } };
}

function ses(status: number, type: string, message: string): ApiAnswer {
  return { status, headers: { 'x-amzn-errortype': type }, body: { message } };
}
