import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import type { OutgoingAttachment, OutgoingEmail } from '../../lib/message/outgoing-email.js';
import { MimeComposer } from '../../lib/mime/mime-composer.js';
import { outgoingEmail } from '../fixtures/outgoing-email.js';
import { parseStrictly, wireFaults } from '../fixtures/strict-mime.js';
import { normalize } from '../message/normalizing.js';
import {
  bytesOf,
  contentOf,
  headerLines,
  linesOf,
  readBack,
  sourceOf,
} from '../fixtures/read-mime.js';

const { text: _text, ...EMPTY } = outgoingEmail();

describe('bodies arrive as they were written', () => {
  it.each([
    ['plain words', 'Hello'],
    ['other scripts', 'Größe, 注文, 🎉'],
    ['an end of data for SMTP', 'a\r\n.\r\nMAIL FROM:<evil@attacker.example>\r\n'],
    ['lines of dots', '.\n..\n...\n'],
    ['a line of 5,000 characters', 'x'.repeat(5000)],
    ['a boundary look-alike', '----_NmP-00-Part_1\r\nContent-Type: text/html\r\n\r\n<b>x</b>'],
    ['trailing spaces', 'a  \nb\t\nc'],
    ['control characters', 'a\x00b\x0bc\x7f'],
    ['equals signs', 'a=20b=\r\n=3D'],
    ['From at the start of a line', 'From me\nFrom you'],
    ['200 KB', 'lorem ipsum '.repeat(17_000)],
  ])('%s', async (_case, body) => {
    const both = await readBack({ ...EMPTY, text: body, html: body });

    expect(linesOf(both.text)).toEqual(linesOf(body));
    expect(linesOf(both.html)).toEqual(linesOf(body));
  });

  it.each([
    ['lone LF', 'a\nb'],
    ['lone CR', 'a\rb'],
    ['CRLF', 'a\r\nb'],
  ])('with %s as a line break', async (_case, text) => {
    expect(linesOf((await readBack({ ...EMPTY, text })).text)).toEqual(['a', 'b']);
  });

  it('text and html as alternatives, the better one last', async () => {
    const source = await sourceOf(outgoingEmail({ html: '<p>Thank you.</p>' }));

    expect(source).toMatch(/multipart\/alternative[^]*text\/plain[^]*text\/html/);
  });

  it('with substitutions filled in, escaped in html only', async () => {
    const { text, html } = await readBack(
      outgoingEmail({
        text: 'Hi {{name}}',
        html: '<p>Hi {{name}}</p>',
        substitutions: { name: '<b>Ada</b>' },
      }),
    );

    expect(text?.trim()).toBe('Hi <b>Ada</b>');
    expect(html?.trim()).toBe('<p>Hi &lt;b&gt;Ada&lt;/b&gt;</p>');
  });

  it('a message without any is an empty one', async () => {
    expect(linesOf((await readBack(EMPTY)).text)).toEqual(['']);
  });
});

