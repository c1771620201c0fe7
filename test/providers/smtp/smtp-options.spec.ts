import { dkimKey, ed25519Key } from '../../fixtures/dkim-key.js';
import { readOptions } from '../../fixtures/smtp-provider.js';
import { TEST_CERTIFICATE } from '../../fixtures/smtp-script-peer.js';

const host = 'smtp.example.com';
const renewal = {
  clientId: 'id',
  clientSecret: 'secret',
  refreshToken: 'refresh',
  tokenUrl: 'https://login.example.com/token',
};

describe('SMTP options have safe defaults', () => {
  it('for a server elsewhere', () => {
    expect(readOptions({ host })).toEqual({
      problems: [],
      options: {
        host,
        port: 587,
        secure: false,
        tls: 'required',
        rejectUnauthorized: true,
        maxConnections: 5,
        maxMessagesPerConnection: 500,
        idleMs: 30_000,
        timeouts: {
          connectMs: 10_000,
          greetingMs: 30_000,
          tlsMs: 10_000,
          replyMs: 30_000,
          handOverMs: 60_000,
          answerMs: 120_000,
          totalMs: 900_000,
        },
      },
    });
  });

  it.each(['localhost', '127.0.0.1', '127.8.9.10', '::1'])('for %s', (loopback) => {
    expect(readOptions({ host: loopback }).options).toMatchObject({
      tls: 'opportunistic',
      rejectUnauthorized: false,
    });
  });

  it.each(['localhost.example.com', '127.0.0.1.example.com', '128.0.0.1', '2001:db8::1'])(
    'which do not count %s as this machine',
    (remote) => {
      expect(readOptions({ host: remote }).options.tls).toBe('required');
      expect(readOptions({ host: remote, tls: 'opportunistic' }).options).toMatchObject({
        rejectUnauthorized: true,
      });
    },
  );

  it.each([
    [{ port: 465 }, { port: 465, secure: true }],
    [{ secure: true }, { port: 465, secure: true }],
    [{ port: 2525 }, { port: 2525, secure: false }],
    [
      { port: 465, secure: false },
      { port: 465, secure: false },
    ],
  ])('for the port of %j', (given, expected) => {
    expect(readOptions({ host, ...given }).options).toMatchObject(expected);
  });

  it('lowered to the general time limit, phase by phase', () => {
    const { options } = readOptions({ host, timeouts: { connectMs: 5 } }, { timeoutMs: 30_000 });
    expect(options.timeouts).toEqual({
      connectMs: 5,
      greetingMs: 30_000,
      tlsMs: 10_000,
      replyMs: 30_000,
      handOverMs: 30_000,
      answerMs: 30_000,
      totalMs: 900_000,
    });
  });
});

