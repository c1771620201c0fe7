import { jest } from '@jest/globals';
import { generateKeyPairSync, verify } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { inspect } from 'node:util';
import { outgoingEmail } from '../../fixtures/outgoing-email.js';
import { eventually } from '../../fixtures/smtp-pool.js';
import { readOptions, smtpProvider } from '../../fixtures/smtp-provider.js';
import { SmtpScriptPeer, say, type Move } from '../../fixtures/smtp-script-peer.js';
import { TokenEndpoint, token, type TokenAnswer } from '../../fixtures/token-endpoint.js';

const attempt = () => ({ signal: new AbortController().signal, attempt: 1 });
const USER = 'shop@example.com';
const ACCEPTED = { outcome: 'accepted' };
const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const PEM = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
const unsent = (failure: object) => ({ outcome: 'unsent', failure });

let peer: SmtpScriptPeer;
let endpoint: TokenEndpoint;
let answer: (request: number) => TokenAnswer;
/** The tokens that the server takes. */
let valid: Set<string>;
/** The tokens with which somebody tried to log in. */
let tried: string[];

beforeEach(async () => {
  valid = new Set(['good']);
  tried = [];
  answer = () => token('good');
  peer = await SmtpScriptPeer.start({
    extensions: ['AUTH XOAUTH2'],
    script: () => ({ auth: login }),
  });
  endpoint = await TokenEndpoint.start((request) => answer(request));
});

afterEach(async () => {
  jest.restoreAllMocks();
  await peer.close();
  await endpoint.close();
});

const login: Move = (line) => {
  const [, , credentials = ''] = (peer.commands.at(-1) ?? '').split(' ');
  const [user, bearer = ''] = Buffer.from(credentials, 'base64').toString().split('\x01');
  const given = bearer.replace('auth=Bearer ', '');
  tried.push(given);
  say(user === `user=${USER}` && valid.has(given) ? '235 welcome' : '535 5.7.3 unsuccessful')(line);
};

const client = () => ({
  clientId: 'client',
  clientSecret: 'planted-secret',
  tokenUrl: endpoint.url,
});

function provider(oauth2: object, options: object = {}) {
  const auth = { user: USER, oauth2 };
  return smtpProvider({ host: '127.0.0.1', port: peer.port, auth, ...options });
}

/** Sends them one after the other, each over a connection of its own. */
async function sendEach(oauth2: object, count: number, between?: () => void) {
  const smtp = provider(oauth2, { maxMessagesPerConnection: 1 });
  const submissions = [];
  for (let sent = 0; sent < count; sent += 1) {
    submissions.push(await smtp.send(outgoingEmail(), attempt()));
    between?.();
  }
  return submissions;
}

const send = async (oauth2: object) => (await sendEach(oauth2, 1))[0];

/** So many milliseconds go by, as far as the clock says. */
function clock() {
  const { now } = Date;
  let ahead = 0;
  jest.spyOn(Date, 'now').mockImplementation(() => now() + ahead);
  return (ms: number) => {
    ahead += ms;
  };
}

const formOf = (request: number) => Object.fromEntries(endpoint.requests[request] ?? []);

describe('Client credentials', () => {
  it('ask in the name of the client, for the scope', async () => {
    const scope = 'https://outlook.office365.com/.default';
    expect(await send({ ...client(), scope })).toMatchObject(ACCEPTED);
    expect(endpoint.requests.map((_, i) => formOf(i))).toEqual([
      {
        grant_type: 'client_credentials',
        client_id: 'client',
        client_secret: 'planted-secret',
        scope,
      },
    ]);
  });

  it('need no scope where the endpoint needs none', async () => {
    expect(await send(client())).toMatchObject(ACCEPTED);
    expect(formOf(0)).not.toHaveProperty('scope');
  });

  it('are asked for once, for all connections of a pool', async () => {
    const smtp = provider(client(), { maxConnections: 6 });
    const sending = Array.from({ length: 24 }, () => smtp.send(outgoingEmail(), attempt()));
    expect(await Promise.all(sending)).toMatchObject(sending.map(() => ACCEPTED));
    expect(peer.connections).toBeGreaterThan(1);
    expect(endpoint.requests).toHaveLength(1);
  });
});

