import { createHmac } from 'node:crypto';
import { outgoingEmail } from '../../fixtures/outgoing-email.js';
import { readOptions, smtpProvider } from '../../fixtures/smtp-provider.js';
import {
  SmtpScriptPeer,
  both,
  fin,
  say,
  stall,
  type Move,
} from '../../fixtures/smtp-script-peer.js';

const attempt = () => ({ signal: new AbortController().signal, attempt: 1 });
const USER = 'ada';
const PASS = 'correct horse';
const base64 = (text: string) => Buffer.from(text).toString('base64');
const PLAIN = `AUTH PLAIN ${base64(`\0${USER}\0${PASS}`)}`;
const CHALLENGE = '<1896.697170952@mx.example.net>';
const CRAM = base64(`${USER} ${createHmac('md5', PASS).update(CHALLENGE).digest('hex')}`);
const USERNAME = say(`334 ${base64('Username:')}`);
const PASSWORD = say(`334 ${base64('Password:')}`);
const WELCOME = say('235 2.7.0 welcome');

let peer: SmtpScriptPeer;
afterEach(() => peer.close());

/** Sends one message through a server that offers these mechanisms and answers AUTH so, line by line. */
async function send(mechanisms: string[], moves: (Move | undefined)[], method?: string, more = {}) {
  peer = await SmtpScriptPeer.start({
    extensions: mechanisms.map((each) => `AUTH${each}`),
    script: () => ({ auth: moves }),
  });
  const auth = { user: USER, pass: PASS, ...(method !== undefined && { method }) };
  return smtpProvider({ host: '127.0.0.1', port: peer.port, auth, ...more }).send(
    outgoingEmail(),
    attempt(),
  );
}

/** What the server got of the login. */
const said = () =>
  peer.commands.slice(1).filter((command) => !/^(?:MAIL|RCPT|DATA|QUIT)/.test(command));
const ACCEPTED = { outcome: 'accepted' };
const auth = (more = {}) => ({
  outcome: 'unsent',
  failure: { category: 'auth', scope: 'provider', retryable: false, ...more },
});

describe('S14: a login goes by a mechanism that is offered', () => {
  it.each<[string, string[], (Move | undefined)[], string[]]>([
    ['PLAIN', [' PLAIN'], [WELCOME], [PLAIN]],
    ['PLAIN before others', [' CRAM-MD5 LOGIN PLAIN'], [WELCOME], [PLAIN]],
    ['PLAIN in the old form', ['=plain login'], [WELCOME], [PLAIN]],
    [
      'PLAIN to a server that asks for it again',
      [' PLAIN'],
      [say('334 '), WELCOME],
      [PLAIN, PLAIN.slice(11)],
    ],
    [
      'LOGIN',
      [' LOGIN NTLM'],
      [USERNAME, PASSWORD, WELCOME],
      ['AUTH LOGIN', base64(USER), base64(PASS)],
    ],
    [
      'CRAM-MD5',
      [' CRAM-MD5'],
      [say(`334 ${base64(CHALLENGE)}`), WELCOME],
      ['AUTH CRAM-MD5', CRAM],
    ],
  ])('%s', async (_, mechanisms, moves, expected) => {
    expect(await send(mechanisms, moves)).toMatchObject(ACCEPTED);
    expect(said()).toEqual(expected);
  });

  it.each(['PLAIN', 'LOGIN', 'CRAM-MD5'])('a reply may have several lines: %s', async (method) => {
    const challenge = say(`334 ${base64(CHALLENGE)}`);
    const welcome = say('235-2.7.0 welcome', '235 2.7.0 ok');
    const moves = { PLAIN: [], LOGIN: [USERNAME, PASSWORD], 'CRAM-MD5': [challenge] }[method] ?? [];
    expect(await send([` ${method}`], [...moves, welcome])).toMatchObject(ACCEPTED);
    expect(peer.messages).toHaveLength(1);
  });

  it.each([[[' NTLM GSSAPI']], [[' XOAUTH2']], [['']], [[]], [[' PLAINTEXT LOGIN2']]])(
    'no password is sent where none of ours is: %j',
    async (mechanisms) => {
      expect(await send(mechanisms, [WELCOME])).toMatchObject(auth({ code: 'SMTP_NOT_OFFERED' }));
      expect(said()).toEqual([]);
    },
  );

  it('a token goes by XOAUTH2 only', async () => {
    const oauth2 = { auth: { user: USER, oauth2: { accessToken: 'planted' } } };
    expect(await send([' PLAIN LOGIN'], [WELCOME], undefined, oauth2)).toMatchObject(auth());
    expect(said()).toEqual([]);
  });
});

