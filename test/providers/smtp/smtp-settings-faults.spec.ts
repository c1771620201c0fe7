import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import type { TlsOptions } from 'node:tls';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';
import type { Submission } from '../../../lib/contract/submission.js';
import { outgoingEmail } from '../../fixtures/outgoing-email.js';
import { smtpProvider } from '../../fixtures/smtp-provider.js';
import { SmtpScriptPeer, TEST_CERTIFICATE, say, stall } from '../../fixtures/smtp-script-peer.js';

const attempt = () => ({ signal: new AbortController().signal, attempt: 1 });
const OLD: TlsOptions = {
  minVersion: 'TLSv1',
  maxVersion: 'TLSv1.1',
  ciphers: 'DEFAULT@SECLEVEL=0',
};
const CA = { ca: TEST_CERTIFICATE.cert };
const SHORT = { timeouts: { connectMs: 300, greetingMs: 300, tlsMs: 300, replyMs: 300 } };
const running: SMTPServer[] = [];
const peers: SmtpScriptPeer[] = [];

afterEach(async () => {
  const closing = running.splice(0);
  await Promise.all(closing.map((smtp) => new Promise<void>((done) => smtp.close(done))));
  await Promise.all(peers.splice(0).map((peer) => peer.close()));
});

async function server(options: SMTPServerOptions): Promise<number> {
  const smtp = new SMTPServer({
    ...TEST_CERTIFICATE,
    disableReverseLookup: true,
    closeTimeout: 100,
    authOptional: true,
    onData: (stream, _, done) => stream.resume().on('end', () => done()),
    ...options,
  });
  smtp.on('error', () => undefined);
  smtp.listen(0, '127.0.0.1');
  await once(smtp.server, 'listening');
  running.push(smtp);
  return (smtp.server.address() as AddressInfo).port;
}

async function send(port: number, options: object): Promise<Submission> {
  const provider = smtpProvider({ host: '127.0.0.1', port, ...options });
  return provider.send(outgoingEmail(), attempt());
}

const MISTAKE = {
  outcome: 'unsent',
  failure: { category: 'configuration', scope: 'provider', retryable: false },
};

describe('S11: settings that do not fit the server', () => {
  it.each<[string, SMTPServerOptions, object, RegExp[]]>([
    [
      'secure: true to a plain port',
      { hideSTARTTLS: true },
      { secure: true },
      [/providers\.smtp\.secure to false/, /providers\.smtp\.port/],
    ],
    [
      'secure: true to a port with STARTTLS',
      {},
      { secure: true, ...CA },
      [/providers\.smtp\.secure to false/, /587/],
    ],
    [
      'secure: false to a port with TLS from the first byte',
      { secure: true },
      { secure: false, ...SHORT },
      [/providers\.smtp\.secure to true/, /SMTP_SECURE=true/, /providers\.smtp\.port/],
    ],
    ['TLS 1.1 only, by STARTTLS', OLD, { tls: 'required' }, [/TLS 1\.2 or later/]],
    [
      'TLS 1.1 only, from the first byte',
      { ...OLD, secure: true },
      { secure: true, rejectUnauthorized: false },
      [/TLS 1\.2 or later/],
    ],
    [
      'no cipher in common',
      { secure: true, maxVersion: 'TLSv1.2', ciphers: 'AECDH-AES128-SHA:@SECLEVEL=0' },
      { secure: true, rejectUnauthorized: false },
      [/no safe way of TLS in common/],
    ],
    [
      'a certificate of another name',
      {},
      { tls: 'required', ...CA },
      [/127\.0\.0\.1/, /providers\.smtp\.host/, /^(?!.*providers\.smtp\.ca)/],
    ],
    [
      'a certificate that nobody vouches for',
      {},
      { tls: 'required', host: 'localhost' },
      [/providers\.smtp\.ca/, /SMTP_CA/],
    ],
    [
      'no STARTTLS where TLS is required',
      { hideSTARTTLS: true, disabledCommands: ['STARTTLS'] },
      { tls: 'required' },
      [/providers\.smtp\.tls to 'none'/, /SMTP_TLS=none/, /\?tls=none/, /secure/],
    ],
  ])('%s', async (_, serverOptions, options, hints) => {
    const submission = await send(await server(serverOptions), options);
    expect(submission).toMatchObject(MISTAKE);
    const { message } = (submission as { failure: { message: string } }).failure;
    for (const hint of hints) expect(message).toMatch(hint);
    expect(message).not.toMatch(/openssl|SSL routines|\.c:/i);
  });

  it('credentials without AUTH', async () => {
    const port = await server({ disabledCommands: ['AUTH'], hideSTARTTLS: true });
    expect(await send(port, { auth: { user: 'ada', pass: 'right' } })).toMatchObject({
      outcome: 'unsent',
      failure: {
        category: 'auth',
        message: expect.stringMatching(/providers\.smtp\.auth/) as string,
      },
    });
  });

  it('a slow server is none: it may greet another time', async () => {
    const peer = await SmtpScriptPeer.start({ script: () => ({ greeting: stall }) });
    peers.push(peer);
    expect(await send(peer.port, SHORT)).toMatchObject({
      outcome: 'unsent',
      failure: { category: 'timeout', scope: 'network', retryable: true },
    });
  });

  it('a server that cannot do TLS for now is none either', async () => {
    const peer = await SmtpScriptPeer.start({
      extensions: ['STARTTLS'],
      script: () => ({ starttls: say('454 4.7.0 TLS not available') }),
    });
    peers.push(peer);
    expect(await send(peer.port, {})).toMatchObject({
      failure: { category: 'unavailable', retryable: true },
    });
  });
});

describe('S7: to loopback, TLS is taken as it comes', () => {
  const accepted = { outcome: 'accepted' };
  const untrusted = { outcome: 'unsent', failure: { code: 'DEPTH_ZERO_SELF_SIGNED_CERT' } };

  it.each<[string, object, object]>([
    ['a certificate of its own making is no obstacle', {}, accepted],
    ['also where opportunistic is asked for', { tls: 'opportunistic' }, accepted],
    ['unless it is to be verified', { rejectUnauthorized: true }, untrusted],
    ['or TLS is required', { tls: 'required' }, untrusted],
    ['the certificate that is trusted is asked for', { host: 'localhost', ...CA }, accepted],
    ['and no other', CA, { outcome: 'unsent', failure: { code: 'ERR_TLS_CERT_ALTNAME_INVALID' } }],
  ])('%s', async (_, options, expected) => {
    expect(await send(await server({}), options)).toMatchObject(expected);
  });

  it('TLS from the first byte is verified', async () => {
    expect(await send(await server({ secure: true }), { secure: true })).toMatchObject(untrusted);
  });
});
