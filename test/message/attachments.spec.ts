import { createReadStream } from 'node:fs';
import { Duplex, PassThrough, Readable } from 'node:stream';
import * as fc from 'fast-check';
import { needsResolving, resolveAttachments } from '../../lib/message/attachments.js';
import type { OutgoingEmail } from '../../lib/message/outgoing-email.js';
import { normalize, problemPaths } from './normalizing.js';

const LIMIT = { maxBytes: 1_000 };

/** A message with these contents as its attachments. */
function withContents(...contents: unknown[]): OutgoingEmail {
  return normalize({
    attachments: contents.map((content, index) => ({ filename: `${index}.bin`, content })),
  });
}

function bytesOf(email: OutgoingEmail, index = 0): string {
  const content = email.attachments[index]?.content;
  return Buffer.isBuffer(content) ? content.toString('latin1') : 'not read';
}

describe('an attachment is content, never a path or an address', () => {
  const file = { filename: 'a.txt', content: 'a' };

  it.each<[string, unknown, string]>([
    ['a path', { filename: 'a', content: 'a', path: '/etc/passwd' }, '.path'],
    ['a file address', { ...file, path: 'file:///etc/passwd' }, '.path'],
    ['a web address', { ...file, href: 'http://169.254.169.254/latest/meta-data/' }, '.href'],
    ['a raw part', { ...file, raw: 'X' }, '.raw'],
    ['a path as content', { filename: 'a', content: { path: '/etc/passwd' } }, '.content'],
    ['an URL as content', { filename: 'a', content: new URL('file:///etc/passwd') }, '.content'],
    ['a number as content', { filename: 'a', content: 5 }, '.content'],
    ['no content', { filename: 'a' }, '.content'],
    ['no name', { content: 'a' }, '.filename'],
    ['headers of its own', { ...file, headers: { 'X-A': '1' } }, '.headers'],
    ['a disposition', { ...file, contentDisposition: 'inline\r\nX: 1' }, '.contentDisposition'],
    ['a header in the name', { ...file, filename: 'a.txt"\r\nX: 1' }, '.filename'],
    ['a name of 256 bytes', { ...file, filename: 'x'.repeat(256) }, '.filename'],
    ['a header in the type', { ...file, contentType: 'text/plain\r\nX: 1' }, '.contentType'],
    ['no media type', { ...file, contentType: 'pdf' }, '.contentType'],
    ['a type with a broken parameter', { ...file, contentType: 'text/plain; a' }, '.contentType'],
    ['multipart', { ...file, contentType: 'Multipart/mixed; boundary=x' }, '.contentType'],
    ['a header in the cid', { ...file, cid: 'c>\r\nX: 1' }, '.cid'],
    ['a bracket in the cid', { ...file, cid: 'c>' }, '.cid'],
    ['an empty cid', { ...file, cid: '' }, '.cid'],
    ['an unknown encoding', { ...file, encoding: 'utf16le' }, '.encoding'],
    ['an encoding of the prototype', { ...file, encoding: 'constructor' }, '.encoding'],
    [
      'an encoding of bytes',
      { filename: 'a', content: Buffer.from('a'), encoding: 'hex' },
      '.encoding',
    ],
    ['text in place of one', 'a.txt', ''],
  ])('%s', (_case, attachment, place) => {
    expect(problemPaths({ attachments: [attachment] })).toEqual([`attachments[0]${place}`]);
  });

  it.each([
    ['base64', 'not base64!'],
    ['base64', 'YW Jj'],
    ['base64', 'YWJj\r\nYWJ'],
    ['base64', 'YWJj\nYW!j'],
    ['base64', 'YW==\nYWJj'],
    ['base64', 'YWJj\tYWJj'],
    ['base64', 'YWJj\u2028YWJj'],
    ['base64', 'data:;base64,\nYWJj'],
    ['base64', 'YWJ'],
    ['base64', 'YW=j'],
    ['base64', '===='],
    ['base64', 'YW-_'],
    ['base64url', 'YW+/'],
    ['base64url', 'YWJjY'],
    ['hex', 'abc'],
    ['hex', 'zz'],
    ['latin1', 'ž'],
    ['ascii', 'é'],
  ])('%s that is none: %j', (encoding, content) => {
    expect(problemPaths({ attachments: [{ filename: 'a', content, encoding }] })).toEqual([
      'attachments[0].content',
    ]);
  });

  it('the same cid twice, and more than 100', () => {
    expect(
      problemPaths({
        attachments: [
          { ...file, cid: 'a' },
          { ...file, cid: 'a' },
        ],
      }),
    ).toEqual(['attachments[1].cid']);
    expect(problemPaths({ attachments: Array.from({ length: 101 }, () => file) })).toEqual([
      'attachments',
    ]);
  });
});