describe('A refresh token', () => {
  it('gives way to the one that comes with an answer (RFC 6749, section 6)', async () => {
    const body = JSON.stringify({ access_token: 'good', expires_in: 60, refresh_token: 'second' });
    answer = () => ({ status: 200, body });
    const pass = clock();
    const submissions = await sendEach({ ...client(), refreshToken: 'first' }, 2, () =>
      pass(60_000),
    );
    expect(submissions).toMatchObject([ACCEPTED, ACCEPTED]);
    expect([0, 1].map((i) => formOf(i)['refresh_token'])).toEqual(['first', 'second']);
  });
});

describe('A service account', () => {
  const account = { clientEmail: 'mailer@project.iam.gserviceaccount.com', privateKey: PEM };

  it('signs an assertion for the user', async () => {
    const tokenUrl = endpoint.url;
    expect(await send({ serviceAccount: account, tokenUrl })).toMatchObject(ACCEPTED);
    const { grant_type: grantType, assertion = '', ...others } = formOf(0);
    expect(grantType).toBe('urn:ietf:params:oauth:grant-type:jwt-bearer');
    expect(others).toEqual({});
    const [header = '', claims = '', signature = ''] = assertion.split('.');
    const signed = Buffer.from(`${header}.${claims}`);
    expect(verify('sha256', signed, publicKey, Buffer.from(signature, 'base64url'))).toBe(true);
    expect(decoded(header)).toEqual({ alg: 'RS256', typ: 'JWT' });
    const { iat, exp, ...rest } = decoded(claims);
    expect(rest).toEqual({
      iss: account.clientEmail,
      sub: USER,
      scope: 'https://mail.google.com/',
      aud: tokenUrl,
    });
    expect(Number(exp) - Number(iat)).toBe(3600);
    expect(Math.abs(Number(iat) - Date.now() / 1000)).toBeLessThan(60);
  });

  it('may have another scope', async () => {
    const serviceAccount = { ...account, scope: 'https://example.com/mail' };
    await send({ serviceAccount, tokenUrl: endpoint.url });
    const [, claims = ''] = (formOf(0)['assertion'] ?? '').split('.');
    expect(decoded(claims)).toMatchObject({ scope: 'https://example.com/mail' });
  });

  it('signs anew each time, and its assertion is kept out of what the endpoint says of it', async () => {
    const refuse = () => {
      const last = endpoint.requests.at(-1)?.get('assertion');
      return { error: 'invalid_grant', error_description: `Bad assertion ${last}` };
    };
    answer = () => ({ status: 400, body: JSON.stringify(refuse()) });
    const submission = await send({ serviceAccount: account, tokenUrl: endpoint.url });
    expect(submission).toMatchObject(
      unsent({ message: expect.stringMatching(/Bad assertion \[secret\]/) as string }),
    );
  });
});

