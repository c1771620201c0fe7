import { EventEmitter } from 'node:events';
import { Duplex } from 'node:stream';
import { setImmediate } from 'node:timers/promises';
import { PhaseClock } from '../../../lib/transport/smtp/phase-clock.js';
import { ServerOffer } from '../../../lib/transport/smtp/server-offer.js';
import type { SmtpClient } from '../../../lib/transport/smtp/smtp-client.js';
import { SmtpLine } from '../../../lib/transport/smtp/smtp-line.js';
import { Transaction } from '../../../lib/transport/smtp/transaction.js';

const LIMITS = { connectMs: 10_000, handOverMs: 10_000, answerMs: 10_000 };

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
  return { transaction, clock, result: transaction.run() };
}

describe('An answer that comes while part of the message is still on our side', () => {
  it.each([
    ['a yes is not believed', '250 taken', { reason: 'out-of-step', stage: 'answer' }],
    ['a no ends the connection', '554 no', { reason: 'reply', replyCode: 554 }],
  ])('%s', async (_, answer, error) => {
    const network = new FullNetwork();
    const { transaction, clock, result } = start(network);
    network.push('250 ok\r\n250 ok\r\n354 go on\r\n');
    await setImmediate();
    expect(network.writableLength).toBeGreaterThan(0);
    network.push(`${answer}\r\n`);
    expect(await result).toMatchObject({ error });
    expect(transaction.aftermath).toBe('broken');
    clock.stop();
  });
});
