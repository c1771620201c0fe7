import { outgoingEmail } from '../../fixtures/outgoing-email.js';
import { startSlowReader } from '../../fixtures/slow-reader.js';
import { noSignal, smtpTimeouts } from '../../fixtures/smtp-pool.js';
import { smtpProvider } from '../../fixtures/smtp-provider.js';
import {
  SmtpScriptPeer,
  TEST_CERTIFICATE,
  deafen,
  later,
  say,
  stall,
  stopReading,
  type PeerOptions,
  type Script,
} from '../../fixtures/smtp-script-peer.js';

const MEGABYTE = 1024 * 1024;
const large = { attachments: [{ filename: 'l.bin', content: Buffer.alloc(12 * MEGABYTE, 'x') }] };
const trusted = { host: 'localhost', ca: TEST_CERTIFICATE.cert };
const closing: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

const send = (options: object, email = {}) =>
  smtpProvider({ host: '127.0.0.1', ...options }).send(outgoingEmail(email), {
    signal: noSignal(),
    attempt: 1,
  });

describe('S4: a message that is handed over slowly', () => {
  it.each([
    ['', false],
    [', over TLS', true],
  ])('goes on as long as it is taken%s', async (_, secure) => {
    // Three times as long as there may be no progress.
    const server = await startSlowReader(MEGABYTE / 10, secure);
    closing.push(server.close);
    const timeouts = { ...smtpTimeouts(20_000), handOverMs: 800 };
    const submission = await send({ ...trusted, secure, port: server.port, timeouts }, large);
    expect(submission).toMatchObject({ outcome: 'accepted' });
  });

  it('ends when the attempt as a whole takes too long', async () => {
    const server = await startSlowReader(MEGABYTE / 50);
    closing.push(server.close);
    const timeouts = { handOverMs: 20_000, totalMs: 500 };
    expect(await send({ port: server.port, timeouts }, large)).toMatchObject({
      outcome: 'unsent',
      failure: { category: 'timeout' },
    });
  });
});

const offersTls: PeerOptions = { extensions: ['PIPELINING', 'STARTTLS'] };
const offersAuth: PeerOptions = { extensions: ['PIPELINING', 'AUTH PLAIN'] };
const login = { auth: { user: 'ada', pass: 'planted-password' } };

describe('S15: each step has a limit of its own', () => {
  it.each<[string, string, Script, PeerOptions, object]>([
    ['the greeting', 'greetingMs', { greeting: stall }, {}, {}],
    ['EHLO', 'replyMs', { ehlo: stall }, {}, {}],
    ['STARTTLS', 'replyMs', { starttls: stall }, offersTls, trusted],
    ['the handshake', 'tlsMs', { starttls: deafen('220 go on\r\n') }, offersTls, trusted],
    ['the handshake at the start', 'tlsMs', { greeting: stall }, {}, { ...trusted, secure: true }],
    ['AUTH', 'replyMs', { auth: stall }, offersAuth, login],
    ['MAIL', 'replyMs', { mail: stall }, {}, {}],
    ['RCPT', 'replyMs', { rcpt: stall }, {}, {}],
    ['DATA', 'replyMs', { data: stall }, {}, {}],
    ['the message', 'handOverMs', { body: stopReading }, {}, {}],
    ['the final answer', 'answerMs', { dot: stall }, {}, {}],
    ['all', 'totalMs', { dot: stall }, {}, {}],
  ])('%s: %s ends a stall', async (_, limit, script, options, settings) => {
    const peer = await SmtpScriptPeer.start({ ...options, script: () => script });
    closing.push(() => peer.close());
    const timeouts = { ...smtpTimeouts(60_000), [limit]: 250 };
    const email = limit === 'handOverMs' ? large : {};
    expect(await send({ port: peer.port, timeouts, ...settings }, email)).toMatchObject({
      outcome: script.dot === stall ? 'unknown' : 'unsent',
      failure: { category: 'timeout' },
    });
  });

  it.each<[string, string, Script]>([
    ['greets', 'greetingMs', { greeting: later(1_500, say('220 at last')) }],
    ['answers EHLO', 'replyMs', { ehlo: later(1_500, say('250 at last')) }],
    ['answers the message', 'answerMs', { dot: later(1_500, say('250 at last')) }],
  ])('a server that %s late is waited for: %s', async (_, limit, script) => {
    const peer = await SmtpScriptPeer.start({ extensions: [], script: () => script });
    closing.push(() => peer.close());
    const timeouts = { ...smtpTimeouts(1_000), [limit]: 20_000, totalMs: 60_000 };
    expect(await send({ port: peer.port, timeouts })).toMatchObject({ outcome: 'accepted' });
  });
});
