import { Readable } from 'node:stream';
import { unknown } from '../../lib/contract/submission.js';
import { CallKeys } from '../../lib/delivery/call-keys.js';
import { outgoingEmail } from '../fixtures/outgoing-email.js';

const MINUTE = 60_000;
const doubt = unknown({ code: 'LOST', message: 'lost' });

/** Keys that are known for 14 minutes, on a clock that the test moves. */
function keysAt() {
  const clock = { ms: 0 };
  const keys = new CallKeys(14 * MINUTE, () => clock.ms);
  return { clock, keys };
}

describe('The key of a call whose fate is unknown', () => {
  const emails = [outgoingEmail({ id: 'a' }), outgoingEmail({ id: 'b' })];

  it('is found again by the same messages in the same order, and by no others', () => {
    const { keys } = keysAt();
    const key = keys.create();
    keys.keep(emails, { key, doubt, mayBeTaken: [true, true] });
    expect(keys.recall(emails.map((email) => ({ ...email })))?.key).toBe(key);
    expect(keys.recall(emails.toReversed())).toBeUndefined();
    expect(keys.recall(emails.slice(1))).toBeUndefined();
    expect(keys.recall([emails[0]!, outgoingEmail({ id: 'b', text: 'other' })])).toBeUndefined();
  });

  it('is not mistaken for that of other attachments', () => {
    const { keys } = keysAt();
    const withFile = (content: Buffer | (() => Readable)) => [
      outgoingEmail({ id: 'a', attachments: [{ filename: 'a.txt', content }] }),
    ];
    const open = () => Readable.from(['x']);
    for (const content of [Buffer.from('one'), open]) {
      keys.keep(withFile(content), { key: keys.create(), doubt, mayBeTaken: [true] });
      expect(keys.recall(withFile(content))).toBeDefined();
    }
    expect(keys.recall(withFile(Buffer.from('two')))).toBeUndefined();
    expect(keys.recall(withFile(() => Readable.from(['x'])))).toBeUndefined();
  });

  it('is kept as long as the provider knows it, counted from its first use', () => {
    const { clock, keys } = keysAt();
    const key = keys.create();
    clock.ms = 10 * MINUTE;
    keys.keep(emails, { key, doubt, mayBeTaken: [true, true] });
    clock.ms = 13 * MINUTE;
    expect(keys.recall(emails)?.key).toBe(key);
    expect(keys.isKnown(key, 2 * MINUTE)).toBe(false);
    clock.ms = 14 * MINUTE;
    expect(keys.recall(emails)).toBeUndefined();
  });

  it('is let go of with the answer', () => {
    const { keys } = keysAt();
    keys.keep(emails, { key: keys.create(), doubt, mayBeTaken: [true, true] });
    keys.forget(emails);
    expect(keys.recall(emails)).toBeUndefined();
  });
});
