import { isFault } from '../../../lib/transport/smtp/smtp-result.js';
import { outgoingEmail } from '../../fixtures/outgoing-email.js';
import { noSignal, smtpMessage, smtpPool } from '../../fixtures/smtp-pool.js';
import { smtpProvider } from '../../fixtures/smtp-provider.js';
import {
  SmtpScriptPeer,
  both,
  fin,
  say,
  type Cue,
  type Move,
  type Script,
} from '../../fixtures/smtp-script-peer.js';

let peer: SmtpScriptPeer;
afterEach(() => peer.close());

const taken = () => peer.messages.filter(({ answer }) => answer.startsWith('2'));

/** A server that refuses that command once a connection has had its share of messages. */
async function startWithShare(share: number, at: Cue, refusal: Move): Promise<void> {
  peer = await SmtpScriptPeer.start({
    script: (_, message) => (message > share ? { [at]: refusal } : {}),
  });
}

describe('S2: what a connection refuses that has taken its share', () => {
  it.each<[string, Cue, Move]>([
    ['452 at MAIL', 'mail', say('452 4.5.3 too many messages in this session')],
    ['550 at MAIL', 'mail', say('550 5.7.0 too many messages in this session')],
    ['451 at RCPT', 'rcpt', say('451 4.7.1 recipient limit of this session reached')],
    ['552 5.5.3 at RCPT', 'rcpt', say('552 5.5.3 too many recipients')],
    ['451 at DATA', 'data', say('451 4.7.0 enough')],
    ['452 after the dot', 'dot', say('452 4.5.3 enough')],
    ['421 after the dot', 'dot', both(say('421 4.7.0 enough'), fin)],
  ])('%s: is sent over a fresh one within the same attempt', async (_, at, refusal) => {
    await startWithShare(3, at, refusal);
    const pool = smtpPool(peer.port);
    for (let i = 0; i < 8; i += 1) {
      const result = await pool.submit(smtpMessage(), noSignal());
      expect(result).toMatchObject({ accepted: ['ada@example.org'], refused: [] });
    }
    expect([taken().length, peer.connections]).toEqual([8, 3]);
  });

  it('does so for many messages at a time, over no more connections than it may', async () => {
    await startWithShare(3, 'mail', say('452 4.5.3 enough'));
    const pool = smtpPool(peer.port, { maxConnections: 4 });
    const messages = Array.from({ length: 40 }, () => smtpMessage());
    const results = await Promise.all(messages.map((each) => pool.submit(each, noSignal())));
    expect(results.filter(isFault)).toEqual([]);
    expect(taken()).toHaveLength(40);
  });

  it('does so beside a limit of one connection', async () => {
    peer = await SmtpScriptPeer.start({
      script: (_, message) => ({
        greeting: (line) =>
          (peer.open > 0 ? both(say('421 too many connections'), fin) : say('220 peer'))(line),
        ...(message > 2 && { rcpt: say('451 4.7.1 enough') }),
      }),
    });
    const pool = smtpPool(peer.port, { maxConnections: 3 });
    const messages = Array.from({ length: 12 }, () => smtpMessage());
    const results = await Promise.all(messages.map((each) => pool.submit(each, noSignal())));
    expect(results.filter(isFault)).toEqual([]);
    expect(taken()).toHaveLength(12);
  });

  it('counts where the fresh one refuses it as well, which is kept', async () => {
    peer = await SmtpScriptPeer.start({
      script: (connection, message) =>
        connection > 1 || message > 1 ? { mail: say('550 5.1.8 not you') } : {},
    });
    const pool = smtpPool(peer.port);
    const results = [];
    for (let i = 0; i < 4; i += 1) results.push(await pool.submit(smtpMessage(), noSignal()));
    expect(results.map((each) => isFault(each) && each.error.replyCode)).toEqual([
      false,
      550,
      550,
      550,
    ]);
    expect(peer.connections).toBe(2);
  });

  it.each<[string, Script, number]>([
    ['of the mailbox', { rcpt: say('450 4.2.0 greylisted') }, 2],
    ['for good, of the recipient', { rcpt: say('550 5.1.1 no such user') }, 2],
    ['for good, of the message', { dot: say('554 5.6.0 no') }, 2],
    ['of the first message of a connection', { rcpt: say('450 greylisted') }, 1],
  ])('a refusal %s is worth no connection', async (_, script, from) => {
    peer = await SmtpScriptPeer.start({ script: (__, message) => (message >= from ? script : {}) });
    const pool = smtpPool(peer.port);
    const results = [];
    for (let i = 0; i < 3; i += 1) results.push(await pool.submit(smtpMessage(), noSignal()));
    expect(results.filter(isFault)).toHaveLength(4 - from);
    expect(peer.connections).toBe(1);
  });
});

