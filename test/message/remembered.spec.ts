import {
  lastResult,
  remembered,
  rememberedContents,
  type Contents,
} from '../../lib/message/remembered.js';

describe('A function that remembers', () => {
  const counting = () => {
    const asked: string[] = [];
    const measure = remembered((text) => {
      asked.push(text);
      return { length: text.length };
    });
    return { asked, measure };
  };

  it('works a text out once, also where it is another string of the same characters', () => {
    const { asked, measure } = counting();
    const first = measure('a template');
    expect(measure(['a', 'template'].join(' '))).toBe(first);
    expect(asked).toEqual(['a template']);
  });

  it('gives every text its own', () => {
    const { measure } = counting();
    const texts = ['', 'a', 'aa', 'b'];
    expect(texts.map((text) => measure(text).length)).toEqual([0, 1, 2, 1]);
    expect(measure('a')).not.toBe(measure('b'));
  });

  it('keeps the last few only, and nothing that is large', () => {
    const { asked, measure } = counting();
    for (let i = 0; i < 9; i += 1) measure(`text ${i}`);
    measure('text 8');
    measure('text 0');
    expect(asked.filter((text) => text === 'text 8')).toHaveLength(1);
    expect(asked.filter((text) => text === 'text 0')).toHaveLength(2);
    const large = 'x'.repeat(256 * 1024 + 1);
    measure(large);
    measure(large);
    expect(asked.filter((text) => text === large)).toHaveLength(2);
  });

  it('remembers a no as well', () => {
    let count = 0;
    const isLong = remembered((text) => {
      count += 1;
      return text.length > 5;
    });
    expect([isLong('short'), isLong('short')]).toEqual([false, false]);
    expect(count).toBe(1);
  });
});

describe('A function that remembers contents', () => {
  const counting = () => {
    const asked: Contents[] = [];
    const mark = rememberedContents((contents) => {
      asked.push(contents);
      return { ...contents };
    });
    return { asked, mark };
  };

  it('works out once what one message after the other says', () => {
    const { asked, mark } = counting();
    const first = mark({ subject: 'news', html: '<p>hello</p>' });
    expect(mark({ subject: 'news', html: '<p>hello</p>' })).toBe(first);
    expect(asked).toHaveLength(1);
  });

  it.each<Contents>([
    { subject: 'other', html: 'h', text: 't' },
    { subject: 's', html: 'other', text: 't' },
    { subject: 's', html: 'h', text: 'other' },
    { subject: 's', html: 'h' },
    { html: 'h', text: 't' },
  ])('gives what differs its own: %j', (contents) => {
    const { mark } = counting();
    const first = mark({ subject: 's', html: 'h', text: 't' });
    expect(mark(contents)).toEqual(contents);
    expect(mark({ subject: 's', html: 'h', text: 't' })).toEqual(first);
  });

  it('keeps nothing but the texts, and none that are large', () => {
    const { asked, mark } = counting();
    mark({ subject: 's', attachments: ['large'] } as Contents);
    expect(asked).toEqual([{ subject: 's', html: undefined, text: undefined }]);
    const large = { html: 'x'.repeat(256 * 1024 + 1) };
    mark(large);
    mark(large);
    expect(asked.filter(({ html }) => html === large.html)).toHaveLength(2);
  });
});

describe('The last result', () => {
  it('stands as long as every part is the very same, and of the same number', () => {
    const last = lastResult<number>();
    let count = 0;
    const next = () => (count += 1);
    const sender = { address: 'a@example.com' };
    const results = [
      [sender, 'x'],
      [sender, 'x'],
      [{ ...sender }, 'x'],
      [sender, 'x', undefined],
    ];
    expect(results.map((parts) => last(parts, next))).toEqual([1, 1, 2, 3]);
  });

  it('of a long text is not kept', () => {
    const last = lastResult<number>();
    const long = 'x'.repeat(256 * 1024 + 1);
    expect([last([long], () => 1), last([long], () => 2)]).toEqual([1, 2]);
  });
});