describe('S14: where a mechanism is refused the next one is tried', () => {
  const REST = [USERNAME, PASSWORD, WELCOME];

  it.each([
    '504 5.7.4 Unrecognized authentication type',
    '504 no',
    '534 5.7.9 Authentication mechanism is too weak',
    '538 5.7.11 Encryption required for requested authentication mechanism',
    '535 5.7.4 Security features not supported',
  ])('%s', async (refusal) => {
    expect(await send([' PLAIN LOGIN'], [say(refusal), ...REST])).toMatchObject(ACCEPTED);
    expect(said()).toEqual([PLAIN, 'AUTH LOGIN', base64(USER), base64(PASS)]);
  });

  it('until none is left, and then it is the last refusal that counts', async () => {
    const moves = [say('504 no PLAIN'), say('504 no LOGIN'), say('534 no CRAM')];
    expect(await send([' PLAIN LOGIN CRAM-MD5 NTLM'], moves)).toMatchObject(
      auth({ statusCode: 534, message: '534 no CRAM' }),
    );
    expect(said()).toEqual([PLAIN, 'AUTH LOGIN', 'AUTH CRAM-MD5']);
  });

  it.each(['535 5.7.8 wrong', '454 4.7.0 later', '500 what?'])(
    'but not where it is something else: %s',
    async (refusal) => {
      expect(await send([' PLAIN LOGIN'], [say(refusal)])).toMatchObject({
        outcome: 'unsent',
        failure: { scope: 'provider', statusCode: Number(refusal.slice(0, 3)) },
      });
      expect(said()).toEqual([PLAIN]);
    },
  );

  it('a password that nobody asked for is not given', async () => {
    expect(await send([' LOGIN'], [USERNAME, say('454 later')])).toMatchObject({
      failure: { category: 'unavailable', retryable: true },
    });
    expect(said()).not.toContain(base64(PASS));
  });
});

describe('S14: auth.method', () => {
  it.each(['PLAIN', 'LOGIN', 'CRAM-MD5'])('%s is what is used', async (method) => {
    const challenge = say(`334 ${base64(CHALLENGE)}`);
    const moves = { PLAIN: [], LOGIN: [USERNAME, PASSWORD], 'CRAM-MD5': [challenge] }[method] ?? [];
    expect(await send([' PLAIN LOGIN CRAM-MD5'], [...moves, WELCOME], method)).toMatchObject(
      ACCEPTED,
    );
    expect(said()[0]).toMatch(new RegExp(`^AUTH ${method}`));
  });

  it('and nothing else, where it is not offered or refused', async () => {
    expect(await send([' PLAIN'], [WELCOME], 'CRAM-MD5')).toMatchObject(
      auth({ message: expect.stringMatching(/CRAM-MD5.*AUTH by PLAIN only/) as string }),
    );
    expect(said()).toEqual([]);
    await peer.close();
    expect(await send([' PLAIN LOGIN'], [say('504 no')], 'PLAIN')).toMatchObject(auth());
    expect(said()).toEqual([PLAIN]);
  });

  it('fits the credentials', async () => {
    peer = await SmtpScriptPeer.start();
    const problemsOf = (more: object) =>
      readOptions({ host: 'mail.example.com', auth: { user: USER, ...more } }).problems.map(
        ({ path }) => path,
      );
    const oauth2 = { accessToken: 'token' };
    expect(problemsOf({ pass: PASS, method: 'LOGIN' })).toEqual([]);
    expect(problemsOf({ oauth2, method: 'XOAUTH2' })).toEqual([]);
    for (const wrong of [
      { pass: PASS, method: 'XOAUTH2' },
      { oauth2, method: 'PLAIN' },
      { pass: PASS, method: 'NTLM' },
      { pass: PASS, method: 'plain' },
    ]) {
      expect(problemsOf(wrong)).toEqual(['providers.smtp.auth.method']);
    }
  });
});

describe('A login always comes to an end', () => {
  const SHORT = { timeouts: { replyMs: 250 } };

  it.each<[string, Move[], object]>([
    ['the server is silent', [stall], { category: 'timeout' }],
    ['it is silent after the challenge', [USERNAME, stall], { category: 'timeout' }],
    ['it hangs up', [fin], { category: 'network' }],
    ['it hangs up after the challenge', [USERNAME, fin], { category: 'network' }],
    ['it shuts down', [both(say('421 busy'), fin)], { category: 'unavailable', statusCode: 421 }],
    ['it talks nonsense', [say('well, well')], { code: 'SMTP_OUT_OF_STEP' }],
    ['it challenges without end', [USERNAME, PASSWORD, USERNAME], { code: 'SMTP_OUT_OF_STEP' }],
    ['it answers twice', [both(USERNAME, WELCOME)], { category: 'network' }],
  ])('%s', async (_, moves, failure) => {
    expect(await send([' LOGIN'], moves, undefined, SHORT)).toMatchObject({
      outcome: 'unsent',
      failure: { ...failure, retryable: true },
    });
    expect(peer.messages).toEqual([]);
  });
});