const seven = Array.from({ length: 7 }, (_, i) => `u${i}@example.org`);

/** Takes so many recipients in a transaction and refuses the others. */
const atMost = (limit: number, refusal: string): Script => ({
  rcpt: [...Array.from({ length: limit }, () => undefined), say(refusal)],
});

describe('S6: recipients beyond what a server takes in one transaction', () => {
  describe.each([
    ['pipelined', ['PIPELINING']],
    ['one by one', []],
  ])('%s', (_, extensions) => {
    it.each([
      '452 4.5.3 Too many recipients',
      '452 come again',
      '552 5.5.3 Too many recipients',
      '552 that is enough',
      '550 5.5.3 Too many recipients',
      '550 Too many recipients',
    ])('are sent to in further ones, nobody twice: %s', async (refusal) => {
      peer = await SmtpScriptPeer.start({ extensions, script: () => atMost(3, refusal) });
      const result = await smtpPool(peer.port).submit(smtpMessage({ to: seven }), noSignal());
      expect(result).toMatchObject({ accepted: seven, refused: [] });
      expect(peer.messages.map(({ to }) => to)).toEqual([
        seven.slice(0, 3),
        seven.slice(3, 6),
        seven.slice(6),
      ]);
      expect(peer.connections).toBe(1);
    });
  });

  it('are left out where they were refused for another reason', async () => {
    peer = await SmtpScriptPeer.start({
      script: () => ({ rcpt: [undefined, say('552 5.2.2 mailbox full'), undefined] }),
    });
    const result = await smtpPool(peer.port).submit(smtpMessage({ to: seven }), noSignal());
    expect(result).toMatchObject({ refused: [{ recipient: 'u1@example.org', code: 552 }] });
    expect(peer.messages).toHaveLength(1);
  });

  it('are refused for now where further transactions get nobody accepted, whatever the code', async () => {
    peer = await SmtpScriptPeer.start({
      script: (connection, message) =>
        atMost(connection === 1 && message === 1 ? 3 : 0, '552 too many'),
    });
    const submission = await sendToSeven();
    expect(submission.outcome).toBe('accepted');
    expect(submission.recipients?.map(({ outcome }) => outcome)).toEqual([
      ...Array.from({ length: 3 }, () => 'accepted'),
      ...Array.from({ length: 4 }, () => 'unsent'),
    ]);
    expect(submission.recipients?.[6]?.failure).toMatchObject({ retryable: true, statusCode: 552 });
    expect(peer.messages).toHaveLength(1);
  });

  it.each<[string, Script, string]>([
    ['without an answer', { dot: fin }, 'unknown'],
    ['refused for good', { dot: say('554 no') }, 'rejected'],
    ['refused for now by the mailbox', { dot: say('450 4.2.1 busy') }, 'unsent'],
  ])('have an outcome of their own where their transaction ends %s', async (_, script, outcome) => {
    peer = await SmtpScriptPeer.start({
      script: (__, message) => ({ ...atMost(4, '452 4.5.3 enough'), ...(message > 1 && script) }),
    });
    const submission = await sendToSeven();
    expect(submission.outcome).toBe('accepted');
    expect(submission.recipients?.map((each) => each.outcome)).toEqual([
      ...Array.from({ length: 4 }, () => 'accepted'),
      ...Array.from({ length: 3 }, () => outcome),
    ]);
    expect(submission.recipients?.[6]?.failure?.code).toBeDefined();
  });
});

async function sendToSeven() {
  const provider = smtpProvider({ host: '127.0.0.1', port: peer.port });
  const email = outgoingEmail({ to: seven.map((address) => ({ address })) });
  return provider.send(email, { signal: noSignal(), attempt: 1 });
}
