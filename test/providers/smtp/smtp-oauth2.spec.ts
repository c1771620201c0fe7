import { outgoingEmail } from '../../fixtures/outgoing-email.js';
import { smtpProvider } from '../../fixtures/smtp-provider.js';
import { SmtpScriptPeer, say, type Move } from '../../fixtures/smtp-script-peer.js';
import { TokenEndpoint, token, type TokenAnswer } from '../../fixtures/token-endpoint.js';

const attempt = () => ({ signal: new AbortController().signal, attempt: 1 });

let peer: SmtpScriptPeer;
let endpoint: TokenEndpoint | undefined;

afterEach(async () => {
  await peer.close();
  await endpoint?.close();
  endpoint = undefined;
});

/** Lets in whoever has the token `good`; to others it says what Google says, or what Microsoft says. */
function xoauth2(refusal: 'challenge' | 'plain'): Move {
  return (line) => {
    const [, , credentials] = (peer.commands.at(-1) ?? '').split(' ');
    if (credentials === undefined) say('535 5.7.8 not accepted')(line);
    else if (tokenIn(credentials) === 'good') say('235 welcome')(line);
    else say(refusal === 'plain' ? '535 5.7.3 unsuccessful' : '334 eyJzdGF0dXMiOiI0MDEifQ==')(line);
  };
}

function tokenIn(credentials: string): string | undefined {
  const [user, bearer] = Buffer.from(credentials, 'base64').toString().split('\x01');
  return user === 'user=ada' ? bearer?.replace('auth=Bearer ', '') : undefined;
}

async function start(refusal: 'challenge' | 'plain', answer?: (request: number) => TokenAnswer) {
  peer = await SmtpScriptPeer.start({
    extensions: ['PIPELINING', 'AUTH XOAUTH2'],
    script: () => ({ auth: xoauth2(refusal) }),
  });
  if (answer !== undefined) endpoint = await TokenEndpoint.start(answer);
}

function providerWith(accessToken?: string, options: object = {}) {
  const renewal = {
    clientId: 'client',
    clientSecret: 'planted-secret',
    refreshToken: 'planted-refresh',
    tokenUrl: endpoint?.url,
  };
  const oauth2 = {
    ...(endpoint !== undefined && renewal),
    ...(accessToken !== undefined && { accessToken }),
  };
  return smtpProvider({
    host: '127.0.0.1',
    port: peer.port,
    auth: { user: 'ada', oauth2 },
    ...options,
  });
}

describe('OAuth2', () => {
  it('takes a token that is given', async () => {
    await start('challenge');
    const submission = await providerWith('good').send(outgoingEmail(), attempt());
    expect(submission).toMatchObject({ outcome: 'accepted' });
  });

  it('gets a token where none is given', async () => {
    await start('challenge', () => token('good'));
    const submission = await providerWith().send(outgoingEmail(), attempt());
    expect(submission).toMatchObject({ outcome: 'accepted' });
    expect(endpoint?.requests.map((request) => Object.fromEntries(request))).toEqual([
      {
        client_id: 'client',
        client_secret: 'planted-secret',
        refresh_token: 'planted-refresh',
        grant_type: 'refresh_token',
      },
    ]);
  });

  it.each(['challenge', 'plain'] as const)(
    'renews an expired token once, for all connections together (%s)',
    async (refusal) => {
      await start(refusal, () => token('good'));
      const provider = providerWith('expired', { maxConnections: 4 });
      const sending = Array.from({ length: 12 }, () => provider.send(outgoingEmail(), attempt()));
      const outcomes = (await Promise.all(sending)).map(({ outcome }) => outcome);
      expect(outcomes).toEqual(sending.map(() => 'accepted'));
      expect(peer.connections).toBe(4);
      expect(endpoint?.requests).toHaveLength(1);
    },
  );

  it.each(['challenge', 'plain'] as const)(
    'does not renew again when the new token is refused as well (%s)',
    async (refusal) => {
      await start(refusal, (request) => token(`bad-${request}`));
      const submission = await providerWith('expired').send(outgoingEmail(), attempt());
      expect(submission).toMatchObject({
        outcome: 'unsent',
        failure: { category: 'auth', scope: 'provider', retryable: false },
      });
      expect(endpoint?.requests).toHaveLength(1);
      expect(peer.messages).toEqual([]);
    },
  );

  it('does not send without when a token cannot be renewed', async () => {
    await start('challenge');
    const submission = await providerWith('expired').send(outgoingEmail(), attempt());
    expect(submission).toMatchObject({ outcome: 'unsent', failure: { category: 'auth' } });
    expect(peer.messages).toEqual([]);
  });

  it('keeps a renewed token out of what the server says of it', async () => {
    peer = await SmtpScriptPeer.start({
      extensions: ['AUTH XOAUTH2'],
      script: () => ({ auth: (line) => say(`535 ${peer.commands.at(-1)} planted-token`)(line) }),
    });
    endpoint = await TokenEndpoint.start(() => token('planted-token'));
    const submission = await providerWith().send(outgoingEmail(), attempt());
    expect(submission).toMatchObject({
      failure: { statusCode: 535, message: '535 AUTH XOAUTH2 [secret] [secret]' },
    });
  });

  it.each<[string, TokenAnswer]>([
    ['a refusal', { status: 400, body: '{"error":"invalid_grant","error_description":"expired"}' }],
    ['no JSON', { status: 200, body: '<html>planted-token</html>' }],
    ['half of a token', { status: 200, body: '{"access_token":"planted-token' }],
    ['no token', { status: 200, body: '{}' }],
  ])('says that the endpoint gave %s', async (_, answer) => {
    await start('challenge', () => answer);
    const submission = await providerWith().send(outgoingEmail(), attempt());
    expect(submission).toMatchObject({
      outcome: 'unsent',
      failure: { category: 'auth', code: 'EOAUTH2', retryable: false },
    });
    expect(JSON.stringify(submission)).not.toContain('planted');
  });
});
