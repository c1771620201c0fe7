import fc from 'fast-check';
import { LONGEST_REPLY_BYTES, ReplyReader } from '../../../lib/transport/smtp/smtp-reply.js';

const CRLF = '\r\n';

function read(...pieces: (string | Buffer)[]) {
  const reader = new ReplyReader();
  const replies = [];
  for (const piece of pieces) {
    reader.push(Buffer.from(piece));
    for (let reply = reader.next(); reply !== undefined; reply = reader.next()) replies.push(reply);
  }
  return { replies, reader };
}

describe('Replies are told apart as the server meant them', () => {
  it.each<[string, string, { code: number | undefined; text: string }[]]>([
    ['one line', '250 ok', [{ code: 250, text: '250 ok' }]],
    ['a code alone', '250', [{ code: 250, text: '250' }]],
    ['several lines', '250-a\r\n250-\r\n250 c', [{ code: 250, text: '250-a\n250-\n250 c' }]],
    ['line breaks that are a lone LF', '250-a\n250 b', [{ code: 250, text: '250-a\n250 b' }]],
    ['empty lines between them', '\r\n250 a\r\n\r\n', [{ code: 250, text: '250 a' }]],
    ['text without a code', 'well, well', [{ code: undefined, text: 'well, well' }]],
    ['a code that SMTP does not have', '650 x', [{ code: undefined, text: '650 x' }]],
    ['a code with too many digits', '2500 x', [{ code: undefined, text: '2500 x' }]],
    ['lines that disagree', '250-a\r\n550 b', [{ code: undefined, text: '250-a\n550 b' }]],
    ['a line without a code', '250-a\r\nb', [{ code: undefined, text: '250-a\nb' }]],
  ])('%s', (_, text, expected) => {
    expect(read(`${text}${CRLF}`).replies).toEqual(expected);
  });

  it('in whatever pieces they come', () => {
    const text = '250-grüezi\r\n250 ok\r\n354 go on\r\n550-no\r\n\r\n550 nö\r\n';
    const bytes = Buffer.from(text);
    const whole = read(bytes).replies;
    expect(whole.map(({ code }) => code)).toEqual([250, 354, 550]);
    fc.assert(
      fc.property(fc.array(fc.nat(bytes.length), { maxLength: 8 }), (cuts) => {
        const ends = [...cuts, bytes.length].toSorted((a, b) => a - b);
        const pieces = ends.map((end, at) => bytes.subarray(at === 0 ? 0 : ends[at - 1], end));
        expect(read(...pieces).replies).toEqual(whole);
      }),
    );
  });

  it('and read as UTF-8, or byte by byte where that is not what they are', () => {
    expect(read('250 grüezi\r\n').replies[0]?.text).toBe('250 grüezi');
    expect(read(Buffer.from('250 gr\xfcezi\r\n', 'latin1')).replies[0]?.text).toBe('250 grüezi');
  });
});

describe('What is not a whole reply', () => {
  it.each(['250 ok', '250-ok\r\n', '250-ok\r\n250 o', '25'])('is not told: %j', (text) => {
    const { replies, reader } = read(text);
    expect([replies, reader.isEmpty]).toEqual([[], false]);
  });

  it('counts as nothing where it is only empty lines', () => {
    expect(read('250 ok\r\n\r\n\r').reader.isEmpty).toBe(true);
  });

  it.each([
    ['554 no', 554],
    ['450 later\r', 450],
  ])('counts where the connection ends after a plain no: %j', (text, code) => {
    expect(read('250 ok\r\n', text).reader.cutOff()).toEqual({ code, text: text.trim() });
  });

  it.each(['', '25', '55', '250 ok', '554', '554-no\r\n', '554-no\r\n554 n', 'no'])(
    'and not after anything else: %j',
    (text) => {
      expect(read(text).reader.cutOff()).toBeUndefined();
    },
  );

  it.each([
    ['in one line', 'x'.repeat(LONGEST_REPLY_BYTES + 1)],
    ['in many', '250-x\r\n'.repeat(LONGEST_REPLY_BYTES / 5)],
  ])('is a flood once it is too long, %s', (_, text) => {
    expect(read(text).reader.isFlooded).toBe(true);
    expect(read(text.slice(0, 60_000)).reader.isFlooded).toBe(false);
  });
});
