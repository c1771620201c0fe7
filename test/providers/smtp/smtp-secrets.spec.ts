import { inspect } from 'node:util';
import { outgoingEmail } from '../../fixtures/outgoing-email.js';
import { smtpProvider } from '../../fixtures/smtp-provider.js';
import {
  SmtpScriptPeer,
  both,
  fin,
  say,
  type Move,
  type Script,
} from '../../fixtures/smtp-script-peer.js';

const attempt = () => ({ signal: new AbortController().signal, attempt: 1 });
const USER = 'user.planted@example.net';
const PASSWORD = 'p4$$w0rd-planted';
const PLANTED = [
  PASSWORD,
  Buffer.from(PASSWORD).toString('base64'),
  Buffer.from(`\0${USER}\0${PASSWORD}`).toString('base64'),
  USER,
  'ada.planted@example.org',
  'shop.planted@example.com',
];

let peer: SmtpScriptPeer;
afterEach(() => peer.close());

/** Refuses by repeating everything that it knows, over several lines. */
const gossip =
  (code: number): Move =>
  (line) => {
    const words = [...PLANTED, ...peer.commands];
    const lines = words.map((word, i) => `${code}${i === words.length - 1 ? ' ' : '-'}${word}`);
    say(...lines)(line);
  };

const email = outgoingEmail({
  from: { address: 'shop.planted@example.com' },
  to: [{ address: 'ada.planted@example.org' }],
});

const CUES: [string, Script][] = [
  ['AUTH', { auth: gossip(535) }],
  ['MAIL', { mail: gossip(550) }],
  ['RCPT', { rcpt: gossip(550) }],
  ['DATA', { data: gossip(554) }],
  ['the dot', { dot: gossip(554) }],
  ['the dot, out of step', { dot: gossip(354) }],
  ['the dot, then FIN', { dot: both(gossip(421), fin) }],
];

describe('S26: a very short password', () => {
  it.each(['p', 'te', 'tem'])(
    '%s garbles no words, and its login is masked all the same',
    async (pass) => {
      const login = Buffer.from(`\0ada\0${pass}`).toString('base64');
      peer = await SmtpScriptPeer.start({
        extensions: ['AUTH PLAIN'],
        script: () => ({ auth: say(`535 attempt ${login} failed`) }),
      });
      const provider = smtpProvider({
        host: '127.0.0.1',
        port: peer.port,
        auth: { user: 'ada', pass },
      });
      expect(await provider.send(email, attempt())).toMatchObject({
        failure: { message: '535 attempt [secret] failed' },
        response: '535 attempt [secret] failed',
      });
    },
  );

  it('of four characters is masked', async () => {
    peer = await SmtpScriptPeer.start({
      extensions: ['AUTH PLAIN'],
      script: () => ({ auth: say('535 temp is wrong') }),
    });
    const auth = { user: 'ada', pass: 'temp' };
    const provider = smtpProvider({ host: '127.0.0.1', port: peer.port, auth });
    expect(await provider.send(email, attempt())).toMatchObject({
      failure: { message: '535 [secret] is wrong' },
    });
  });
});

describe('No secret, address or content is in a failure', () => {
  it.each(CUES)('whatever a server says at %s', async (_, script) => {
    peer = await SmtpScriptPeer.start({
      extensions: ['PIPELINING', 'AUTH PLAIN'],
      script: () => script,
    });
    const auth = { user: USER, pass: PASSWORD };
    const provider = smtpProvider({ host: '127.0.0.1', port: peer.port, auth });
    const submission = await provider.send(email, attempt());
    expect(submission.outcome).not.toBe('accepted');
    // The addresses of the recipients are the application's own.
    const said = {
      ...submission,
      recipients: submission.recipients?.map(({ failure }) => failure),
    };
    const shown = JSON.stringify(said) + inspect(said, { depth: null, showHidden: true });
    expect(PLANTED.filter((secret) => shown.includes(secret))).toEqual([]);
  });

  it('nor in what verify() throws', async () => {
    peer = await SmtpScriptPeer.start({
      extensions: ['AUTH LOGIN'],
      script: () => ({ auth: [say('334 VXNlcm5hbWU6'), say('334 UGFzc3dvcmQ6'), gossip(535)] }),
    });
    const auth = { user: USER, pass: PASSWORD };
    const provider = smtpProvider({ host: '127.0.0.1', port: peer.port, auth });
    const error: unknown = await provider.verify().catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'SMTP_535' });
    const shown = JSON.stringify(error) + inspect(error, { depth: null, showHidden: true });
    expect(PLANTED.filter((secret) => shown.includes(secret))).toEqual([]);
  });
});