describe('An SMTP URL', () => {
  it.each([
    ['smtp://mail.example.com', { host: 'mail.example.com', port: 587, secure: false }],
    ['smtp://127.0.0.1:2525', { host: '127.0.0.1', port: 2525, tls: 'opportunistic' }],
    ['smtp://[::1]:2525/', { host: '::1', port: 2525, tls: 'opportunistic' }],
    ['smtps://mail.example.com', { port: 465, secure: true }],
    ['smtp://mail.example.com:465', { port: 465, secure: true }],
    [
      'smtp://ada%40example.com:p%40ss%2Fword@mail.example.com',
      { auth: { user: 'ada@example.com', pass: 'p@ss/word' } },
    ],
  ])('says it all: %s', (url, expected) => {
    const { options, problems } = readOptions({ url });
    expect(problems).toEqual([]);
    expect(options).toMatchObject(expected);
  });

  it.each([
    'mail.example.com',
    'http://mail.example.com',
    'smtp://',
    'smtp://mail.example.com:0',
    'smtp://mail.example.com:99999',
    'smtp://planted@mail.example.com',
    'smtp://:planted@mail.example.com',
    'smtp://ada:pla%ZZnted@mail.example.com',
    'smtp://ada:planted%0D%0Ax@mail.example.com',
    'smtp://ada:planted@mail%20.example.com',
    'smtp://ada:planted@mail.example.com/path',
    'smtp://ada:planted@mail.example.com?tls=maybe',
    'smtp://ada:planted@mail.example.com?tls=none&tls=required',
    'smtp://ada:planted@mail.example.com?name=a%20b',
    'smtp://ada:planted@mail.example.com?name=a%0D%0AMAIL',
    'smtp://ada:planted@mail.example.com?ca=planted',
    'smtp://ada:planted@mail.example.com#planted',
  ])('that is wrong is named, but never repeated: %s', (url) => {
    const { problems } = readOptions({ url });
    expect(problems.map(({ path }) => path)).toEqual(['providers.smtp.url']);
    expect(JSON.stringify(problems)).not.toContain('planted');
  });

  it('S7: also says how to do TLS, and our name', () => {
    expect(readOptions({ url: 'smtp://mailpit:1025?tls=none' })).toMatchObject({
      problems: [],
      options: { host: 'mailpit', port: 1025, tls: 'none' },
    });
    expect(readOptions({ url: 'smtp://127.0.0.1?tls=required' })).toMatchObject({
      problems: [],
      options: { tls: 'required', rejectUnauthorized: true },
    });
    const both = readOptions({
      url: 'smtp://u:p@a.example.com/?name=shop.example.com&tls=opportunistic',
    });
    expect(both).toMatchObject({
      problems: [],
      options: { tls: 'opportunistic', name: 'shop.example.com', rejectUnauthorized: true },
    });
    expect(readOptions({ url: 'smtps://a.example.com?tls=none' }).problems).toHaveLength(1);
    const twice = { url: 'smtp://a.example.com?tls=none&name=a', tls: 'none', name: 'b' };
    expect(readOptions(twice).problems.map(({ path }) => path)).toEqual([
      'providers.smtp.tls',
      'providers.smtp.name',
    ]);
  });

  it('does not stand beside what it already says', () => {
    const { problems } = readOptions({ url: 'smtp://a.example.com', host, port: 1, secure: true });
    expect(problems.map(({ path }) => path)).toEqual([
      'providers.smtp.host',
      'providers.smtp.port',
      'providers.smtp.secure',
    ]);
  });
});

