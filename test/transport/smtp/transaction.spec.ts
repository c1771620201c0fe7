import { EventEmitter } from 'node:events';
import { Duplex } from 'node:stream';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { PhaseClock } from '../../../lib/transport/smtp/phase-clock.js';
import { ServerOffer } from '../../../lib/transport/smtp/server-offer.js';
import type { SmtpClient } from '../../../lib/transport/smtp/smtp-client.js';
import { SmtpLine } from '../../../lib/transport/smtp/smtp-line.js';
import { Transaction } from '../../../lib/transport/smtp/transaction.js';
import { smtpTimeouts } from '../../fixtures/smtp-pool.js';

const LIMITS = smtpTimeouts(10_000);

/** A network that takes the commands, and of the message nothing. */
class FullNetwork extends Duplex {
  override _read(): void {}

  override _write(chunk: Buffer, _: unknown, done: () => void): void {
    if (/^(?:MAIL|RSET)/.test(chunk.toString())) done();
  }
}

function start(network: Duplex) {
  const close = () => undefined;
  const client = Object.assign(new EventEmitter(), { _socket: network, close });
  const clock = new PhaseClock(LIMITS, new AbortController().signal);
  const transaction = new Transaction(
    {
      envelope: { from: 'shop@example.com', to: ['ada@example.org'] },
      chunks: [Buffer.from('hello\r\n')],
    },
    {
      line: new SmtpLine(client as unknown as SmtpClient),
      offer: new ServerOffer('250-peer\r\n250 PIPELINING'),
      clock,
      needsReset: false,
    },
  );
  return { client, transaction, clock, result: transaction.run() };
}

/** A network that takes everything, and says so a turn of the event loop later, as Node's TLS does. */
class LateNetwork extends Duplex {
  constructor(private readonly afterDot: (network: LateNetwork, reported: () => void) => void) {
    super();
  }

  override _read(): void {}

  override _write(chunk: Buffer, _: unknown, done: () => void): void {
    if (chunk.toString().endsWith('\r\n.\r\n')) this.afterDot(this, done);
    else done();
  }
}

function answered(afterDot: (network: LateNetwork, reported: () => void) => void) {
  const network = new LateNetwork(afterDot);
  const started = start(network);
  network.push('250 ok\r\n250 ok\r\n354 go on\r\n');
  return started;
}

describe('S19: an answer that is read before Node has reported the last write', () => {
  it.each([
    ['a yes counts', '250 taken\r\n', { accepted: ['ada@example.org'] }, 'ready'],
    ['a no counts', '554 no\r\n', { error: { reason: 'reply', replyCode: 554 } }, 'ready'],
    [
      'words that make no sense do not',
      'well, well\r\n',
      { error: { reason: 'out-of-step', stage: 'answer' } },
      'broken',
    ],
    [
      'a yes counts with a goodbye behind it, and the connection is not used again',
      '250 taken\r\n421 that was all\r\n',
      { accepted: ['ada@example.org'] },
      'broken',
    ],
  ])('%s', async (_, answer, expected, aftermath) => {
    const { transaction, clock, result } = answered((network, reported) => {
      setImmediate(reported);
      network.push(answer);
    });
    expect(await result).toMatchObject(expected);
    expect(transaction.aftermath).toBe(aftermath);
    clock.stop();
  });

  it('counts although the attempt is aborted or the connection ends meanwhile', async () => {
    let abort = (): void => undefined;
    const { client, clock, result } = answered((network, reported) => {
      setImmediate(reported);
      network.push('250 taken\r\n');
      setImmediate(() => abort());
    });
    abort = () => {
      clock.expire('aborted');
      client.emit('end');
    };
    expect(await result).toMatchObject({ accepted: ['ada@example.org'] });
    clock.stop();
  });

  it('does not count where the write failed', async () => {
    const { clock, result } = answered((network, reported) => {
      setImmediate(() => (reported as (error: Error) => void)(new Error('broken pipe')));
      network.on('error', () => undefined);
      network.push('250 taken\r\n');
    });
    expect(await result).toMatchObject({ error: { reason: 'out-of-step', stage: 'answer' } });
    clock.stop();
  });
});

describe('An answer that comes while part of the message is still on our side', () => {
  it.each([
    ['a yes is not believed', '250 taken', { reason: 'out-of-step', stage: 'answer' }],
    ['a no ends the connection', '554 no', { reason: 'reply', replyCode: 554 }],
  ])('%s', async (_, answer, error) => {
    const network = new FullNetwork();
    const { transaction, clock, result } = start(network);
    network.push('250 ok\r\n250 ok\r\n354 go on\r\n');
    await nextTurn();
    expect(network.writableLength).toBeGreaterThan(0);
    network.push(`${answer}\r\n`);
    expect(await result).toMatchObject({ error });
    expect(transaction.aftermath).toBe('broken');
    clock.stop();
  });
});