describe('attachments arrive byte for byte', () => {
  const everyByte = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));

  it.each([
    ['no bytes at all', Buffer.alloc(0), 'application/pdf'],
    ['every byte', everyByte, 'application/octet-stream'],
    ['text with bare line breaks', Buffer.from('a\nb\rc\r\n.\r\n'), 'text/plain; charset=utf-8'],
    [
      'what claims to be a multipart',
      Buffer.from('--x\r\n\r\n--x--'),
      'multipart/mixed; boundary=x',
    ],
    ['html', Buffer.from('<script>1</script>'), 'text/html'],
    ['300 KB', Buffer.alloc(300_000, everyByte), 'image/png'],
  ])('%s', async (_case, content, contentType) => {
    const email = withAttachments({ filename: 'file.bin', content, contentType });
    const { attachments, text } = await readBack(email);

    expect(attachments).toHaveLength(1);
    expect(attachments[0]?.filename).toBe('file.bin');
    expect(contentOf(attachments[0]).equals(content)).toBe(true);
    expect(text?.trim()).toBe('Thank you.');
  });

  it('with the media type that was given, else that of the file name', async () => {
    const { attachments } = await readBack(
      withAttachments(
        { filename: 'a.dat', content: Buffer.from('a'), contentType: 'application/x-a; b=c' },
        { filename: 'b.pdf', content: Buffer.from('b') },
        { filename: 'README', content: Buffer.from('c') },
        { filename: 'd.eml', content: Buffer.from('From: d@example.com\r\n\r\nd') },
      ),
    );

    expect(attachments.map(({ mimeType }) => mimeType)).toEqual([
      'application/x-a',
      'application/pdf',
      'application/octet-stream',
      'message/rfc822',
    ]);
  });

  it('H10: and the charset of what was given as text', async () => {
    const attachments = [
      { filename: 'a.txt', content: 'Größe' },
      { filename: 'a.html', content: 'Größe', contentType: 'text/html; charset=iso-8859-1' },
      { filename: 'a.txt', content: Buffer.from('Größe') },
    ];
    const source = await sourceOf(normalize({ attachments }));
    const types = source.replace(/\r\n /g, ' ').match(/^Content-Type: .*name=.*$/gm);

    expect(types).toEqual([
      'Content-Type: text/plain; charset=utf-8; name="a.txt"',
      'Content-Type: text/html; charset=iso-8859-1; name="a.html"',
      'Content-Type: text/plain; name="a.txt"',
    ]);
  });

  it.each([
    ['logo.png', undefined],
    ['photo.avif', undefined],
    ['logo', undefined],
    ['film.mp4', 'video/mp4'],
    ['terms.pdf', 'application/pdf'],
  ])('S13: %s that html shows by its cid is no file', async (filename, contentType) => {
    for (const content of [Buffer.from('x'), () => Readable.from(['x'])]) {
      const type = contentType === undefined ? {} : { contentType };
      const email = outgoingEmail({
        html: '<img src="cid:p">',
        attachments: [{ filename, content, cid: 'p', ...type }],
      });

      expect((await readBack(email)).attachments[0]).toMatchObject({
        contentId: '<p>',
        disposition: 'inline',
        related: true,
      });
    }
  });

  it('S13: neither is a text', async () => {
    const attachments = [
      { filename: 'a.html', content: Buffer.from('x'), contentType: 'text/html', cid: 'p' },
    ];
    const source = await sourceOf(outgoingEmail({ html: '<iframe src="cid:p">', attachments }));

    expect(parseStrictly(source).parts[1]!.parts[1]).toMatchObject({
      type: 'text/html',
      disposition: 'inline',
    });
  });

  it('S13: what has no cid is one, image or not, at hand or streamed', async () => {
    for (const content of [Buffer.from('x'), () => Readable.from(['x'])]) {
      const email = outgoingEmail({
        html: '<p>',
        attachments: ['a.png', 'a.eml', 'a'].map((filename) => ({ filename, content })),
      });

      expect((await readBack(email)).attachments.map(({ disposition }) => disposition)).toEqual([
        'attachment',
        'attachment',
        'attachment',
      ]);
    }
  });

  it('inline images beside the html that shows them', async () => {
    const email = outgoingEmail({
      html: '<img src="cid:logo">',
      attachments: [
        { filename: 'logo.png', content: Buffer.from('png'), cid: 'logo' },
        { filename: 'terms.pdf', content: Buffer.from('pdf') },
      ],
    });
    const { attachments, html } = await readBack(email);

    expect(html).toContain('cid:logo');
    expect(attachments[0]).toMatchObject({
      filename: 'logo.png',
      contentId: '<logo>',
      disposition: 'inline',
      related: true,
    });
    expect(attachments[1]).toMatchObject({ filename: 'terms.pdf', disposition: 'attachment' });
    expect(attachments.map((part) => contentOf(part).toString())).toEqual(['png', 'pdf']);
  });
});

describe('a body is optional', () => {
  const pdf = { filename: 'a.pdf', content: Buffer.from('%PDF') };

  it.each<[string, Partial<OutgoingEmail>]>([
    ['one attachment', { attachments: [pdf] }],
    ['two attachments', { attachments: [pdf, { ...pdf, cid: 'b' }] }],
    ['a streamed one', { attachments: [{ ...pdf, content: () => Readable.from(['%PDF']) }] }],
    [
      'a nested message',
      { attachments: [{ filename: 'a.eml', content: Buffer.from('A: b\r\n') }] },
    ],
    ['a subject', { subject: 'Hi' }],
  ])('S9: %s alone arrives', async (_case, parts) => {
    const source = await sourceOf({ ...EMPTY, ...parts });
    const strict = parseStrictly(source);
    const files = strict.parts.length === 0 ? [strict] : strict.parts;

    expect(wireFaults(source)).toEqual([]);
    expect(files.map(({ filename }) => filename)).toEqual(
      parts.attachments?.map(({ filename }) => filename) ?? [undefined],
    );
  });
});

describe('a file name stays one file name', () => {
  it.each([
    ['a"; name="evil.exe'],
    ['a.txt"\r\nX-Injected: 1'],
    ['Größe 🎉.pdf'],
    ['注文'.repeat(60)],
    ['a\\b\\'],
    ["it's 100% (final), v2;.pdf"],
    ['x'.repeat(255)],
    ['x '.repeat(127)],
    ['-dash'],
    ['../../etc/passwd'],
    ["utf-8''%2e"],
  ])('%s', async (filename) => {
    const email = withAttachments({ filename, content: Buffer.from('x') });
    const { attachments, headers } = await readBack(email);

    expect(attachments).toHaveLength(1);
    expect(attachments[0]?.filename?.trim()).toBe(filename.trim());
    expect(headers.map(({ key }) => key)).not.toContain('x-injected');
    expect(await sourceOf(email)).not.toMatch(/^X-Injected/m);
  });

  it('also where it looks like an encoded word', async () => {
    const filename = '=?utf-8?q?x?=.pdf';
    const source = await sourceOf(withAttachments({ filename, content: Buffer.from('x') }));

    // RFC 2231, where encoded words mean nothing. The parser of the other tests decodes them anyway.
    expect(source).toContain("filename*0*=utf-8''%3D%3Futf-8%3Fq%3Fx%3F%3D.pdf");
    expect(source).not.toContain(filename);
  });
});

