import { remembered } from '../../lib/message/remembered.js';

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
