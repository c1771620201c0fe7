import { jest } from '@jest/globals';
import type { SmtpSettings } from '../../../lib/transport/smtp/smtp-settings.js';
import { isFault } from '../../../lib/transport/smtp/smtp-result.js';
import { PhaseClock } from '../../../lib/transport/smtp/phase-clock.js';
import { Turns } from '../../../lib/transport/smtp/turns.js';
import { startMailBridge } from '../../fixtures/application.js';
import { messages } from '../../fixtures/scripted-provider.js';
import {
  eventually,
  noSignal,
  smtpMessage,
  smtpPool,
  smtpTimeouts,
} from '../../fixtures/smtp-pool.js';
import {
  SmtpScriptPeer,
  TEST_CERTIFICATE,
  both,
  fin,
  rst,
  say,
  stall,
  startTls,
  type Cue,
  type Move,
  type PeerLine,
  type PeerOptions,
} from '../../fixtures/smtp-script-peer.js';

let peer: SmtpScriptPeer;
afterEach(() => peer.close());

const YES: Partial<Readonly<Record<Cue, Move>>> = {
  greeting: say('220 peer ESMTP'),
  ehlo: say('250-peer\r\n250 PIPELINING'),
  starttls: startTls(''),
  auth: say('235 welcome'),
};

/** Lets so many connections past that moment at a time, and refuses the others there. */
function limitedTo(limit: number, at: Cue, refusal: Move): Move {
  let passed: PeerLine[] = [];
  return (line) => {
    passed = passed.filter(({ isOpen }) => isOpen);
    const isFree = passed.length < limit;
    if (isFree) passed.push(line);
    (isFree ? YES[at]! : refusal)(line);
  };
}

async function start(limit: number, at: Cue, refusal: Move, options: PeerOptions = {}) {
  const move = limitedTo(limit, at, refusal);
  peer = await SmtpScriptPeer.start({
    ...options,
    script: (connection, message) => ({ ...options.script?.(connection, message), [at]: move }),
  });
}

const count = (length: number) => Array.from({ length }, () => smtpMessage());

const password = { auth: { user: 'ada', pass: 'planted-password' } };
const token = { auth: { user: 'ada', oauth2: { accessToken: 'planted-token' } } };
const offersAuth: PeerOptions = { extensions: ['PIPELINING', 'AUTH PLAIN XOAUTH2'] };
const trusted = { host: 'localhost', ca: TEST_CERTIFICATE.cert };
const busy = '421 4.7.0 too many connections';