describe('A token function', () => {
  it.each<[string, unknown]>([
    ['a token', 'good'],
    ['a token with its lifetime', { accessToken: 'good', expiresIn: 3600 }],
    ['more than that', { accessToken: 'good', expiresIn: undefined, tokenType: 'Bearer' }],
  ])('may give %s', async (_, given) => {
    const getToken = jest.fn(async () => given);
    expect(await sendEach({ accessToken: getToken }, 3)).toMatchObject([
      ACCEPTED,
      ACCEPTED,
      ACCEPTED,
    ]);
    expect(getToken).toHaveBeenCalledTimes(1);
  });

  it('is called once, for all connections of a pool', async () => {
    const getToken = jest.fn(async () => {
      await eventually(() => peer.connections === 6);
      return 'good';
    });
    const smtp = provider({ accessToken: getToken }, { maxConnections: 6 });
    const sending = Array.from({ length: 24 }, () => smtp.send(outgoingEmail(), attempt()));
    expect(await Promise.all(sending)).toMatchObject(sending.map(() => ACCEPTED));
    expect(getToken).toHaveBeenCalledTimes(1);
  });

  it('is asked for another token where the first is refused, once', async () => {
    const tokens = ['bad', 'good'];
    const getToken = jest.fn(async () => tokens.shift() ?? 'none');
    expect(await send({ accessToken: getToken })).toMatchObject(ACCEPTED);
    expect(tried).toEqual(['bad', 'good']);
    const stubborn = jest.fn(async () => 'bad');
    expect(await send({ accessToken: stubborn })).toMatchObject(unsent({ category: 'auth' }));
    expect(stubborn).toHaveBeenCalledTimes(2);
  });

  it.each<[string, () => unknown, object]>([
    [
      'fails',
      () => Promise.reject(Object.assign(new Error('planted'), { code: 'ECONNRESET' })),
      { category: 'unavailable', retryable: true, message: /failed \(ECONNRESET\)/ },
    ],
    [
      'throws at once',
      () => {
        throw new Error('planted');
      },
      { category: 'unavailable', retryable: true, message: /accessToken failed$/ },
    ],
    ['throws nothing', () => Promise.reject(null), { category: 'unavailable', retryable: true }],
    ['gives nothing', async () => undefined, { category: 'unavailable', retryable: true }],
    ['gives no text', async () => 5, { category: 'auth', retryable: false }],
    ['gives empty text', async () => '', { category: 'auth', retryable: false }],
    ['gives an empty object', async () => ({}), { category: 'auth', retryable: false }],
    ['gives a break-out', async () => 'a\x01user=root', { category: 'auth', retryable: false }],
  ])('that %s is no token', async (_, getToken, { message, ...failure }: any) => {
    const submission = await send({ accessToken: getToken });
    expect(submission).toMatchObject(
      unsent({
        ...failure,
        scope: 'provider',
        ...(message && { message: expect.stringMatching(message) as string }),
      }),
    );
    expect(inspect(submission, { depth: Infinity })).not.toContain('planted');
    expect(tried).toEqual([]);
  });

  it('that does not come to an end is left behind', async () => {
    const accessToken = () => new Promise(() => undefined);
    const smtp = provider({ accessToken }, { timeouts: { connectMs: 100 } });
    expect(await smtp.send(outgoingEmail(), attempt())).toMatchObject(
      unsent({ category: 'timeout', retryable: true }),
    );
  });
});

describe('A token is renewed', () => {
  it.each([
    ['before it ends', 3_600, 3_541],
    ['in the last tenth of a short life', 60, 55],
    ['after five minutes where its end is not known', undefined, 301],
  ])('%s', async (_, expiresIn, seconds) => {
    const tokens = ['first', 'second'];
    valid = new Set(tokens);
    const getToken = async () => ({ accessToken: tokens.shift() ?? 'none', expiresIn });
    const pass = clock();
    await sendEach({ accessToken: getToken }, 2, () => pass(seconds * 1_000));
    expect(tried).toEqual(['first', 'second']);
  });

  it('and not sooner', async () => {
    const pass = clock();
    answer = (request) => token(`token-${request}`, 3_600);
    valid = new Set(['token-1', 'token-2']);
    await sendEach(client(), 3, () => pass(1_700_000));
    expect(tried).toEqual(['token-1', 'token-1', 'token-1']);
    expect(endpoint.requests).toHaveLength(1);
  });

  it('and until its end it is used where it cannot be', async () => {
    const pass = clock();
    answer = (request) => (request === 1 ? token('good', 3_600) : { status: 503, body: '' });
    const submissions = await sendEach(client(), 3, () => pass(3_550_000));
    expect(submissions).toMatchObject([
      ACCEPTED,
      ACCEPTED,
      unsent({ category: 'unavailable', retryable: true }),
    ]);
    expect(tried).toEqual(['good', 'good']);
  });

  it('where a challenge says that it is refused, whatever the last word is', async () => {
    await peer.close();
    peer = await SmtpScriptPeer.start({
      extensions: ['AUTH XOAUTH2'],
      script: () => ({ auth: [say('334 eyJzdGF0dXMiOiI0MDAifQ=='), say('501 5.5.2 no'), login] }),
    });
    answer = (request) => token(request === 1 ? 'bad' : 'good');
    expect(await send(client())).toMatchObject(ACCEPTED);
    expect(endpoint.requests).toHaveLength(2);
  });

  it('not where the server is what is wrong', async () => {
    await peer.close();
    peer = await SmtpScriptPeer.start({
      extensions: ['AUTH XOAUTH2'],
      script: () => ({ auth: say('454 4.7.0 Temporary authentication failure') }),
    });
    expect(await send(client())).toMatchObject(unsent({ statusCode: 454, retryable: true }));
    expect(endpoint.requests).toHaveLength(1);
  });

  it('on another attempt after it could not be', async () => {
    answer = (request) => (request === 1 ? { status: 500, body: '' } : token('good'));
    expect(await sendEach(client(), 2)).toMatchObject([unsent({ retryable: true }), ACCEPTED]);
  });
});

