import { decodeWords } from 'postal-mime';
import type { OutgoingEmail } from '../../lib/message/outgoing-email.js';
import { MimeComposer } from '../../lib/mime/mime-composer.js';
import { outgoingEmail } from '../fixtures/outgoing-email.js';
import { headerLines, readBack, sourceOf } from '../fixtures/read-mime.js';

const AWKWARD_TEXTS = {
  'plain words': 'Your order has shipped',
  'an encoded word': '=?utf-8?q?x?=',
  'an encoded word among others': 'see =?utf-8?B?eA==?= there',
  'an encoded word with a space inside': '=?utf-8?q?a b?=',
  'half an encoded word': '=?utf-8?q?x',
  umlauts: 'Größe geändert: fünf Stück',
  emoji: 'Party 🎉🎉 tonight 👩‍👩‍👧',
  'a long text in another script': '注文の確認'.repeat(40),
  'a long line of words': 'word '.repeat(150).trim(),
  'a long word': 'x'.repeat(998),
  'spaces in a row': 'a  b   c',
  'spaces around': ' a ',
  quotes: 'the "best" of \\ it',
  'what structures a header': 'a, b; c: <d> (e) @f',
  digits: '0',
};

describe('a subject arrives as it was written', () => {
  it.each(Object.entries(AWKWARD_TEXTS))('%s', async (_case, subject) => {
    const { subject: read } = await readBack(outgoingEmail({ subject }));

    expect(read).toBe(subject);
  });

  it('with a replacement for half a character', async () => {
    const { subject } = await readBack(outgoingEmail({ subject: 'a\ud800b' }));

    expect(subject).toBe('a\ufffdb');
  });

  it('with its placeholders filled in', async () => {
    const email = outgoingEmail({
      subject: 'Hi {{name}}',
      substitutions: { name: '=?utf-8?q?x?=' },
    });

    expect((await readBack(email)).subject).toBe('Hi =?utf-8?q?x?=');
  });

  it('in plain ASCII where that is enough', async () => {
    const lines = headerLines(await sourceOf(outgoingEmail({ subject: 'Your order: 5 > 3' })));

    expect(lines).toContain('Subject: Your order: 5 > 3');
  });

  it('also where it is empty', async () => {
    expect(headerLines(await sourceOf(outgoingEmail({ subject: '' })))).toContain('Subject: ');
  });

  it('and is left out where there is none', async () => {
    const { subject: _, ...withoutSubject } = outgoingEmail();

    expect(headerLines(await sourceOf(withoutSubject)).join('\n')).not.toMatch(/^subject:/im);
  });
});

describe('a display name arrives as it was written, and stays one mailbox', () => {
  it.each([
    ...Object.entries(AWKWARD_TEXTS),
    ['a comma', 'Lovelace, Ada'],
    ['another address', 'ceo@bank.example'],
    ['an address in angle brackets', '<ceo@bank.example>'],
    ['a quoted name', '"Ada"'],
    ['a backslash at the end', 'Ada\\'],
    ['a group', 'friends:;'],
  ])('%s', async (_case, name) => {
    const mailbox = { name, address: 'ada@example.org' };
    const read = await readBack(
      outgoingEmail({ from: mailbox, to: [mailbox, mailbox], cc: [mailbox], replyTo: [mailbox] }),
    );

    expect(read.from).toEqual(mailbox);
    expect(read.to).toEqual([mailbox, mailbox]);
    expect(read.cc).toEqual([mailbox]);
    expect(read.replyTo).toEqual([mailbox]);
  });
});

describe('header lines are folded as every mail server likes them', () => {
  it.each<[string, Partial<OutgoingEmail>]>([
    [
      'a long name that needs quotes',
      { from: { name: 'a, b '.repeat(60).trim(), address: 'a@b.example' } },
    ],
    [
      'a long name in another script',
      { from: { name: '注文'.repeat(50), address: 'a@b.example' } },
    ],
    ['a long subject', { subject: 'ü'.repeat(490) }],
    [
      'a header with a hundred spaces',
      { headers: { 'X-A': `b${' '.repeat(100)}${'c '.repeat(99)}` } },
    ],
  ])('%s: in lines of about 78, none of them blank', async (_case, parts) => {
    const source = await sourceOf(outgoingEmail(parts));
    const block = source.slice(0, source.indexOf('\r\n\r\n'));

    expect(block.split('\r\n').filter((line) => line.trim() === '')).toEqual([]);
    expect(longestLine(block)).toBeLessThanOrEqual(120);
  });

  it('never between a name and its first word, however long', async () => {
    const value = `<https://example.com/${'x'.repeat(500)}>`;

    expect(await sourceOf(outgoingEmail({ headers: { 'X-A': value } }))).toContain(
      `X-A: ${value}\r\n`,
    );
  });
});