describe('What cannot work is named at once', () => {
  it('a missing server, with the ways to set it', () => {
    expect(readOptions({}).problems).toEqual([
      {
        path: 'providers.smtp.host',
        message: 'is missing: set providers.smtp.host or url, or SMTP_HOST / SMTP_URL',
      },
    ]);
  });

  it.each<[string, object, string[]]>([
    ['a host with a line break', { host: 'smtp.x\r\nEHLO evil' }, ['host']],
    ['a host with a space', { host: 'smtp x' }, ['host']],
    ['a URL as host', { host: 'smtp://smtp.example.com' }, ['host']],
    ['ports that are none', { host, port: 0 }, ['port']],
    ['ports beyond', { host, port: 65_536 }, ['port']],
    ['a port as text', { host, port: '25' }, ['port']],
    ['a user without password', { host, auth: { user: 'ada' } }, ['auth.pass']],
    ['a password without user', { host, auth: { pass: 'x' } }, ['auth.user']],
    [
      'a password beside OAuth2',
      { host, auth: { user: 'ada', pass: 'x', oauth2: { accessToken: 't' } } },
      ['auth.pass'],
    ],
    [
      'OAuth2 without anything',
      { host, auth: { user: 'ada', oauth2: {} } },
      ['auth.oauth2.accessToken'],
    ],
    [
      'half a renewal',
      { host, auth: { user: 'ada', oauth2: { refreshToken: 'r', clientId: 'i' } } },
      ['auth.oauth2.clientSecret', 'auth.oauth2.tokenUrl'],
    ],
    [
      'a token URL in plain text',
      { host, auth: { user: 'a', oauth2: { ...renewal, tokenUrl: 'http://login.example.com' } } },
      ['auth.oauth2.tokenUrl'],
    ],
    ['TLS both on and off', { host, secure: true, tls: 'none' }, ['tls']],
    ['an EHLO name with a line break', { host, name: 'x\r\nMAIL FROM:<a@b.example>' }, ['name']],
    ['an EHLO name with a space', { host, name: 'x y' }, ['name']],
    ['certificates that are none', { host, ca: '/etc/ssl/ca.pem' }, ['ca']],
    [
      'a DKIM key that is none',
      { host, dkim: { ...dkimKey().options, privateKey: 'x' } },
      ['dkim.privateKey'],
    ],
    [
      'a DKIM key among others that is none',
      { host, dkim: [dkimKey().options, { ...dkimKey('b').options, privateKey: 'x', pem: 1 }] },
      ['dkim[1].pem', 'dkim[1].privateKey'],
    ],
    [
      'a DKIM key that is no object',
      { host, dkim: ['x'] },
      ['dkim[0]', 'dkim[0].domainName', 'dkim[0].keySelector', 'dkim[0].privateKey'],
    ],
    ['DKIM keys that are none', { host, dkim: [] }, ['dkim']],
    ['DSN events that do not exist', { host, dsn: { notify: ['always'] } }, ['dsn.notify']],
    ['DSN never and sometimes', { host, dsn: { notify: ['never', 'delay'] } }, ['dsn.notify']],
    ['a DSN id with a line break', { host, dsn: { envid: 'a\r\nb' } }, ['dsn.envid']],
    ['a DSN id with a space', { host, dsn: { envid: 'a b' } }, ['dsn.envid']],
    ['no connections', { host, maxConnections: 0 }, ['maxConnections']],
    ['a phase of no time', { host, timeouts: { answerMs: 0 } }, ['timeouts.answerMs']],
    [
      'keys that nobody knows',
      { host, pool: true, timeouts: { socketMs: 1 } },
      ['timeouts.socketMs', 'pool'],
    ],
  ])('%s', (_, input, paths) => {
    const found = readOptions(input).problems.map(({ path }) => path);
    expect(found).toEqual(paths.map((path) => `providers.smtp.${path}`));
  });

  it('all of them together', () => {
    expect(readOptions({ port: 'x', tls: 'maybe', auth: { user: '' } }).problems).toHaveLength(5);
  });
});

describe('What can work is taken as it is', () => {
  it.each([
    [{ auth: { user: 'ada', oauth2: { accessToken: 'token' } } }],
    [{ auth: { user: 'ada', oauth2: renewal } }],
    [{ auth: { user: 'ada', oauth2: { ...renewal, accessToken: 'token' } } }],
    [{ name: 'mail.example.com', rejectUnauthorized: false, tls: 'none' }],
    [{ dkim: dkimKey().options }],
    [{ dkim: [dkimKey().options, ed25519Key().options] }],
    [{ maxConnections: 20, maxMessagesPerConnection: 1, idleMs: 1_000 }],
  ])('%#', (given) => {
    const { options, problems } = readOptions({ host, ...given });
    expect(problems).toEqual([]);
    expect(options).toMatchObject(given);
  });

  it('certificates, one or many', () => {
    const { cert } = TEST_CERTIFICATE;
    expect(readOptions({ host, ca: cert }).options.ca).toEqual([cert]);
    expect(readOptions({ host, ca: [cert, cert] }).options.ca).toEqual([cert, cert]);
  });

  it('DSN, in the words of the protocol', () => {
    const dsn = { notify: ['success', 'delay'], return: 'headers', envid: 'order-1' };
    expect(readOptions({ host, dsn }).options.dsn).toEqual({
      notify: ['SUCCESS', 'DELAY'],
      ret: 'HDRS',
      envid: 'order-1',
    });
    expect(readOptions({ host, dsn: { notify: 'never' } }).options.dsn).toEqual({
      notify: ['NEVER'],
    });
  });
});
