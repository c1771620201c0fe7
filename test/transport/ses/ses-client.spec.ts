import { SesClient } from '../../../lib/transport/ses/ses-client.js';
import type { SesCall } from '../../../lib/transport/ses/ses-call.js';
import { awsError, SesServer } from '../../fixtures/api/ses-server.js';

const CALL: SesCall = {
  operation: 'SendEmail',
  input: {
    FromEmailAddress: 'shop@example.com',
    Destination: { ToAddresses: ['ada@example.org'] },
    Content: { Simple: { Subject: { Data: 'S' }, Body: { Text: { Data: 'T' } } } },
  },
};

let server: SesServer;
let client: SesClient;

beforeEach(async () => {
  server = await SesServer.start();
});
afterEach(async () => {
  await client.close();
  await server.close();
});

function start(more: object = {}) {
  client = new SesClient({ ...server.options, maxSockets: 2, ...more });
  return client;
}

const patience = () => AbortSignal.timeout(5_000);

describe('A call is one signed request', () => {
  it('over a kept connection', async () => {
    start();
    for (let i = 0; i < 5; i += 1) {
      expect(await client.call(CALL, patience())).toMatchObject({ kind: 'answer', status: 200 });
    }
    expect(server.deliveries).toHaveLength(5);
    expect(server.connections).toBe(1);
  });

  it('over no more connections than allowed', async () => {
    start();
    await Promise.all(Array.from({ length: 20 }, () => client.call(CALL, patience())));
    expect(server.connections).toBe(2);
  });

  it.each([429, 500, 502, 503, 504])('never made again after %i', async (status) => {
    start();
    server.override = () => ({ status, body: {} });
    expect(await client.call(CALL, patience())).toMatchObject({ kind: 'answer', status });
    expect(server.calls).toHaveLength(1);
  });

  it('never made again after a broken connection', async () => {
    start();
    server.override = () => (socket) => socket.resetAndDestroy();
    expect(await client.call(CALL, patience())).toMatchObject({
      kind: 'fault',
      mayHaveArrived: true,
    });
    expect(server.calls).toHaveLength(1);
  });
});

describe('H3: a request that is refused since our clock is off', () => {
  const HOUR = 3_600_000;

  it.each([
    ['ahead', HOUR, awsError(403, 'InvalidSignatureException', 'Signature expired.')],
    ['behind', -HOUR, awsError(403, 'InvalidSignatureException', 'Signature not yet current.')],
    ['six minutes ahead', 360_000, awsError(403, 'SignatureDoesNotMatch', 'Signature expired.')],
    ['a day behind', -24 * HOUR, awsError(403, 'RequestTimeTooSkewed', 'Too large.')],
    ['a day ahead', 24 * HOUR, awsError(400, 'RequestExpired', 'Request has expired.')],
    ['ahead, in the body', HOUR, { status: 403, body: { __type: 'a#InvalidSignatureException' } }],
  ])('is signed once more, by the clock of the server: %s', async (_, aheadMs, refusal) => {
    start();
    Object.assign(server, { aheadMs, skewRefusal: refusal });
    expect(await client.call(CALL, patience())).toMatchObject({ kind: 'answer', status: 200 });
    expect([server.calls.length, server.deliveries.length]).toEqual([2, 1]);
    expect(await client.call(CALL, patience())).toMatchObject({ kind: 'answer', status: 200 });
    expect([server.calls.length, server.deliveries.length]).toEqual([3, 2]);
  });

  it('is final after the second refusal, as with a wrong key', async () => {
    const credentials = { ...server.options.credentials, secretAccessKey: 'wrong' };
    start({ credentials });
    server.aheadMs = HOUR;
    expect(await client.call(CALL, patience())).toMatchObject({ kind: 'answer', status: 403 });
    expect(server.calls).toHaveLength(2);
  });

  it('the second request is bound by the signal too', async () => {
    start();
    server.aheadMs = HOUR;
    const stop = new AbortController();
    server.override = () => {
      if (server.calls.length === 2) stop.abort();
      return undefined;
    };
    expect(await client.call(CALL, stop.signal)).toMatchObject({ kind: 'fault', isAborted: true });
    expect(server.calls).toHaveLength(2);
  });
});

describe('A refusal that has other reasons is final', () => {
  it('a wrong key', async () => {
    start({ credentials: { ...server.options.credentials, secretAccessKey: 'wrong' } });
    expect(await client.call(CALL, patience())).toMatchObject({ kind: 'answer', status: 403 });
    expect(server.calls).toHaveLength(1);
  });

  it.each([
    ['a clock that is a little off', 403, 'InvalidSignatureException', 200_000],
    ['another refusal', 400, 'MessageRejected', 3_600_000],
    ['a server that failed', 500, 'RequestExpired', 3_600_000],
    ['a success', 200, 'RequestExpired', 3_600_000],
  ])('%s', async (_, status, type, aheadMs) => {
    start();
    server.aheadMs = aheadMs;
    server.override = () => awsError(status, type, 'No.');
    expect(await client.call(CALL, patience())).toMatchObject({ kind: 'answer', status });
    expect(server.calls).toHaveLength(1);
  });

  it('one that does not tell the time', async () => {
    start();
    server.aheadMs = 3_600_000;
    const { headers, ...refusal } = awsError(403, 'RequestExpired', 'No.');
    server.skewRefusal = { ...refusal, headers: { ...headers, date: 'soon' } };
    expect(await client.call(CALL, patience())).toMatchObject({ kind: 'answer', status: 403 });
    expect(server.calls).toHaveLength(1);
  });
});

