import { setTimeout as wait } from 'node:timers/promises';
import { isFault, type SmtpResult } from '../../../lib/transport/smtp/smtp-result.js';
import {
  SmtpScriptPeer,
  both,
  fin,
  rst,
  say,
  stall,
  type Script,
} from '../../fixtures/smtp-script-peer.js';
import { eventually, noSignal, smtpMessage, smtpPool } from '../../fixtures/smtp-pool.js';

let peer: SmtpScriptPeer;
afterEach(() => peer.close());

const submit = (pool: ReturnType<typeof smtpPool>, count: number): Promise<SmtpResult[]> =>
  Promise.all(Array.from({ length: count }, () => pool.submit(smtpMessage(), noSignal())));

const HANDLES = ['TCPSocketWrap', 'TLSWrap', 'Timeout'];
const handles = () => process.getActiveResourcesInfo().filter((name) => HANDLES.includes(name));

describe('A pool takes no more connections than it may', () => {
  it('and sends many messages over each', async () => {
    peer = await SmtpScriptPeer.start();
    const pool = smtpPool(peer.port, { maxConnections: 3 });
    const results = await submit(pool, 60);
    expect(results.filter(isFault)).toEqual([]);
    expect(peer.messages).toHaveLength(60);
    expect(peer.connections).toBe(3);
  });

  it('and only one for messages that come one by one', async () => {
    peer = await SmtpScriptPeer.start();
    const pool = smtpPool(peer.port);
    for (let i = 0; i < 10; i += 1) await submit(pool, 1);
    expect(peer.connections).toBe(1);
  });

  it('and hands messages over in the order in which they came', async () => {
    peer = await SmtpScriptPeer.start();
    const pool = smtpPool(peer.port, { maxConnections: 1 });
    const senders = Array.from({ length: 20 }, (_, i) => `sender-${i}@example.com`);
    await Promise.all(senders.map((from) => pool.submit(smtpMessage({ from }), noSignal())));
    expect(peer.messages.map(({ from }) => from)).toEqual(senders);
  });

  it('and lets thousands wait, of whom those that give up are passed over', async () => {
    peer = await SmtpScriptPeer.start();
    const pool = smtpPool(peer.port, { maxConnections: 1 });
    const results = Array.from({ length: 5_000 }, (_, i) => {
      const controller = new AbortController();
      const result = pool.submit(smtpMessage(), controller.signal);
      if (i > 0 && i < 4_999) controller.abort();
      return result;
    });
    const ends = (await Promise.all(results)).map((each) =>
      isFault(each) ? each.error.reason : '',
    );
    expect(ends.filter((end) => end === 'aborted')).toHaveLength(4_998);
    expect([ends[0], ends[4_999], peer.messages.length]).toEqual(['', '', 2]);
  });
});

describe('A connection leaves', () => {
  it('after its share of messages, with a QUIT', async () => {
    peer = await SmtpScriptPeer.start();
    const pool = smtpPool(peer.port, { maxConnections: 1, maxMessagesPerConnection: 4 });
    await submit(pool, 10);
    expect(peer.connections).toBe(3);
    await pool.close();
    expect(peer.commands.filter((command) => command === 'QUIT')).toHaveLength(3);
  });

  it('when it has stood idle', async () => {
    peer = await SmtpScriptPeer.start();
    const pool = smtpPool(peer.port, { idleMs: 30 });
    await submit(pool, 3);
    await eventually(() => peer.open === 0);
    expect(peer.commands.filter((command) => command === 'QUIT')).toHaveLength(3);
  });

  it('when the pool closes, even if the server does not say goodbye', async () => {
    peer = await SmtpScriptPeer.start();
    const pool = smtpPool(peer.port);
    await submit(pool, 2);
    for (const line of peer.lines) line.pause();
    await pool.close();
    for (const line of peer.lines) line.reset();
    await eventually(() => peer.open === 0);
  });
});