describe('S1: a connection that the server refuses beside others that work', () => {
  it.each<[string, Cue, Move, Partial<SmtpSettings>, PeerOptions]>([
    ['421 at the greeting', 'greeting', both(say(busy), fin), {}, {}],
    ['454 at the greeting', 'greeting', both(say('454 not now'), fin), {}, {}],
    ['554 at the greeting', 'greeting', both(say('554 go away'), fin), {}, {}],
    ['a silent close', 'greeting', fin, {}, {}],
    ['a reset', 'greeting', rst, {}, {}],
    ['no greeting', 'greeting', stall, {}, {}],
    ['421 to EHLO', 'ehlo', both(say(busy), fin), {}, {}],
    ['421 to AUTH', 'auth', both(say(busy), fin), password, offersAuth],
    ['454 to AUTH', 'auth', say('454 4.7.0 too many logins'), password, offersAuth],
    ['554 to AUTH', 'auth', say('554 too many logins'), password, offersAuth],
    ['a silent close at AUTH', 'auth', fin, password, offersAuth],
    ['421 to AUTH with a token', 'auth', both(say(busy), fin), token, offersAuth],
    [
      '421 at the greeting, before STARTTLS',
      'greeting',
      both(say(busy), fin),
      { ...trusted, tls: 'required' },
      { extensions: ['PIPELINING', 'STARTTLS'] },
    ],
    [
      '454 to STARTTLS',
      'starttls',
      say('454 no TLS for now'),
      { ...trusted, tls: 'required' },
      { extensions: ['PIPELINING', 'STARTTLS'] },
    ],
    [
      '421 at the greeting, within TLS',
      'greeting',
      both(say(busy), fin),
      { ...trusted, secure: true },
      { implicitTls: true },
    ],
    [
      'a reset, instead of the handshake',
      'greeting',
      rst,
      { ...trusted, secure: true },
      { implicitTls: true },
    ],
  ])('%s: every message goes over those', async (_, at, refusal, settings, options) => {
    await start(3, at, refusal, options);
    const timeouts = { ...smtpTimeouts(10_000), greetingMs: 300 };
    const pool = smtpPool(peer.port, { maxConnections: 8, timeouts, ...settings });
    const results = await Promise.all(count(40).map((each) => pool.submit(each, noSignal())));
    expect(results.filter(isFault)).toEqual([]);
    expect(peer.messages).toHaveLength(40);
    // Each place in the pool has tried for one connection, and those refused did not try again.
    expect(peer.connections).toBe(8);
  });

  it('is no failure of a message, uses up no attempt and says nothing to the breaker', async () => {
    await start(2, 'greeting', both(say(busy), fin));
    const mail = await startMailBridge({
      provider: 'smtp',
      defaults: { from: 'sender@example.com' },
      retry: { attempts: 1 },
      circuitBreaker: { failures: 1, halfOpenAfterMs: 60_000, maxPauseMs: 0 },
      providers: { smtp: { host: '127.0.0.1', port: peer.port } },
    });
    const { outcomes, responses } = await mail.sendBulk(messages(60));
    expect(outcomes).toMatchObject({ accepted: 60 });
    expect(new Set(responses.map(({ attempts }) => attempts))).toEqual(new Set([1]));
    expect(mail.circuitState()).toBe('closed');
  });

  it('has its message sent before those that came later', async () => {
    await start(1, 'greeting', both(say(busy), fin));
    const pool = smtpPool(peer.port, { maxConnections: 4 });
    const senders = Array.from({ length: 12 }, (_, i) => `sender-${i}@example.com`);
    await Promise.all(senders.map((from) => pool.submit(smtpMessage({ from }), noSignal())));
    const sent = peer.messages.map(({ from }) => from);
    // One of the first four got the connection; the others of them come next, in their order.
    expect(senders.slice(0, 4)).toContain(sent[0]);
    expect(sent.slice(1)).toEqual(senders.filter((from) => from !== sent[0]));
  });

  it('is not waited for where the credentials are wrong', async () => {
    await start(1, 'auth', say('535 5.7.8 wrong'), offersAuth);
    const pool = smtpPool(peer.port, { maxConnections: 2, ...password });
    const results = await Promise.all(count(2).map((each) => pool.submit(each, noSignal())));
    expect(results.map((each) => (isFault(each) ? each.error.replyCode : 'accepted'))).toEqual(
      expect.arrayContaining(['accepted', 535]),
    );
  });

  it.each([1, 2])('is awaited when one of %i has taken its share of messages', async (limit) => {
    await start(limit, 'greeting', both(say(busy), fin));
    const pool = smtpPool(peer.port, { maxConnections: 6, maxMessagesPerConnection: 3 });
    const results = await Promise.all(count(30).map((each) => pool.submit(each, noSignal())));
    expect(results.filter(isFault)).toEqual([]);
    expect(peer.messages).toHaveLength(30);
  });

  describe('whose message waits', () => {
    /** A pool with one connection, which is busy, and one message that waits. */
    async function waiting(signal = noSignal()) {
      let answer: (move: Move) => void = () => undefined;
      let hasDot = false;
      const dot: Move = (line) => {
        hasDot = true;
        answer = (move) => move(line);
      };
      await start(1, 'greeting', both(say(busy), fin), {
        script: (connection, message) => (connection === 1 && message === 1 ? { dot } : {}),
      });
      const pool = smtpPool(peer.port, { maxConnections: 2 });
      const first = pool.submit(smtpMessage(), noSignal());
      await eventually(() => hasDot);
      const second = pool.submit(smtpMessage(), signal);
      await eventually(() => peer.connections === 2 && peer.open === 1);
      return { pool, first, second, answer: (move: Move) => answer(move) };
    }

    it('is sent by the next connection that is free', async () => {
      const { first, second, answer } = await waiting();
      answer(say('250 taken'));
      expect([await first, await second].filter(isFault)).toEqual([]);
      expect(peer.connections).toBe(2);
    });

    it('ends at once when it is aborted', async () => {
      const controller = new AbortController();
      const { first, second, answer } = await waiting(controller.signal);
      controller.abort();
      expect(await second).toMatchObject({ error: { stage: 'connect', reason: 'aborted' } });
      answer(say('250 taken'));
      expect(isFault(await first)).toBe(false);
    });

    it('ends at once when the pool closes', async () => {
      const { pool, first, second } = await waiting();
      await pool.close();
      expect(await second).toMatchObject({ error: { stage: 'connect', reason: 'closed' } });
      expect(await first).toMatchObject({ error: { stage: 'answer', reason: 'closed' } });
    });

    it('opens one itself when the last that worked is lost', async () => {
      const { first, second, answer } = await waiting();
      answer(rst);
      expect(await first).toMatchObject({ error: { stage: 'answer', reason: 'lost' } });
      expect(isFault(await second)).toBe(false);
      expect(peer.connections).toBe(3);
    });
  });

  it('has verify() wait until one can be replaced', async () => {
    const held: PeerLine[] = [];
    await start(2, 'greeting', both(say(busy), fin), {
      script: (_, message) => (message === 1 ? { dot: (line) => held.push(line) } : {}),
    });
    const pool = smtpPool(peer.port, { maxConnections: 3 });
    const sent = count(2).map((each) => pool.submit(each, noSignal()));
    await eventually(() => held.length === 2);
    const verified = pool.verify(noSignal());
    await eventually(() => peer.connections === 3 && peer.open === 2);
    for (const line of held.splice(0, 1)) say('250 taken')(line);
    await sent[0];
    for (const line of held.splice(0, 1)) say('250 taken')(line);
    expect((await Promise.all(sent)).filter(isFault)).toEqual([]);
    expect(await verified).toBeUndefined();
  });
});

