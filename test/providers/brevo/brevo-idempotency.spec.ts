import { brevoRefusal, type BrevoServer } from '../../fixtures/api/brevo-server.js';
import { people, startBrevo } from './brevo.fixture.js';

const basic = { to: 'ada@example.org', subject: 'Hello', text: 'Hi', id: 'order-1' };
const UUID = /^[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/;

function keysOf(server: BrevoServer): (string | undefined)[] {
  return server.calls.map(({ headers }) => headers?.['idempotencyKey']);
}

describe('With idempotency each call has a key of its own', () => {
  it('random, and none without the option', async () => {
    const [{ mail, server }, other] = [await startBrevo({ idempotency: true }), await startBrevo()];
    await mail.send(basic);
    await mail.send(basic);
    await other.mail.send(basic);
    const [first, second] = keysOf(server);
    expect(first).toMatch(UUID);
    expect(second).toMatch(UUID);
    expect(second).not.toBe(first);
    expect(keysOf(other.server)).toEqual([undefined]);
    expect(server.mails).toHaveLength(2);
  });

  it('a message whose answer was lost, sent again as it was, has its old key and goes out once', async () => {
    const { mail, server } = await startBrevo({ idempotency: true });
    server.losesAnswer = true;
    await expect(mail.send(basic)).rejects.toMatchObject({
      response: { outcome: 'unknown', failure: { retryable: true } },
    });
    const { outcome, messageId } = await mail.send(basic);
    expect([outcome, messageId]).toEqual(['accepted', undefined]);
    const [first, second] = keysOf(server);
    expect(second).toBe(first);
    expect(server.mails).toHaveLength(1);
    await mail.send(basic);
    expect(keysOf(server)[2]).not.toBe(first);
  });

  it.each([
    ['another text', { text: 'Changed' }],
    ['another id', { id: 'order-2' }],
  ])('but with %s it is another call', async (_, changed) => {
    const { mail, server } = await startBrevo({ idempotency: true });
    server.losesAnswer = true;
    await expect(mail.send(basic)).rejects.toMatchObject({ response: { outcome: 'unknown' } });
    await mail.send({ ...basic, ...changed });
    expect(new Set(keysOf(server)).size).toBe(2);
    expect(server.mails).toHaveLength(2);
  });

  it('two equal batches of different messages are two', async () => {
    const { mail, server } = await startBrevo({ idempotency: true });
    const batch = () => people(3).map((to) => ({ to, subject: 'News', text: 'News' }));
    server.losesAnswer = true;
    expect((await mail.sendBulk(batch())).outcomes).toMatchObject({ unknown: 3 });
    expect((await mail.sendBulk(batch())).outcomes).toMatchObject({ accepted: 3 });
    expect(server.mails).toHaveLength(6);
  });

  it('a call that was surely not taken has a new key when it is sent again', async () => {
    const { mail, server } = await startBrevo({ idempotency: true });
    server.answers.push(brevoRefusal(429, 'too_many_requests', 'slow down'));
    await expect(mail.send(basic)).rejects.toMatchObject({ response: { outcome: 'unsent' } });
    await mail.send(basic);
    expect(new Set(keysOf(server)).size).toBe(2);
  });

  it('and so has each half of a call that was refused', async () => {
    const { mail, server } = await startBrevo({ idempotency: true });
    const to = people(8);
    server.refused.add(to[5]!);
    const { outcomes } = await mail.sendBulk(
      to.map((each) => ({ to: each, subject: 'S', text: 'T' })),
    );
    expect(outcomes).toMatchObject({ accepted: 7, rejected: 1 });
    expect(new Set(keysOf(server)).size).toBe(server.calls.length);
  });

  it('an unknown answer without the option may not be tried again', async () => {
    const { mail, server } = await startBrevo();
    server.losesAnswer = true;
    await expect(mail.send(basic)).rejects.toMatchObject({
      response: { outcome: 'unknown', failure: { retryable: false } },
    });
  });
});
