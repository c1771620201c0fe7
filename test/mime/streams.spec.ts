import { once } from 'node:events';
import { PassThrough, Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import PostalMime from 'postal-mime';
import { MimeComposer, type MimeMessage } from '../../lib/mime/mime-composer.js';
import { outgoingEmail } from '../fixtures/outgoing-email.js';
import { dkimKey } from '../fixtures/dkim-key.js';
import { contentOf } from '../fixtures/read-mime.js';

const SECRET = 'planted /srv/secret/path';

describe('a streamed attachment is read when the message is opened', () => {
  it('anew each time, with no size announced', async () => {
    let opened = 0;
    const message = await compose(() => Readable.from([Buffer.from(`content ${++opened}`)]));

    expect(opened).toBe(0);
    expect(message.size).toBeUndefined();
    expect(await attachmentsOf(message)).toEqual(['content 1']);
    expect(await attachmentsOf(message)).toEqual(['content 2']);
  });

  it.each([
    ['bytes', () => Readable.from([Buffer.from('one '), Buffer.from('two')]), 'one two'],
    ['Uint8Arrays', () => Readable.from([new Uint8Array([104, 105])]), 'hi'],
    ['text', () => Readable.from(['Grö', 'ße']), 'Größe'],
    ['nothing', () => Readable.from([]), ''],
    ['no slice, then one', () => Readable.from([Buffer.alloc(0), Buffer.from('x')]), 'x'],
    ['a generator', () => Readable.from(letters()), 'abc'],
  ])('from %s', async (_case, content, expected) => {
    expect(await attachmentsOf(await compose(content))).toEqual([expected]);
  });

  it('several of them, each opened when its turn comes', async () => {
    const events: string[] = [];
    const source = (name: string) => () => {
      events.push(`open ${name}`);
      return Readable.from([name]).once('end', () => events.push(`end ${name}`));
    };
    const message = await compose(source('a'), source('b'));

    expect(await attachmentsOf(message)).toEqual(['a', 'b']);
    expect(events).toEqual(['open a', 'end a', 'open b', 'end b']);
  });

  it('in slices of at most 64 KB, however large those of the source are', async () => {
    const content = Buffer.alloc(3_000_000, 'MailBridge');
    const message = await compose(() => Readable.from([content]));
    const slices: Buffer[] = [];
    for await (const slice of message.open()) slices.push(Buffer.from(slice));
    const { attachments } = await PostalMime.parse(Buffer.concat(slices));

    expect(Math.max(...slices.map(({ length }) => length))).toBeLessThanOrEqual(64 * 1024);
    expect(contentOf(attachments[0]).equals(content)).toBe(true);
  });

  it('only as fast as the message is read', async () => {
    let taken = 0;
    const stream = (await compose(() => Readable.from(endless(() => taken++)))).open();
    let read = 0;
    for await (const slice of stream) {
      read += Buffer.byteLength(slice);
      if (read > 100_000) break;
    }
    await closed(stream);

    expect(taken).toBeGreaterThan(4);
    expect(taken).toBeLessThan(100);
  });
});

describe('a streamed attachment that cannot be read ends the message before its end', () => {
  const used = Readable.from([]).destroy();

  it.each([
    [
      'fails at once',
      () =>
        new Readable({
          read() {
            this.destroy(new Error(SECRET));
          },
        }),
      /could not be read/,
    ],
    ['fails midway', () => Readable.from(failsMidway()), /could not be read/],
    ['breaks off', broken, /could not be read/],
    ['never ends', () => Readable.from(endless()), /is larger than 50000 bytes/],
    [
      'cannot be opened',
      () => {
        throw new Error(SECRET);
      },
      /could not be opened/,
    ],
    ['opens nothing', () => undefined as unknown as Readable, /could not be opened/],
    ['opens the same stream again', () => used, /must open a new stream each time/],
    ['yields no bytes', () => Readable.from([{ [SECRET]: 1 }]), /must be a stream of bytes/],
  ])('it %s', async (_case, content, words) => {
    const message = await new MimeComposer({ maxStreamedBytes: 50_000 }).compose(
      emailWith(good, content, good),
    );
    const { bytes, error } = await readUntilError(message);

    expect(error).toMatchObject({
      name: 'AttachmentError',
      code: 'ATTACHMENT',
      path: 'attachments[1]',
    });
    expect(error?.message).toMatch(words);
    expect(error?.message).not.toContain('planted');
    expect(error?.cause).toBeUndefined();
    expect(bytes).not.toMatch(/--\r\n$/);
  });

  it.each([
    ['unsigned', {}],
    ['signed', { dkim: dkimKey().options }],
  ])('and its source is closed when the reader gives up on it (%s)', async (_case, options) => {
    const source = new PassThrough();
    const message = await new MimeComposer(options).compose(emailWith(() => source));
    const stream = message.open().resume();
    await once(source, 'resume');
    const error = new Promise((resolve) => stream.once('error', resolve));
    stream.destroy(new Error('out of time'));
    await closed(source);

    expect(await error).toMatchObject({ message: 'out of time' });
    expect(source.destroyed).toBe(true);
  });
});

type Open = () => Readable;

function emailWith(...contents: Open[]) {
  return outgoingEmail({
    attachments: contents.map((content, index) => ({ filename: `${index}.txt`, content })),
  });
}

function compose(...contents: Open[]): Promise<MimeMessage> {
  return new MimeComposer().compose(emailWith(...contents));
}

async function attachmentsOf(message: MimeMessage): Promise<string[]> {
  const { attachments } = await PostalMime.parse(await buffer(message.open()));
  return attachments.map((part) => contentOf(part).toString());
}

async function readUntilError(message: MimeMessage): Promise<{ bytes: string; error?: Error }> {
  let bytes = '';
  try {
    for await (const slice of message.open()) bytes += String(slice);
  } catch (error) {
    return { bytes, error: error as Error };
  }
  return { bytes };
}

async function closed(stream: Readable): Promise<void> {
  if (!stream.closed) await once(stream, 'close');
}

async function* letters() {
  yield 'a';
  yield 'b';
  yield 'c';
}

function good(): Readable {
  return Readable.from(['good']);
}

function broken(): Readable {
  const source = new PassThrough();
  source.write('half');
  setImmediate(() => source.destroy());
  return source;
}

async function* failsMidway() {
  yield Buffer.alloc(40_000);
  throw new Error(SECRET);
}

function* endless(onSlice: () => void = () => {}) {
  for (;;) {
    onSlice();
    yield Buffer.alloc(16 * 1024);
  }
}