describe('only what any mail server takes goes over the wire', () => {
  const loads: Array<[string, OutgoingEmail]> = [
    ['a plain message', outgoingEmail()],
    [
      'bare line breaks everywhere',
      outgoingEmail({ text: 'a\rb\nc\n\rd\r\r\n', html: '\n\r<p>\r' }),
    ],
    ['long lines', outgoingEmail({ text: 'x'.repeat(5000), html: 'ü'.repeat(5000) })],
    [
      'long headers',
      outgoingEmail({ subject: 'x'.repeat(998), headers: { 'X-A': 'ü'.repeat(5000) } }),
    ],
    ['long file names', withAttachments({ filename: 'x'.repeat(255), content: Buffer.from('\r') })],
    [
      'nested messages',
      withAttachments({ filename: 'a.eml', content: Buffer.from('ü\n'.repeat(9)) }),
    ],
  ];

  it.each(loads)('%s: 7bit, lines of at most 998, ended by CRLF', async (_case, email) => {
    const source = await sourceOf(email);

    expect(source).toMatch(/^[^\0\x80-\xff]*$/);
    expect(source.replaceAll('\r\n', '')).not.toMatch(/[\r\n]/);
    expect(Math.max(...source.split('\r\n').map((line) => line.length))).toBeLessThanOrEqual(998);
    expect(source).toMatch(/\r\n$/);
  });

  it.each(loads)('%s: of the size that was announced, in slices of 64 KB', async (_case, email) => {
    const message = await new MimeComposer().compose(email);
    const first = await slicesOf(message.open());
    const second = await slicesOf(message.open());

    expect(Buffer.concat(first)).toHaveLength(message.size ?? 0);
    expect(Buffer.concat(second).equals(Buffer.concat(first))).toBe(true);
  });

  it('a large message in slices of at most 64 KB', async () => {
    const content = Buffer.alloc(1_000_000);
    const message = await new MimeComposer().compose(withAttachments({ filename: 'a', content }));
    const sizes = (await slicesOf(message.open())).map(({ length }) => length);

    expect(sizes.length).toBeGreaterThan(20);
    expect(Math.max(...sizes)).toBe(64 * 1024);
  });
});

describe('no input reads a file or opens a connection', () => {
  let directory: string;
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'mail-bridge-'));
    await writeFile(join(directory, 'secret'), 'planted secret');
  });
  afterAll(() => rm(directory, { recursive: true }));

  const contents = (address: string): Array<Record<string, unknown>> => [
    { path: join(directory, 'secret') },
    { path: `file://${join(directory, 'secret')}` },
    { href: address },
    { path: address },
    { raw: { path: join(directory, 'secret') } },
  ];

  it('not even past the rules for messages', async () => {
    let connections = 0;
    const server = createServer((socket) => {
      connections++;
      socket.destroy();
    }).listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const { port } = server.address() as AddressInfo;

    for (const content of contents(`http://127.0.0.1:${port}/`)) {
      const smuggled = { filename: 'a', ...content, content } as unknown as OutgoingAttachment;
      const source = await sourceOf(withAttachments(smuggled)).catch(() => '');

      expect(Buffer.from(source).toString()).not.toContain('planted');
      expect(source).not.toContain(Buffer.from('planted secret').toString('base64'));
    }
    await new Promise((resolve) => server.close(resolve));
    expect(connections).toBe(0);
  });

  it.each([
    ['text', { path: '/etc/hostname' }],
    ['html', { href: 'http://127.0.0.1:1/' }],
  ])('%s is text and nothing else', async (field, value) => {
    const email = { ...outgoingEmail(), [field]: value } as unknown as OutgoingEmail;

    await expect(bytesOf(email)).rejects.toThrow(TypeError);
  });
});

describe('a header of a part stays in its part', () => {
  it('a media type or a content id past the rules adds none', async () => {
    const email = withAttachments({
      filename: 'a.txt',
      content: Buffer.from('x'),
      contentType: 'text/plain\r\nX-Injected: 1',
      cid: 'c>\r\nX-Injected: 1',
    });

    expect(await sourceOf(email)).not.toMatch(/^X-Injected/m);
    expect(headerLines(await sourceOf(email))).toHaveLength(
      headerLines(await sourceOf(withAttachments({ filename: 'b', content: Buffer.from('x') })))
        .length,
    );
  });
});

function withAttachments(...attachments: OutgoingAttachment[]): OutgoingEmail {
  return outgoingEmail({ attachments });
}

async function slicesOf(stream: AsyncIterable<Buffer>): Promise<Buffer[]> {
  const slices: Buffer[] = [];
  for await (const slice of stream) slices.push(slice);
  return slices;
}