describe('A kept connection that the server has closed meanwhile', () => {
  it('is not used, when that was noticed', async () => {
    peer = await SmtpScriptPeer.start();
    const pool = smtpPool(peer.port);
    await submit(pool, 1);
    for (const line of peer.lines) line.end();
    await eventually(() => peer.open === 0);
    await wait(10);
    const [result] = await submit(pool, 1);
    expect(result).toMatchObject({ accepted: ['ada@example.org'] });
    expect(peer.connections).toBe(2);
  });

  it('is replaced by a fresh one, once, when it was not', async () => {
    peer = await SmtpScriptPeer.start({
      script: (connection, message) => (message === 2 || connection === 2 ? { mail: rst } : {}),
    });
    const pool = smtpPool(peer.port);
    await submit(pool, 1);
    const [result] = await submit(pool, 1);
    expect(result).toMatchObject({ error: { stage: 'mail', reason: 'lost' } });
    expect(peer.connections).toBe(2);
  });

  it('is never replaced once something of the message may have gone', async () => {
    peer = await SmtpScriptPeer.start({
      script: (_, message) => (message === 2 ? { dot: rst } : {}),
    });
    const pool = smtpPool(peer.port);
    await submit(pool, 1);
    const [result] = await submit(pool, 1);
    expect(result).toMatchObject({ error: { stage: 'answer', reason: 'lost' } });
    expect(peer.messages).toHaveLength(2);
  });
});

describe('A server that speaks when nothing was asked', () => {
  it('is hung up on, so that its words are taken for no answer', async () => {
    peer = await SmtpScriptPeer.start();
    const pool = smtpPool(peer.port);
    await submit(pool, 1);
    for (const line of peer.lines) line.write('250 taken\r\n');
    await eventually(() => peer.open === 0);
    const [result] = await submit(pool, 1);
    expect(result).toMatchObject({ accepted: ['ada@example.org'] });
    expect([peer.connections, peer.messages.length]).toEqual([2, 2]);
  });

  it('but not for an empty line', async () => {
    peer = await SmtpScriptPeer.start();
    const pool = smtpPool(peer.port);
    await submit(pool, 1);
    for (const line of peer.lines) line.write('\r\n');
    await wait(10);
    await submit(pool, 1);
    expect(peer.connections).toBe(1);
  });
});

describe('After a refusal', () => {
  it.each([
    ['MAIL', { mail: say('550 no') }],
    ['RCPT', { rcpt: say('550 no') }],
    ['DATA', { data: say('554 no') }],
  ] as const)('at %s the connection forgets the envelope and goes on', async (_, script) => {
    peer = await SmtpScriptPeer.start({
      script: () => (peer.commands.includes('RSET') ? {} : script),
    });
    const pool = smtpPool(peer.port, { maxConnections: 1 });
    const [refused, taken] = await submit(pool, 2);
    expect(refused).toMatchObject({ error: { reason: 'reply' } });
    expect(taken).toMatchObject({ accepted: ['ada@example.org'] });
    expect(peer.connections).toBe(1);
  });

  it.each([
    ['refuses it', say('500 what?')],
    ['drops the connection', fin],
    ['answers with 421', both(say('421 bye'), fin)],
  ] as const)('a server that, asked for RSET, %s is connected to anew', async (_, rset) => {
    peer = await SmtpScriptPeer.start({
      script: (connection) => (connection === 1 ? { rcpt: say('550 no'), rset } : {}),
    });
    const pool = smtpPool(peer.port, { maxConnections: 1 });
    const [, taken] = await submit(pool, 2);
    expect(taken).toMatchObject({ accepted: ['ada@example.org'] });
    expect(peer.connections).toBe(2);
  });

  it('a server that wants the message all the same gets nothing more over this connection', async () => {
    peer = await SmtpScriptPeer.start({
      script: (connection) =>
        connection === 1 ? { rcpt: say('550 no'), data: say('354 go on') } : {},
    });
    const pool = smtpPool(peer.port, { maxConnections: 1 });
    const [refused, taken] = await submit(pool, 2);
    expect(refused).toMatchObject({ error: { stage: 'rcpt', reason: 'reply' } });
    expect(taken).toMatchObject({ accepted: ['ada@example.org'] });
    expect([peer.connections, peer.messages.length]).toEqual([2, 1]);
  });

  it('after the dot the connection goes on as it is', async () => {
    peer = await SmtpScriptPeer.start({
      script: (_, message) => (message === 1 ? { dot: say('554 spam') } : {}),
    });
    const pool = smtpPool(peer.port, { maxConnections: 1 });
    const [, taken] = await submit(pool, 2);
    expect(taken).toMatchObject({ accepted: ['ada@example.org'] });
    expect(peer.commands).not.toContain('RSET');
    expect(peer.connections).toBe(1);
  });
});