describe('an attachment is taken as it is', () => {
  it.each([
    ['utf8', 'ž', 'c5be'],
    ['base64', 'AP8=', '00ff'],
    ['base64url', '-_8', 'fbff'],
    ['hex', '00fF', '00ff'],
    ['latin1', 'ÿ', 'ff'],
    ['ascii', 'a', '61'],
    [undefined, '', ''],
  ])('text as %s', (encoding, content, hex) => {
    const [attachment] = normalize({
      attachments: [{ filename: 'a', content, encoding }],
    }).attachments;
    expect(attachment?.content).toEqual(Buffer.from(hex, 'hex'));
  });

  it.each([
    ['base64', '\r\n'],
    ['base64', '\n'],
    ['base64', '\r'],
    ['base64url', '\n'],
  ] as const)('S17: %s in lines apart by %j', (encoding, lineBreak) => {
    const bytes = Buffer.from(Array.from({ length: 1_000 }, (_, index) => index % 256));
    const text = bytes.toString(encoding);
    for (const width of [4, 64, 76, 2_000]) {
      const lines = text.replace(new RegExp(`.{${width}}`, 'g'), `$&${lineBreak}`) + lineBreak;
      const attachments = [{ filename: 'a', content: lines, encoding }];

      expect(normalize({ attachments }).attachments[0]?.content).toEqual(bytes);
    }
  });

  it.each([
    ['../../etc/passwd.txt', 'passwd.txt'],
    ['/etc/passwd', 'passwd'],
    ['C:\\x\\y.pdf', 'y.pdf'],
    ['C:\\y.pdf', 'y.pdf'],
    ['c:/x/y.pdf', 'y.pdf'],
    ['C:\\x/y\\z.pdf', 'z.pdf'],
    ['\\\\server\\share\\y.pdf', 'y.pdf'],
    ['\\y.pdf', 'y.pdf'],
    ['..\\y.pdf', 'y.pdf'],
    ['.\\y.pdf', 'y.pdf'],
    ['x/..\\..\\y.pdf', 'y.pdf'],
    ['Users\\ada\\y.pdf', 'y.pdf'],
    ['photos/', 'photos'],
    ['invoice\u202efdp.exe', 'invoicefdp.exe'],
    ['a\u200b\u200c\u200d\u2060\ufeff\u00ad\u061c\u200e\u200f\u2066\u2069.pdf', 'a.pdf'],
    ['.\u200b./.\u200b.\\y.pdf', 'y.pdf'],
    ['\u200b', 'attachment'],
    ['..', 'attachment'],
    ['../..', 'attachment'],
    ['/', 'attachment'],
    ['C:\\', 'attachment'],
    [' . ', 'attachment'],
    // As it is: on Linux and macOS this is a name.
    ['a\\b.txt', 'a\\b.txt'],
    ['.gitignore', '.gitignore'],
    ['a..b', 'a..b'],
    ['❤️ 注文.pdf', '❤️ 注文.pdf'],
    ['a: b.txt', 'a: b.txt'],
  ])('S24: of the name %j what is a name', (filename, name) => {
    const [attachment] = normalize({ attachments: [{ filename, content: 'a' }] }).attachments;

    expect(attachment?.filename).toBe(name);
  });

  it('S24: which has no path and nothing invisible, and stays as it is', () => {
    const part = fc.constantFrom(
      '/',
      '\\',
      '.',
      '..',
      ' ',
      'C:',
      'a',
      'ü',
      '\u202e',
      '\u200b',
      '🎉',
    );
    fc.assert(
      fc.property(fc.array(part, { minLength: 1, maxLength: 9 }), (parts) => {
        const nameOf = (filename: string) =>
          normalize({ attachments: [{ filename, content: 'a' }] }).attachments[0]!.filename;
        const name = nameOf(parts.join(''));

        expect(name).not.toMatch(/[/\u202e\u200b]|^\s*\.*\s*$|\\.*\\/);
        expect(nameOf(name)).toBe(name);
      }),
      { numRuns: 1_000 },
    );
  });

  it('bytes of a view are those of the view', () => {
    expect(bytesOf(withContents(new Uint8Array([97, 98, 99, 100]).subarray(1, 3)))).toBe('bc');
  });

  it('with awkward names, types and ids', () => {
    const attachments = [
      {
        filename: 'a"; name="evil.exe',
        content: 'a',
        contentType: 'text/plain; charset="utf-8"; x=1',
        cid: 'logo.1@x.org',
      },
      { filename: 'žluťoučký 🐎.pdf', content: 'a', contentType: 'application/vnd.ms-excel+xml' },
    ];
    expect(normalize({ attachments }).attachments).toMatchObject(
      attachments.map((each) => ({ ...each, content: Buffer.from('a') })),
    );
  });

  it('a large one in base64', () => {
    const content = Buffer.alloc(750_000, 1).toString('base64');
    const [attachment] = normalize({
      attachments: [{ filename: 'a', content, encoding: 'base64' }],
    }).attachments;
    expect(attachment?.content).toHaveLength(750_000);
  });
});

