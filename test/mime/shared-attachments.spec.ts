import { buffer } from 'node:stream/consumers';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import PostalMime from 'postal-mime';
import { base64Lines } from '../../lib/mime/base64-lines.js';
import { encodedAttachment } from '../../lib/mime/encoded-attachment.js';
import { MimeComposer, type MimeMessage } from '../../lib/mime/mime-composer.js';
import { outgoingEmail } from '../fixtures/outgoing-email.js';
import { contentOf } from '../fixtures/read-mime.js';
import { dkimKey } from '../fixtures/dkim-key.js';

describe('base64 in lines', () => {
  it('of 76, whatever the length', () => {
    for (let length = 0; length < 400; length++) {
      const bytes = Buffer.from(Array.from({ length }, (_, index) => (index * 37 + length) % 256));
      const lines = base64Lines(bytes).toString('latin1').split('\r\n');

      expect(lines.join('')).toBe(bytes.toString('base64'));
      expect(lines.slice(0, -1).every((line) => line.length === 76)).toBe(true);
      expect(lines.at(-1)?.length ?? 0).toBeLessThanOrEqual(76);
      expect(lines.length > 1 && lines.at(-1) === '').toBe(false);
    }
  });
});

describe('an attachment that messages share is encoded once', () => {
  it('from the second message on, however each of them got hold of the bytes', () => {
    const memory = Buffer.alloc(10_000, 'a');
    const results = Array.from({ length: 4 }, () => encodedAttachment(viewOf(memory)));

    expect(results[2]).toBe(results[1]);
    expect(results[3]).toBe(results[1]);
    expect(results[0]?.equals(results[1] ?? Buffer.alloc(0))).toBe(true);
    expect(results[3]?.equals(base64Lines(memory))).toBe(true);
  });

  it('and goes into the messages as the same chunk', async () => {
    const content = Buffer.alloc(200_000, 'b');
    const composer = new MimeComposer();
    const compose = (id: string) =>
      composer.compose(outgoingEmail({ id, attachments: [{ filename: 'b.pdf', content }] }));
    const [, second, third] = [await compose('1'), await compose('2'), await compose('3')];
    const shared = second.chunks?.find(({ length }) => length > 200_000);

    expect(shared).toBeDefined();
    expect(third.chunks).toContain(shared);
    for (const message of [second, third]) {
      expect(Buffer.concat(message.chunks ?? [])).toHaveLength(message.size ?? 0);
      expect((await contentsOf(message))[0]?.equals(content)).toBe(true);
    }
  });

  it('but bytes that were changed since are those that are sent', async () => {
    const content = Buffer.alloc(100_000, 'c');
    const composer = new MimeComposer();
    for (const fill of ['c', 'c', 'c', 'd', 'e', 'e', 'e', 'f']) {
      content.fill(fill);
      const message = await composer.compose(
        outgoingEmail({ attachments: [{ filename: 'c.pdf', content: viewOf(content) }] }),
      );

      expect((await contentsOf(message))[0]?.equals(Buffer.alloc(100_000, fill))).toBe(true);
    }
    content.fill('c', 50_000, 50_001);

    expect(encodedAttachment(content).equals(base64Lines(content))).toBe(true);
  });

  it('a message already composed does not change with the bytes', async () => {
    const content = Buffer.alloc(100_000, 'g');
    const email = outgoingEmail({ attachments: [{ filename: 'g.pdf', content }] });
    const messages = [];
    for (let count = 0; count < 3; count++) messages.push(await new MimeComposer().compose(email));
    content.fill('h');

    for (const message of messages) {
      expect((await contentsOf(message))[0]?.equals(Buffer.alloc(100_000, 'g'))).toBe(true);
    }
  });

  it('other parts of the same memory are other attachments', () => {
    const memory = Buffer.alloc(30_000, 'abcdefg');
    const parts = [
      memory.subarray(0, 9000),
      memory.subarray(1, 9001),
      memory.subarray(0, 9001),
      memory,
    ];
    for (let round = 0; round < 3; round++) {
      for (const part of parts) {
        for (let use = 0; use <= round; use++) {
          expect(encodedAttachment(part).equals(base64Lines(part))).toBe(true);
        }
      }
    }
  });

  it('and what was encoded is let go with the source', async () => {
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    const encoded = (() => {
      const content = Buffer.alloc(10_000, 'i');
      encodedAttachment(content);
      encodedAttachment(content);
      return new WeakRef(encodedAttachment(content));
    })();
    // What a WeakRef was made of is kept until the turn has ended.
    await new Promise((resolve) => setImmediate(resolve));
    collect();

    expect(encoded.deref()).toBeUndefined();
  });
});

describe('the chunks of a message', () => {
  it.each([
    ['a small one', outgoingEmail(), 1],
    [
      'one with small attachments',
      outgoingEmail({
        attachments: [1, 2, 3].map((each) => ({
          filename: `${each}.pdf`,
          content: Buffer.alloc(each * 5000),
        })),
      }),
      1,
    ],
    [
      'one with a large attachment',
      outgoingEmail({ attachments: [{ filename: 'a.pdf', content: Buffer.alloc(100_000) }] }),
      3,
    ],
    [
      'one with a large and an empty attachment',
      outgoingEmail({
        attachments: [
          { filename: 'a.pdf', content: Buffer.alloc(100_000) },
          { filename: 'b.pdf', content: Buffer.alloc(0) },
        ],
      }),
      4,
    ],
  ])('are as few as they can be: %s', async (_case, email, count) => {
    const message = await new MimeComposer().compose(email);

    expect(message.chunks).toHaveLength(count);
    expect(Buffer.concat(message.chunks ?? []).equals(await buffer(message.open()))).toBe(true);
  });

  it('are there also when the message is signed, and of a stream there are none', async () => {
    const composer = new MimeComposer({ dkim: dkimKey().options });
    const content = Buffer.alloc(100_000);
    const signed = await composer.compose(
      outgoingEmail({ attachments: [{ filename: 'a.pdf', content }] }),
    );
    const streamed = await composer.compose(
      outgoingEmail({ attachments: [{ filename: 'a', content: () => signed.open() }] }),
    );

    expect(Buffer.concat(signed.chunks ?? []).toString()).toMatch(/^DKIM-Signature: /);
    expect(streamed.chunks).toBeUndefined();
  });
});

/** What normalisation makes for each message. */
function viewOf(bytes: Buffer): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

async function contentsOf(message: MimeMessage): Promise<Buffer[]> {
  const { attachments } = await PostalMime.parse(await buffer(message.open()));
  return attachments.map(contentOf);
}