describe('Closing a pool', () => {
  it('ends what is in flight with the stage that it has reached, and what waits', async () => {
    peer = await SmtpScriptPeer.start({ script: () => ({ dot: stall }) });
    const pool = smtpPool(peer.port, { maxConnections: 1 });
    const results = submit(pool, 2);
    await eventually(() => peer.messages.length === 1);
    await pool.close();
    expect(await results).toMatchObject([
      { error: { stage: 'answer', reason: 'closed' } },
      { error: { stage: 'connect', reason: 'closed' } },
    ]);
    await eventually(() => peer.open === 0);
  });

  it.each<[string, Script, number]>([
    ['while connecting', { greeting: stall }, 1],
    ['while the server makes us wait for the final answer', { dot: stall }, 1],
    ['while connections stand idle', {}, 3],
    ['after a refusal', { rcpt: say('550 no') }, 2],
    ['after an early no, with half of the message unread', { body: say('554 no') }, 1],
  ])('leaves no socket and no timer behind %s', async (_, script, count) => {
    peer = await SmtpScriptPeer.start({ script: () => script });
    const before = handles();
    const pool = smtpPool(peer.port);
    const results = submit(pool, count);
    await eventually(() => peer.connections === count);
    await Promise.race([results, wait(50)]);
    await pool.close();
    await results;
    await eventually(() => peer.open === 0);
    await eventually(() => newSince(before).length === 0);
    expect(newSince(before)).toEqual([]);
  });

  it('leaves no way to send', async () => {
    peer = await SmtpScriptPeer.start();
    const pool = smtpPool(peer.port);
    await pool.close();
    expect(await submit(pool, 1)).toMatchObject([
      { error: { stage: 'connect', reason: 'closed' } },
    ]);
    expect(peer.connections).toBe(0);
  });
});

describe('A check of the server', () => {
  it('opens a fresh connection and keeps it', async () => {
    peer = await SmtpScriptPeer.start();
    const pool = smtpPool(peer.port, { maxConnections: 1 });
    await submit(pool, 1);
    expect(await pool.verify(noSignal())).toBeUndefined();
    await submit(pool, 1);
    expect(peer.connections).toBe(2);
    expect(peer.messages).toHaveLength(2);
  });

  it('says what is wrong', async () => {
    peer = await SmtpScriptPeer.start({ script: () => ({ greeting: both(say('554 no'), fin) }) });
    const fault = await smtpPool(peer.port).verify(noSignal());
    expect(fault).toMatchObject({ stage: 'greeting', replyCode: 554 });
  });
});

describe('An envelope goes to the server exactly as it is', () => {
  it.each([
    ['a line break', 'a@example.org>\r\nRCPT TO:<evil@attacker.example'],
    ['a bracket', 'a@example.org> SIZE=1'],
    ['a space', 'a b@example.org'],
    ['space around it', ' a@example.org'],
    ['nothing', ''],
  ])('or not at all, with %s in an address', async (_, address) => {
    peer = await SmtpScriptPeer.start();
    const pool = smtpPool(peer.port);
    const result = await pool.submit(smtpMessage({ to: [address] }), noSignal());
    expect(result).toMatchObject({ error: { reason: 'envelope' } });
    expect(peer.connections).toBe(0);
  });

  it('or not at all, with nobody in it', async () => {
    peer = await SmtpScriptPeer.start();
    const result = await smtpPool(peer.port).submit(smtpMessage({ to: [] }), noSignal());
    expect(result).toMatchObject({ error: { reason: 'envelope' } });
  });

  it('with the null sender, where that is asked for', async () => {
    peer = await SmtpScriptPeer.start();
    await smtpPool(peer.port).submit(smtpMessage({ from: '' }), noSignal());
    expect(peer.commands).toContain('MAIL FROM:<>');
  });
});

/** What is open now that was not open before; what was may have ended meanwhile. */
function newSince(before: readonly string[]): string[] {
  const known = [...before];
  return handles().filter((handle) => {
    const at = known.indexOf(handle);
    if (at >= 0) known.splice(at, 1);
    return at < 0;
  });
}
