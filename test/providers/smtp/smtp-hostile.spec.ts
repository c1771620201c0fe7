import { outgoingEmail } from '../../fixtures/outgoing-email.js';
import { smtpProvider } from '../../fixtures/smtp-provider.js';
import { smtpTimeouts } from '../../fixtures/smtp-pool.js';
import {
  SmtpScriptPeer,
  both,
  say,
  startTls,
  trickle,
  write,
  type Script,
} from '../../fixtures/smtp-script-peer.js';

const SHORT = smtpTimeouts(200);
const attempt = () => ({ signal: new AbortController().signal, attempt: 1 });

let peer: SmtpScriptPeer;
afterEach(() => peer.close());

function sendTo(options: object, email = outgoingEmail()) {
  return smtpProvider({ host: '127.0.0.1', port: peer.port, ...options }).send(email, attempt());
}

describe('A server that talks without end cannot outlive the phase', () => {
  it.each<[string, Script, string]>([
    ['the greeting, byte by byte', { greeting: trickle('2', 10) }, 'unsent'],
    ['lines of a greeting', { greeting: trickle('220-wait\r\n', 10) }, 'unsent'],
    ['lines of EHLO', { ehlo: trickle('250-X\r\n', 10) }, 'unsent'],
    ['empty lines before the answer to MAIL', { mail: trickle('\r\n', 10) }, 'unsent'],
    ['lines of the answer to DATA', { data: trickle('354-wait\r\n', 10) }, 'unsent'],
    ['lines of the final answer', { dot: trickle('250-wait\r\n', 10) }, 'unknown'],
    ['the final answer, byte by byte', { dot: trickle('2', 10) }, 'unknown'],
  ])('%s', async (_, script, outcome) => {
    peer = await SmtpScriptPeer.start({ script: () => script });
    expect(await sendTo({ timeouts: SHORT })).toMatchObject({
      outcome,
      failure: { category: 'timeout', code: 'TIMEOUT' },
    });
  });

  it.each<[string, Script, string]>([
    ['one line', { greeting: trickle('2'.repeat(100_000), 1) }, 'unsent'],
    ['many lines', { greeting: trickle('220-wait\r\n'.repeat(10_000), 1) }, 'unsent'],
    ['one line at the end', { dot: trickle('2'.repeat(100_000), 1) }, 'unknown'],
  ])('nor fill the memory: %s', async (_, script, outcome) => {
    peer = await SmtpScriptPeer.start({ script: () => script });
    const submission = await sendTo({});
    expect(submission).toMatchObject({ outcome });
    expect(JSON.stringify(submission).length).toBeLessThan(1_000);
  });
});

describe('What cannot be sent in private is not sent', () => {
  const required = {
    tls: 'required',
    rejectUnauthorized: false,
    auth: { user: 'ada', pass: 'planted' },
  };

  it('when STARTTLS has been taken out of the offer', async () => {
    peer = await SmtpScriptPeer.start({
      extensions: ['PIPELINING', 'AUTH PLAIN'],
      script: () => ({ starttls: say('502 what?') }),
    });
    expect(await sendTo(required)).toMatchObject({
      outcome: 'unsent',
      failure: { retryable: false },
    });
    expect(peer.commands.map((command) => command.split(' ')[0])).toEqual(['EHLO', 'STARTTLS']);
  });

  it('when what is said in plain text pretends to come from behind TLS', async () => {
    peer = await SmtpScriptPeer.start({
      extensions: ['PIPELINING', 'STARTTLS'],
      script: () => ({ starttls: startTls('250-evil\r\n250 AUTH PLAIN\r\n') }),
    });
    expect(await sendTo(required)).toMatchObject({
      outcome: 'unsent',
      failure: { category: 'auth' },
    });
    expect(peer.commands.some((command) => command.startsWith('AUTH'))).toBe(false);
  });

  it.each([{ tls: 'required' }, { tls: 'opportunistic', rejectUnauthorized: true }])(
    'with a certificate of somebody else: %j',
    async (tls) => {
      peer = await SmtpScriptPeer.start({ extensions: ['PIPELINING', 'STARTTLS', 'AUTH PLAIN'] });
      expect(await sendTo({ auth: required.auth, ...tls })).toMatchObject({
        outcome: 'unsent',
        failure: { category: 'configuration' },
      });
      expect(peer.commands).toEqual([expect.stringMatching(/^EHLO/), 'STARTTLS']);
    },
  );
});

describe('No body ends the message and begins a command', () => {
  it.each([
    '\r\n.\r\nMAIL FROM:<e@attacker.example>\r\nRCPT TO:<e@attacker.example>\r\nDATA\r\nx\r\n.\r\n',
    '\n.\nMAIL FROM:<e@attacker.example>\n',
    '\r.\rMAIL FROM:<e@attacker.example>\r',
    '\n.\r\nMAIL FROM:<e@attacker.example>\r\n',
    '\r.\nMAIL FROM:<e@attacker.example>\r\n',
    '.\r\n.\r\n',
  ])('%j', async (trick) => {
    peer = await SmtpScriptPeer.start();
    for (const text of [trick, `hello${trick}`, `${'x'.repeat(65_535)}${trick}`]) {
      expect(await sendTo({}, outgoingEmail({ text }))).toMatchObject({ outcome: 'accepted' });
    }
    expect(peer.messages).toHaveLength(3);
    expect(peer.commands.filter((command) => command.startsWith('MAIL'))).toHaveLength(3);
    for (const { body, to } of peer.messages) {
      expect(to).toEqual(['ada@example.org']);
      expect(body).not.toMatch(/\r(?!\n)|(?<!\r)\n/);
      expect(body).not.toMatch(/\r\n\.\r\n/);
    }
  });
});

describe('A server that answers out of step', () => {
  it('is not believed, and the connection is dropped', async () => {
    peer = await SmtpScriptPeer.start({
      script: (connection) => (connection === 1 ? { rcpt: say('250 ok', '250 ok') } : {}),
    });
    const provider = smtpProvider({ host: '127.0.0.1', port: peer.port });
    expect(await provider.send(outgoingEmail(), attempt())).toMatchObject({
      outcome: 'unknown',
      failure: { code: 'SMTP_OUT_OF_STEP' },
    });
    expect(await provider.send(outgoingEmail(), attempt())).toMatchObject({ outcome: 'accepted' });
    expect(peer.connections).toBe(2);
    expect(peer.messages).toHaveLength(1);
  });

  it('is dropped after a message that it took twice over', async () => {
    peer = await SmtpScriptPeer.start({
      script: (connection) => (connection === 1 ? { dot: say('250 taken', '250 taken') } : {}),
    });
    const provider = smtpProvider({ host: '127.0.0.1', port: peer.port });
    expect(await provider.send(outgoingEmail(), attempt())).toMatchObject({ outcome: 'accepted' });
    expect(await provider.send(outgoingEmail(), attempt())).toMatchObject({ outcome: 'accepted' });
    expect([peer.connections, peer.messages.length]).toEqual([2, 2]);
  });

  it('with bytes after its greeting is taken for what it is', async () => {
    peer = await SmtpScriptPeer.start({
      script: () => ({ greeting: both(say('220 peer'), write('250 ok\r\n250 ok\r\n')) }),
    });
    const submission = await sendTo({ timeouts: SHORT });
    expect(submission.outcome).not.toBe('accepted');
    expect(peer.messages).toEqual([]);
  });
});