describe('S1: where no connection works', () => {
  it('a refused one leaves its message unsent, as often as it was refused', async () => {
    await start(0, 'greeting', both(say(busy), fin));
    const pool = smtpPool(peer.port, { maxConnections: 4 });
    const results = await Promise.all(count(6).map((each) => pool.submit(each, noSignal())));
    expect(results.map((each) => isFault(each) && each.error.replyCode)).toEqual(
      Array.from({ length: 6 }, () => 421),
    );
    expect(peer.connections).toBe(6);
  });

  it('verify() tells what was refused', async () => {
    await start(0, 'greeting', both(say(busy), fin));
    const pool = smtpPool(peer.port);
    expect(await pool.verify(noSignal())).toMatchObject({ stage: 'greeting', replyCode: 421 });
  });
});

describe('S1: the limit of a pool', () => {
  const LIMITS = smtpTimeouts(60_000);
  const clock = () => new PhaseClock(LIMITS, noSignal());

  beforeEach(async () => {
    peer = await SmtpScriptPeer.start();
    jest.useFakeTimers({ doNotFake: ['nextTick', 'queueMicrotask', 'setImmediate'] });
  });
  afterEach(() => jest.useRealTimers());

  it('falls to what works and rises again by one every 5 seconds, up to the setting', async () => {
    const turns = new Turns(4);
    for (let i = 0; i < 4; i += 1) await turns.wait(clock());
    turns.lower(0);
    const waits = turns.waitAgain(clock(), 4);
    turns.lower(0);
    void turns.waitAgain(clock(), 3);
    expect(turns.limit).toBe(2);
    await jest.advanceTimersByTimeAsync(4_999);
    expect(turns.limit).toBe(2);
    await jest.advanceTimersByTimeAsync(1);
    expect(turns.limit).toBe(3);
    await jest.advanceTimersByTimeAsync(5_000);
    expect([turns.limit, await waits]).toEqual([4, undefined]);
    await jest.advanceTimersByTimeAsync(60_000);
    expect([turns.limit, jest.getTimerCount()]).toEqual([4, 0]);
  });

  it('counts those that stand idle, and never falls below one', async () => {
    const turns = new Turns(4);
    for (let i = 0; i < 2; i += 1) await turns.wait(clock());
    turns.lower(2);
    expect(turns.limit).toBe(3);
    turns.end();
    turns.lower(0);
    expect(turns.limit).toBe(1);
    turns.close();
    expect(jest.getTimerCount()).toBe(0);
  });
});