describe('What is not sent is known not to be', () => {
  const before = { ...process.env };
  afterEach(() => {
    process.env = { ...before };
  });

  it('without credentials', async () => {
    for (const name of Object.keys(process.env))
      if (name.startsWith('AWS_')) delete process.env[name];
    Object.assign(process.env, {
      AWS_EC2_METADATA_DISABLED: 'true',
      AWS_SHARED_CREDENTIALS_FILE: '/nonexistent',
      AWS_CONFIG_FILE: '/nonexistent',
    });
    start({ credentials: undefined });
    expect(await client.call(CALL, patience())).toEqual({
      kind: 'unmade',
      code: 'CredentialsProviderError',
    });
    expect(server.calls).toEqual([]);
  });

  it('with the credentials of the environment it goes', async () => {
    const { accessKeyId, secretAccessKey } = server.options.credentials;
    process.env['AWS_ACCESS_KEY_ID'] = accessKeyId;
    process.env['AWS_SECRET_ACCESS_KEY'] = secretAccessKey;
    start({ credentials: undefined });
    expect(await client.call(CALL, patience())).toMatchObject({ status: 200 });
  });

  it('when time is up before', async () => {
    start();
    expect(await client.call(CALL, AbortSignal.abort())).toMatchObject({
      kind: 'fault',
      isAborted: true,
      mayHaveArrived: false,
    });
    expect(server.calls).toEqual([]);
  });

  it('while time runs out in looking for credentials, and later neither', async () => {
    let find: (found: object) => void = () => undefined;
    const found = new Promise<object>((resolve) => {
      find = resolve;
    });
    start({ credentials: () => found });
    const stop = new AbortController();
    const call = client.call(CALL, stop.signal);
    stop.abort();
    expect(await call).toMatchObject({ kind: 'fault', isAborted: true, mayHaveArrived: false });
    find(server.options.credentials);
    await client.call(CALL, patience());
    expect(server.calls).toHaveLength(1);
  });

  it.each<[string, () => unknown, string]>([
    ['fails', () => Promise.reject(new Error('AKIAPLANTED')), 'CREDENTIALS_FUNCTION_FAILED'],
    [
      'throws at once',
      () => {
        throw new TypeError('AKIAPLANTED');
      },
      'CREDENTIALS_FUNCTION_FAILED',
    ],
    ['gives nothing', async () => undefined, 'CREDENTIALS_FUNCTION_GAVE_NONE'],
    ['gives half', async () => ({ accessKeyId: 'A' }), 'CREDENTIALS_FUNCTION_GAVE_NONE'],
    [
      'gives empty text',
      async () => ({ accessKeyId: '', secretAccessKey: '' }),
      'CREDENTIALS_FUNCTION_GAVE_NONE',
    ],
  ])(
    'where a function for credentials %s; and the next call asks it again',
    async (_, wrong, code) => {
      let calls = 0;
      start({ credentials: () => ((calls += 1) === 1 ? wrong() : server.options.credentials) });
      expect(await client.call(CALL, patience())).toEqual({ kind: 'unmade', code });
      expect(server.calls).toEqual([]);
      expect(await client.call(CALL, patience())).toMatchObject({ kind: 'answer', status: 200 });
    },
  );

  it('when the SDK refuses the input', async () => {
    start();
    const input = {
      get Content(): never {
        throw new TypeError('planted secret');
      },
    };
    const result = await client.call(
      { operation: 'SendEmail', input } as unknown as SesCall,
      patience(),
    );
    expect(result).toEqual({ kind: 'unmade', code: 'TypeError' });
  });
});

describe('Nothing of the request is in the result', () => {
  it('also where the answer repeats it', async () => {
    start({ credentials: { ...server.options.credentials, sessionToken: 'planted/token=' } });
    server.override = ({ request }) => ({
      status: 403,
      headers: { 'x-echo': request.headers.authorization! },
      body: { message: JSON.stringify(request.headers) },
    });
    const text = JSON.stringify(await client.call(CALL, patience()));
    expect(text).toContain('x-amz-date');
    expect(text).not.toMatch(/planted|AKIALOOPBACK|Signature=[0-9a-f]/);
  });
});

describe('A function for credentials', () => {
  const inMs = (ms: number) => new Date(Date.now() + ms);

  it('is called once for all calls, also where its keys have no end', async () => {
    let calls = 0;
    start({
      credentials: async () => {
        calls += 1;
        await new Promise(setImmediate);
        return server.options.credentials;
      },
    });
    const all = Array.from({ length: 8 }, () => client.call(CALL, patience()));
    expect(await Promise.all(all)).toMatchObject(all.map(() => ({ status: 200 })));
    expect(await client.call(CALL, patience())).toMatchObject({ status: 200 });
    expect(calls).toBe(1);
  });

  it('is called again before its keys end', async () => {
    const ends = [inMs(60_000), inMs(3_600_000)];
    let calls = 0;
    start({
      credentials: async () => {
        calls += 1;
        return { ...server.options.credentials, expiration: ends.shift() };
      },
    });
    for (let i = 0; i < 3; i += 1) {
      expect(await client.call(CALL, patience())).toMatchObject({ status: 200 });
    }
    expect(calls).toBe(2);
  });

  it('may give a session token, which is kept out of the answers', async () => {
    const sessionToken = 'planted/token=';
    start({ credentials: async () => ({ ...server.options.credentials, sessionToken }) });
    server.override = ({ request }) => ({
      status: 403,
      body: { message: JSON.stringify(request.headers) },
    });
    const text = JSON.stringify(await client.call(CALL, patience()));
    expect(text).toContain('x-amz-security-token');
    expect(text).not.toContain('planted');
  });
});