describe('A token endpoint that gives none', () => {
  const error = (status: number, code: string) => ({
    status,
    body: JSON.stringify({ error: code, error_description: 'AADSTS7000215: planted-secret' }),
  });
  const FINAL = { category: 'auth', retryable: false, code: 'EOAUTH2' };
  const PASSING = { category: 'unavailable', retryable: true, code: 'EOAUTH2' };

  it.each<[string, TokenAnswer, object, RegExp]>([
    ['the client', error(401, 'invalid_client'), FINAL, /invalid_client; look at .*clientSecret/],
    ['the grant', error(400, 'invalid_grant'), FINAL, /invalid_grant; .*AADSTS7000215: \[secret\]/],
    ['the scope', error(400, 'invalid_scope'), FINAL, /look at auth\.oauth2\.scope/],
    ['something unheard of', error(400, 'constructor'), FINAL, /refused: constructor \(AAD/],
    ['without words', { status: 404, body: 'planted' }, FINAL, /answered with status 404$/],
    ['for now', error(400, 'temporarily_unavailable'), PASSING, /temporarily_unavailable/],
    ['too many', { status: 429, body: '{}' }, PASSING, /status 429/],
    ['with its own trouble', { status: 503, body: '<planted>' }, PASSING, /status 503/],
    ['with an error that is none', { status: 400, body: '{"error":["planted"]}' }, FINAL, /400$/],
    ['with no object', { status: 200, body: 'null' }, FINAL, /no sensible answer/],
    ['with a list', { status: 200, body: '["planted"]' }, FINAL, /no sensible answer/],
    ['with no text', { status: 200, body: '{"access_token":7}' }, FINAL, /no sensible answer/],
    ['with a break-out', token('a\x01\r\nplanted'), FINAL, /no sensible answer/],
    ['with too much', { status: 200, body: `{"a":"${'x'.repeat(70_000)}"}` }, FINAL, /sensible/],
  ])('refuses %s', async (_, given, failure, message) => {
    answer = () => given;
    const submission = await send({ ...client(), refreshToken: 'planted-refresh' });
    expect(submission).toMatchObject(
      unsent({ ...failure, scope: 'provider', message: expect.stringMatching(message) as string }),
    );
    expect(inspect(submission, { depth: Infinity })).not.toContain('planted');
    expect(tried).toEqual([]);
  });

  it('is not followed elsewhere', async () => {
    const other = await TokenEndpoint.start(() => token('good'));
    answer = () => ({ status: 307, body: '', headers: { location: other.url } });
    expect(await send(client())).toMatchObject(
      unsent({ ...FINAL, message: expect.stringMatching(/redirect \(307\)/) as string }),
    );
    expect(other.requests).toEqual([]);
    await other.close();
  });

  it('is not there', async () => {
    const gone = await TokenEndpoint.start(() => token('good'));
    const tokenUrl = gone.url;
    await gone.close();
    expect(await send({ ...client(), tokenUrl })).toMatchObject(
      unsent({ category: 'network', code: 'ECONNREFUSED', retryable: true }),
    );
  });

  it('hangs up', async () => {
    const rude = createServer((socket: Socket) => socket.on('data', () => socket.destroy()));
    rude.listen(0, '127.0.0.1');
    await once(rude, 'listening');
    const tokenUrl = `http://127.0.0.1:${(rude.address() as AddressInfo).port}/`;
    expect(await send({ ...client(), tokenUrl })).toMatchObject(
      unsent({ category: 'network', scope: 'network', retryable: true }),
    );
    rude.close();
    await once(rude, 'close');
  });

  it('is silent', async () => {
    answer = () => undefined;
    const smtp = provider(client(), { timeouts: { connectMs: 100 } });
    expect(await smtp.send(outgoingEmail(), attempt())).toMatchObject(
      unsent({ category: 'timeout', retryable: true }),
    );
  });

  it('holds up neither an abort nor the end of the pool', async () => {
    answer = () => undefined;
    const abort = new AbortController();
    const smtp = provider(client());
    const aborted = smtp.send(outgoingEmail(), { signal: abort.signal, attempt: 1 });
    const closed = smtp.send(outgoingEmail(), attempt());
    await eventually(() => endpoint.requests.length === 1);
    abort.abort();
    expect(await aborted).toMatchObject(unsent({ retryable: true }));
    await smtp.close();
    expect(await closed).toMatchObject(unsent({ code: 'CLOSED' }));
    await eventually(() => endpoint.abandoned === 1);
  });
});

describe('What it takes to get a token is asked for at once', () => {
  const account = { clientEmail: 'a@b.example', privateKey: PEM };
  const some = { clientId: 'i', clientSecret: 's', tokenUrl: 'https://login.example.com/token' };
  const getToken = async () => 'token';

  it.each<[string, object]>([
    ['client credentials', some],
    ['with a scope', { ...some, scope: 'mail' }],
    ['a function', { accessToken: getToken }],
    ['a service account', { serviceAccount: account }],
    ['at another endpoint', { serviceAccount: account, tokenUrl: 'https://example.com/token' }],
    ['with a token at hand', { serviceAccount: account, accessToken: 'token' }],
  ])('%s', (_, oauth2) => {
    const { options, problems } = readOptions({ host: 'x', auth: { user: USER, oauth2 } });
    expect(problems).toEqual([]);
    expect(options.auth).toEqual({ user: USER, oauth2 });
  });

  const ecKey = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
  const wrongKey = ecKey.export({ type: 'pkcs8', format: 'pem' }).toString();

  it.each<[string, object, string[]]>([
    ['no endpoint', { clientId: 'i', clientSecret: 's' }, ['tokenUrl']],
    ['a scope alone', { scope: 'mail' }, ['clientId', 'clientSecret', 'tokenUrl']],
    [
      'a function beside it',
      { ...some, accessToken: getToken },
      ['clientId', 'clientSecret', 'tokenUrl'],
    ],
    ['an account beside it', { ...some, serviceAccount: account }, ['clientId', 'clientSecret']],
    [
      'an account without a name',
      { serviceAccount: { privateKey: PEM } },
      ['serviceAccount.clientEmail'],
    ],
    ['without a key', { serviceAccount: { clientEmail: 'a' } }, ['serviceAccount.privateKey']],
    [
      'with line breaks written out, as environments have them',
      { serviceAccount: { ...account, privateKey: PEM.replaceAll('\n', '\\n') } },
      ['serviceAccount.privateKey'],
    ],
    [
      'with a key of another kind',
      { serviceAccount: { ...account, privateKey: wrongKey } },
      ['serviceAccount.privateKey'],
    ],
    [
      'with what is not known',
      { serviceAccount: { ...account, type: 'x' } },
      ['serviceAccount.type'],
    ],
    [
      'an account in plain text',
      { serviceAccount: account, tokenUrl: 'http://a.example' },
      ['tokenUrl'],
    ],
    ['something else as token', { accessToken: 5 }, ['accessToken']],
  ])('%s', (_, oauth2, paths) => {
    const { problems } = readOptions({ host: 'x', auth: { user: USER, oauth2 } });
    expect(problems.map(({ path }) => path)).toEqual(
      paths.map((path) => `providers.smtp.auth.oauth2.${path}`),
    );
    expect(JSON.stringify(problems)).not.toContain('BEGIN');
  });
});

function decoded(part: string): Record<string, unknown> {
  return JSON.parse(Buffer.from(part, 'base64url').toString()) as Record<string, unknown>;
}