describe('addresses go out as they are', () => {
  it.each([
    ['an international domain in its ASCII form', 'ada@xn--bcher-kva.example'],
    ['an international local part as UTF-8', 'žluť@xn--bcher-kva.example'],
    ['upper case', 'Ada.Lovelace@Example.ORG'],
    ['signs of all kinds', "o'brien+a/b=c#d@example.org"],
  ])('%s', async (_case, address) => {
    const { to } = await readBack(outgoingEmail({ to: [{ address }] }));

    expect(to).toEqual([{ name: '', address }]);
  });

  it('a thousand recipients on lines of a fair length', async () => {
    const to = Array.from({ length: 1000 }, (_, index) => ({
      name: `Recipient, ${index}`,
      address: `recipient-${index}@example.org`,
    }));
    const email = outgoingEmail({ to });

    expect((await readBack(email)).to).toEqual(to);
    expect(longestLine(await sourceOf(email))).toBeLessThanOrEqual(78);
  });

  it('never those of bcc', async () => {
    const email = outgoingEmail({ bcc: [{ name: 'Secret', address: 'secret@example.org' }] });

    expect(await sourceOf(email)).not.toMatch(/secret|bcc/i);
  });

  it('not even where bcc is all there is', async () => {
    const email = outgoingEmail({ to: [], bcc: [{ address: 'secret@example.org' }] });
    const source = await sourceOf(email);

    expect(source).not.toMatch(/secret|bcc/i);
    expect(headerLines(source)).toContain('To: undisclosed-recipients:;');
  });
});

describe('custom headers arrive as they were written', () => {
  it.each([
    ['X-Order-ID', '4711'],
    ['X-note', 'Größe 🎉'],
    ['X-Note', '=?utf-8?q?x?='],
    [
      'List-Unsubscribe',
      `<https://example.com/u?a=?b?=&${'c'.repeat(200)}>, <mailto:u@example.com>`,
    ],
    ['References', Array.from({ length: 30 }, (_, i) => `<${i}@example.com>`).join(' ')],
    ['X-Spaces', `a  b${' '.repeat(100)}c`],
    ['X-Json', JSON.stringify({ a: 'b'.repeat(100), c: '"d"' })],
    ['X-Long', 'word '.repeat(1900).trim()],
  ])('%s', async (name, value) => {
    const email = outgoingEmail({ headers: { [name]: value } });
    const { headers } = await readBack(email);
    const found = headers.filter(({ originalKey }) => originalKey === name);

    expect(found.map((header) => decodeWords(header.value))).toEqual([value]);
  });
});

describe('a structured header is encoded only where its structure allows', () => {
  it.each([
    [
      'Disposition-Notification-To',
      'Jürgen Test <j@example.com>',
      '=?UTF-8?Q?J=C3=BCrgen_Test?= <j@example.com>',
    ],
    ['Errors-To', 'j@example.com (Jürgen)', 'j@example.com (=?UTF-8?Q?J=C3=BCrgen?=)'],
    ['List-Id', 'Café news <news.example.com>', '=?UTF-8?Q?Caf=C3=A9_news?= <news.example.com>'],
    [
      'List-Unsubscribe',
      '<https://example.com/u> (für alle), <mailto:u@example.com>',
      '<https://example.com/u> (=?UTF-8?Q?f=C3=BCr_alle?=) , <mailto:u@example.com>',
    ],
    ['Keywords', 'a, Maß, b', 'a, =?UTF-8?Q?Ma=C3=9F?= , b'],
    ['List-Id', '=?UTF-8?Q?=C3=BC?= <news.example.com>', '=?UTF-8?Q?=C3=BC?= <news.example.com>'],
  ])('S10: %s: %s', async (name, value, written) => {
    const lines = headerLines(await sourceOf(outgoingEmail({ headers: { [name]: value } })));

    expect(lines).toContain(`${name}: ${written}`);
  });

  it('S10: and is refused where it does not, also past the rules for messages', async () => {
    const email = outgoingEmail({ headers: { 'List-Id': 'planted <ü.example.com>' } });

    await expect(new MimeComposer().compose(email)).rejects.toMatchObject({
      name: 'InvalidMessageError',
      message: expect.not.stringContaining('planted'),
    });
  });
});

