import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import {
  SMTPServer,
  type SMTPServerAddress,
  type SMTPServerOptions,
  type SMTPServerSession,
} from 'smtp-server';
import { outgoingEmail } from '../../fixtures/outgoing-email.js';
import { smtpProvider } from '../../fixtures/smtp-provider.js';
import { TEST_CERTIFICATE } from '../../fixtures/smtp-script-peer.js';

interface Received {
  readonly from: string;
  readonly to: string[];
  readonly user: unknown;
  readonly secure: boolean;
  readonly source: string;
}

const attempt = () => ({ signal: new AbortController().signal, attempt: 1 });
const trusted = { host: 'localhost', tls: 'required', ca: TEST_CERTIFICATE.cert };
let server: SMTPServer;
let received: Received[];

afterEach(() => new Promise<void>((resolve) => server.close(() => resolve())));

/** The server's default is STARTTLS with AUTH behind it; `ada` with `right` gets in. */
async function startServer(options: SMTPServerOptions = {}): Promise<number> {
  received = [];
  server = new SMTPServer({
    ...TEST_CERTIFICATE,
    disableReverseLookup: true,
    closeTimeout: 100,
    onAuth: ({ username, password }, _, done) =>
      username === 'ada' && password === 'right'
        ? done(null, { user: username })
        : done(new Error('no such user')),
    onRcptTo: ({ address }, _, done) => done(refusalOf(address)),
    onData: (stream, session, done) => void keep(stream, session, done),
    ...options,
  });
  server.on('error', () => undefined);
  server.listen(0, '127.0.0.1');
  await once(server.server, 'listening');
  return (server.server.address() as AddressInfo).port;
}

async function keep(
  stream: Readable,
  session: SMTPServerSession,
  done: (error: null, reply: string) => void,
): Promise<void> {
  const { envelope, user, secure } = session;
  const from = (envelope.mailFrom as SMTPServerAddress).address;
  const to = envelope.rcptTo.map(({ address }) => address);
  received.push({ from, to, user, secure, source: await text(stream) });
  done(null, 'queued');
}

function refusalOf(address: string): Error | null {
  const code = { gone: 550, later: 450 }[address.split('@')[0] ?? ''];
  return code === undefined
    ? null
    : Object.assign(new Error(`${address} is not here`), { responseCode: code });
}

describe('Through a real server', () => {
  it('a message goes over STARTTLS and with credentials', async () => {
    const port = await startServer();
    const provider = smtpProvider({ ...trusted, port, auth: { user: 'ada', pass: 'right' } });
    expect(await provider.send(outgoingEmail(), attempt())).toEqual({
      outcome: 'accepted',
      messageId: '<order-1@example.com>',
      response: '250 queued',
    });
    expect(received).toMatchObject([
      { from: 'shop@example.com', to: ['ada@example.org'], user: 'ada', secure: true },
    ]);
    expect(received[0]?.source).toContain('Message-ID: <order-1@example.com>');
  });

  it.each(['PLAIN', 'LOGIN', 'CRAM-MD5'])('AUTH %s works', async (method) => {
    const port = await startServer({
      authMethods: [method],
      onAuth: (auth, _, done) =>
        auth.password === 'right' || auth.validatePassword?.('right')
          ? done(null, { user: auth.username ?? '' })
          : done(new Error('no')),
    });
    const provider = smtpProvider({ ...trusted, port, auth: { user: 'ada', pass: 'right' } });
    expect(await provider.send(outgoingEmail(), attempt())).toMatchObject({ outcome: 'accepted' });
  });

  it('wrong credentials are told from others', async () => {
    const port = await startServer();
    const provider = smtpProvider({
      ...trusted,
      port,
      auth: { user: 'ada', pass: 'planted-wrong' },
    });
    const submission = await provider.send(outgoingEmail(), attempt());
    expect(submission).toMatchObject({
      outcome: 'unsent',
      failure: { category: 'auth', scope: 'provider', retryable: false, statusCode: 535 },
    });
    expect(received).toEqual([]);
  });

  it('the sender of the envelope is the return path, where there is one', async () => {
    const port = await startServer({ authOptional: true });
    const provider = smtpProvider({ ...trusted, port });
    await provider.send(outgoingEmail({ returnPath: 'bounces@example.com' }), attempt());
    expect(received[0]?.from).toBe('bounces@example.com');
  });

  it('recipients are to, cc and bcc, each once, and bcc is not shown', async () => {
    const port = await startServer({ authOptional: true });
    const provider = smtpProvider({ ...trusted, port });
    const [a, b, c] = ['a', 'b', 'c'].map((name) => ({ address: `${name}@example.org` }));
    await provider.send(outgoingEmail({ to: [a!], cc: [b!, a!], bcc: [c!, b!] }), attempt());
    expect(received[0]?.to).toEqual(['a@example.org', 'b@example.org', 'c@example.org']);
    expect(received[0]?.source).not.toContain('c@example.org');
  });

  it('each refused recipient has an outcome of its own', async () => {
    const port = await startServer({ authOptional: true });
    const provider = smtpProvider({ ...trusted, port });
    const to = ['ok', 'gone', 'later'].map((name) => ({ address: `${name}@example.org` }));
    const submission = await provider.send(outgoingEmail({ to }), attempt());
    expect(submission).toMatchObject({
      outcome: 'accepted',
      recipients: [
        { address: 'ok@example.org', outcome: 'accepted' },
        {
          address: 'gone@example.org',
          outcome: 'rejected',
          failure: { code: 'SMTP_550', scope: 'recipient', retryable: false },
        },
        {
          address: 'later@example.org',
          outcome: 'unsent',
          failure: { code: 'SMTP_450', scope: 'recipient', retryable: true },
        },
      ],
    });
    expect(
      JSON.stringify('recipients' in submission && submission.recipients?.map((r) => r.failure)),
    ).not.toContain('@');
    expect(received[0]?.to).toEqual(['ok@example.org']);
  });

  it.each([
    [['gone'], 'rejected'],
    [['gone', 'later'], 'unsent'],
  ])('with all recipients refused (%j) the message is %s', async (names, outcome) => {
    const port = await startServer({ authOptional: true });
    const provider = smtpProvider({ ...trusted, port });
    const to = names.map((name) => ({ address: `${name}@example.org` }));
    const submission = await provider.send(outgoingEmail({ to }), attempt());
    expect(submission).toMatchObject({ outcome, recipients: to });
    expect(received).toEqual([]);
  });

  it('verify() tells good credentials from bad ones', async () => {
    const port = await startServer();
    await smtpProvider({ ...trusted, port, auth: { user: 'ada', pass: 'right' } }).verify();
    const wrong = smtpProvider({ ...trusted, port, auth: { user: 'ada', pass: 'planted-wrong' } });
    await expect(wrong.verify()).rejects.toMatchObject({
      name: 'MailBridgeError',
      code: 'SMTP_535',
    });
    expect(received).toEqual([]);
  });

  it('a connection serves one message after the other', async () => {
    let connections = 0;
    const port = await startServer({
      authOptional: true,
      onConnect: (_, done) => {
        connections += 1;
        done();
      },
    });
    const provider = smtpProvider({ ...trusted, port, maxConnections: 2 });
    const sending = Array.from({ length: 12 }, (_, i) =>
      provider.send(outgoingEmail({ id: `m-${i}` }), attempt()),
    );
    expect((await Promise.all(sending)).map(({ outcome }) => outcome)).toEqual(
      sending.map(() => 'accepted'),
    );
    expect([connections, received.length]).toEqual([2, 12]);
  });
});
