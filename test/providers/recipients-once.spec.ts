import { API_PROVIDERS, apiProvider } from '../fixtures/api/api-providers.js';
import { ApiServer } from '../fixtures/api/api-server.js';
import { outgoingEmail } from '../fixtures/outgoing-email.js';

const TWICE = outgoingEmail({
  to: [
    { name: 'Ada', address: 'ada@example.org' },
    { name: 'Countess', address: 'ada@EXAMPLE.org' },
  ],
  cc: [{ address: 'ada@Example.org' }, { address: 'bob@example.org' }],
  bcc: [{ address: 'BOB@example.org' }, { address: 'bob@Example.org' }, { address: 'eve@x.org' }],
});
const ONCE_EACH = outgoingEmail({ id: 'order-2', to: [{ address: 'dan@example.org' }] });

const CONTEXT = { signal: new AbortController().signal, attempt: 1 };
let server: ApiServer;

beforeEach(async () => {
  server = await ApiServer.start(() => ({ status: 500 }));
});

afterEach(() => server.close());

/** The recipients in the bodies of the requests so far, in the case of the first that has them. */
function recipients(): string[] {
  const bodies = server.requests.map(({ raw }) => raw.toString('utf8')).join('\n');
  return bodies.match(/\b(?:ada|bob|eve|dan)@(?:example|x)\.org\b/gi) ?? [];
}

describe.each(API_PROVIDERS)('%s', (name) => {
  it('S25: a mailbox that stands twice gets one copy, by its first place', async () => {
    await apiProvider(name, server.url).send(TWICE, CONTEXT);
    // Some tell two local parts apart by their case, others do not: both are right.
    const others = recipients().filter((address) => address !== 'BOB@example.org');
    expect(others.toSorted()).toEqual(['ada@example.org', 'bob@example.org', 'eve@x.org']);
    expect(server.requests.at(-1)?.raw.toString('utf8')).not.toContain('Countess');
  });

  it('S25: also beside other messages, in one call where they share one', async () => {
    const provider = apiProvider(name, server.url);
    const keys = [TWICE, ONCE_EACH].map((email) => provider.batching?.key(email));
    const emails = [TWICE, ONCE_EACH];
    if (keys[0] !== undefined && keys[0] === keys[1]) await provider.sendBatch!(emails, CONTEXT);
    else for (const email of emails) await provider.send(email, CONTEXT);
    const others = recipients().filter((address) => address !== 'BOB@example.org');
    expect(others.toSorted()).toEqual([
      'ada@example.org',
      'bob@example.org',
      'dan@example.org',
      'eve@x.org',
    ]);
  });
});
