import { startMailBridge } from '../../fixtures/application.js';
import {
  SmtpScriptPeer,
  both,
  fin,
  rst,
  say,
  type Move,
  type Script,
} from '../../fixtures/smtp-script-peer.js';

let peer: SmtpScriptPeer;
afterEach(() => peer.close());

const dead = Array.from({ length: 4 }, (_, i) => `dead${i}@example.org`);
const good = ['ada@example.org', 'grace@example.org'];
const NO_SUCH_USER = say('550 5.1.1 no such user');

/** Refuses the dead ones of the first transaction, then ends it for all in that way. */
const thenFor = (end: Script): Script => ({
  rcpt: [...dead.map(() => NO_SUCH_USER), undefined],
  ...end,
});
const TOO_MANY_ERRORS: Move = both(say('421 4.7.0 too many errors'), fin);

async function sendToAll(extensions: string[], first: Script) {
  peer = await SmtpScriptPeer.start({
    extensions,
    script: (connection, message) => (connection === 1 && message === 1 ? first : {}),
  });
  const mail = await startMailBridge({
    provider: 'smtp',
    defaults: { from: 'shop@example.com' },
    retry: { attempts: 3, baseDelayMs: 0 },
    providers: { smtp: { host: '127.0.0.1', port: peer.port } },
  });
  const { responses } = await mail.sendBulk([{ to: [...dead, ...good], subject: 'S', text: 'T' }]);
  return responses[0]!;
}

const named = () => peer.messages.map(({ to }) => to);

describe.each([
  ['pipelined', ['PIPELINING']],
  ['one by one', []],
])('S22: who was refused for good is not named again, %s', (_, extensions) => {
  it.each<[string, Script]>([
    ['421 among the recipients', { rcpt: [...dead.map(() => NO_SUCH_USER), TOO_MANY_ERRORS] }],
    ['421 at DATA', thenFor({ data: TOO_MANY_ERRORS })],
    ['451 at DATA', thenFor({ data: [say('451 4.3.0 later'), undefined] })],
    ['a reset at DATA', thenFor({ data: rst })],
    ['451 after the dot', thenFor({ dot: say('451 4.3.0 later') })],
  ])('%s', async (__, script) => {
    const response = await sendToAll(extensions, script);
    expect(response).toMatchObject({ outcome: 'accepted', attempts: 2 });
    expect(named().at(-1)).toEqual(good);
    const outcomes = response.recipients?.map(({ address, outcome }) => [address, outcome]);
    expect(new Map(outcomes as [string, string][])).toEqual(
      new Map([
        ...dead.map((address) => [address, 'rejected'] as const),
        ...good.map((address) => [address, 'accepted'] as const),
      ]),
    );
  });

  it('a doubt is of the others alone', async () => {
    const response = await sendToAll(extensions, thenFor({ dot: rst }));
    expect(response).toMatchObject({ outcome: 'unknown', attempts: 1 });
    expect(response.recipients?.map(({ outcome }) => outcome)).toEqual([
      ...dead.map(() => 'rejected'),
      ...good.map(() => 'unknown'),
    ]);
  });

  it('who was put off is tried again alone where the others are in doubt', async () => {
    peer = await SmtpScriptPeer.start({
      extensions,
      script: (connection) =>
        connection === 1 ? { rcpt: [undefined, say('450 4.2.0 later')], dot: rst } : {},
    });
    const mail = await startMailBridge({
      provider: 'smtp',
      defaults: { from: 'shop@example.com' },
      retry: { attempts: 3, baseDelayMs: 0 },
      providers: { smtp: { host: '127.0.0.1', port: peer.port } },
    });
    const { responses } = await mail.sendBulk([{ to: good, subject: 'S', text: 'T' }]);
    const [response] = responses;
    expect(named()).toEqual(good.map((each) => [each]));
    const outcomes = response!.recipients?.map(({ address, outcome }) => [address, outcome]);
    expect(new Map(outcomes as [string, string][])).toEqual(
      new Map([
        ['ada@example.org', 'unknown'],
        ['grace@example.org', 'accepted'],
      ]),
    );
  });

  it('with all refused before the server hangs up, the message is', async () => {
    const response = await sendToAll(extensions, {
      rcpt: [...dead, ...good].map(() => NO_SUCH_USER),
      data: TOO_MANY_ERRORS,
    });
    expect(response).toMatchObject({ outcome: 'rejected', attempts: 1 });
    expect(response.recipients).toHaveLength(dead.length + good.length);
  });
});