describe('a stream is read once and kept', () => {
  it('with the other attachments as they were', async () => {
    const open = () => Readable.from(['later']);
    const email = withContents(
      Readable.from([Buffer.from('a'), 'ž', new Uint8Array([98])]),
      open,
      'c',
    );
    expect(needsResolving(email)).toBe(true);
    const resolved = await resolveAttachments(email, LIMIT);
    expect(needsResolving(resolved)).toBe(false);
    expect(bytesOf(resolved)).toBe('a\xc5\xbeb');
    expect(resolved.attachments[1]?.content).toBe(open);
    expect(bytesOf(resolved, 2)).toBe('c');
    expect({ ...resolved, attachments: [] }).toEqual({ ...email, attachments: [] });
  });

  it('or not at all when there is none', async () => {
    const email = withContents('a', () => Readable.from([]));
    expect(needsResolving(email)).toBe(false);
    expect(await resolveAttachments(email, LIMIT)).toBe(email);
  });

  it('in the encoding that it was set to', async () => {
    const stream = Readable.from([Buffer.from([0xff])], { objectMode: false });
    stream.setEncoding('latin1');
    expect(bytesOf(await resolveAttachments(withContents(stream), LIMIT))).toBe('\xff');
  });

  it('also when two messages share it', async () => {
    const stream = Readable.from(['shared']);
    const [one, two] = [withContents(stream), withContents('x', stream)];
    const [first, second] = await Promise.all([
      resolveAttachments(one, LIMIT),
      resolveAttachments(two, LIMIT),
    ]);
    const third = await resolveAttachments(withContents(stream), LIMIT);
    expect([bytesOf(first), bytesOf(second, 1), bytesOf(third)]).toEqual([
      'shared',
      'shared',
      'shared',
    ]);
  });

  it('and cannot be opened by a provider before that', () => {
    const content = withContents(Readable.from(['a'])).attachments[0]?.content;
    expect(content).toThrow('resolveAttachments');
  });
});

describe('a stream that cannot be read whole is an AttachmentError', () => {
  const endless = () =>
    new Readable({
      read(size) {
        this.push(Buffer.alloc(size));
      },
    });
  const failing = () =>
    Readable.from(
      (async function* () {
        yield 'a';
        throw new Error('secret /etc/passwd');
      })(),
    );

  it.each<[string, () => unknown, string]>([
    ['over the limit', endless, 'larger than allowed'],
    ['failing midway', failing, 'the stream failed'],
    ['of objects', () => Readable.from([{ a: 1 }]), 'something else than bytes'],
    ['destroyed', () => new PassThrough().destroy(), 'the stream failed'],
    ['of a missing file', () => createReadStream('/no/such/secret'), 'the stream failed'],
  ])('%s', async (_case, open, text) => {
    const stream = open();
    await expect(resolveAttachments(withContents('x', stream), LIMIT)).rejects.toMatchObject({
      name: 'AttachmentError',
      path: 'attachments[1]',
      message: expect.stringContaining(text),
    });
    expect((stream as Readable).destroyed).toBe(true);
  });

  it('read by someone else before, rather than sent empty', async () => {
    const stream = Readable.from(['a']);
    await stream.toArray();
    await expect(resolveAttachments(withContents(stream), LIMIT)).rejects.toThrow('read before');
  });

  it('does not say what the stream said', async () => {
    await expect(resolveAttachments(withContents(failing()), LIMIT)).rejects.not.toMatchObject({
      message: expect.stringContaining('secret'),
    });
  });

  it('counts the bodies and the other attachments', async () => {
    const email = withContents(
      'x'.repeat(900),
      Readable.from(['x'.repeat(80)]),
      Readable.from(['x'.repeat(80)]),
    );
    await expect(resolveAttachments(email, LIMIT)).rejects.toMatchObject({
      path: 'attachments[2]',
    });
  });

  it('holds each message that shares a stream to its own limit', async () => {
    const stream = Readable.from(['x'.repeat(100)]);
    await resolveAttachments(withContents(stream), LIMIT);
    await expect(resolveAttachments(withContents(stream), { maxBytes: 50 })).rejects.toThrow(
      'larger',
    );
  });

  it.each<[string, () => Readable]>([
    ['stalled', () => new PassThrough()],
    [
      'stalled after its first bytes',
      () =>
        new Duplex({
          read() {
            if (this.readableLength === 0 && !this.readableDidRead) this.push('a');
          },
          write() {},
        }),
    ],
  ])('%s, when the signal fires', async (_case, open) => {
    const stop = new AbortController();
    const stream = open();
    const resolving = resolveAttachments(withContents(stream), { ...LIMIT, signal: stop.signal });
    setImmediate(() => stop.abort());
    await expect(resolving).rejects.toThrow('not read to its end in time');
    expect(stream.destroyed).toBe(true);
  });

  it('when the signal has fired already', async () => {
    const email = withContents(new PassThrough());
    await expect(
      resolveAttachments(email, { ...LIMIT, signal: AbortSignal.abort() }),
    ).rejects.toThrow('not read to its end in time');
  });

  it('and no crash, when it fails before anybody reads it', async () => {
    const stream = createReadStream('/no/such/file');
    const email = withContents(stream);
    await new Promise<void>((resolve) => stream.once('close', () => resolve()));
    await expect(resolveAttachments(email, LIMIT)).rejects.toThrow('the stream failed');
  });
});