describe('no input adds a header', () => {
  const BREAKS = ['\r\n', '\n', '\r', '\0', '\x0b', '\x1f', '\x7f'];
  const fields: Array<[string, (text: string) => Partial<OutgoingEmail>]> = [
    ['subject', (subject) => ({ subject })],
    ['name', (name) => ({ from: { name, address: 'a@example.com' } })],
    ['custom header', (value) => ({ headers: { 'X-A': value } })],
    ['address', (text) => ({ to: [{ address: `a@example.com${text}` }] })],
  ];

  it.each(
    fields.flatMap(([field, parts]) =>
      BREAKS.map((text) => [field, JSON.stringify(text), parts, text] as const),
    ),
  )('by a %s with %s, even past the rules for messages', async (_field, _break, parts, text) => {
    const email = outgoingEmail(parts(`hi${text}Bcc: evil@attacker.example${text}${text}body`));
    // Whether it is encoded or refused, it stays inside its field.
    const source = await sourceOf(email).catch((error: Error) => error.name);

    expect(source).not.toMatch(/^bcc:/im);
    if (source !== 'InvalidMessageError') {
      expect(headerLines(source).map(nameOf)).toEqual(
        headerLines(await sourceOf(outgoingEmail(parts('')))).map(nameOf),
      );
    }
  });

  it.each(['X-A: 1\r\nBcc', 'X A', 'X-A:', 'X-Ä', ''])('by a name such as %j', async (name) => {
    const email = outgoingEmail({ headers: { [name]: 'evil@attacker.example' } });

    await expect(new MimeComposer().compose(email)).rejects.toMatchObject({
      name: 'InvalidMessageError',
      message: expect.not.stringMatching(/Bcc|X-A/),
    });
  });

  it('and what cannot be encoded is refused without repeating it', async () => {
    const email = outgoingEmail({ to: [{ address: 'a@example.com>\r\nX: planted' }] });

    await expect(new MimeComposer().compose(email)).rejects.toMatchObject({
      name: 'InvalidMessageError',
      message: expect.not.stringContaining('planted'),
    });
  });
});

describe('every message has what a message must have', () => {
  it('an id made of ours and the domain of the sender, a date, and a version', async () => {
    const message = await new MimeComposer().compose(outgoingEmail({ id: 'order-7' }));
    const lines = headerLines(await sourceOf(outgoingEmail({ id: 'order-7' })));
    const date = lines.find((line) => line.startsWith('Date: '))?.slice(6) ?? '';

    expect(message.messageId).toBe('<order-7@example.com>');
    expect(lines).toContain('Message-ID: <order-7@example.com>');
    expect(lines).toContain('MIME-Version: 1.0');
    expect(date).toMatch(/^\w{3}, \d{2} \w{3} \d{4} \d{2}:\d{2}:\d{2} \+0000$/);
    expect(Math.abs(Date.parse(date) - Date.now())).toBeLessThan(60_000);
  });

  it.each([
    ['high', '1 (Highest)', 'High'],
    ['normal', '3 (Normal)', 'Normal'],
    ['low', '5 (Lowest)', 'Low'],
  ] as const)('the three headers of the priority %s', async (priority, level, word) => {
    const lines = headerLines(await sourceOf(outgoingEmail({ priority })));

    expect(lines).toEqual(
      expect.arrayContaining([
        `X-Priority: ${level}`,
        `X-MSMail-Priority: ${word}`,
        `Importance: ${word}`,
      ]),
    );
  });

  it('none of them without a priority', async () => {
    expect(await sourceOf(outgoingEmail())).not.toMatch(/priority|importance/i);
  });
});

function nameOf(line: string): string {
  return line.slice(0, line.indexOf(':'));
}

function longestLine(source: string): number {
  return Math.max(...source.split('\r\n').map((line) => line.length));
}
