import { addressList, bareAddress, oneAddress } from '../../lib/message/address-rules.js';
import type { Rule } from '../../lib/message/rule.js';

/** What a rule makes of a value, and what it says is wrong with it. */
function apply<T>(rule: Rule<T>, value: unknown) {
  const problems: string[] = [];
  const result = rule(value, 'to', (path, message) => {
    problems.push(`${path}: ${message}`);
    return undefined;
  });
  return { result, problems };
}

const ada = { name: 'Ada', address: 'ada@x.org' };
const bob = { address: 'bob@x.org' };

describe('Recipients are one address or a list of them', () => {
  it.each<[string, unknown, unknown]>([
    ['one', 'Ada <ada@x.org>', [ada]],
    ['a list', ['Ada <ada@x.org>', bob], [ada, bob]],
    ['the same one twice', [bob, bob], [bob, bob]],
    ['an empty list: none', [], undefined],
  ])('%s', (_, value, result) => {
    expect(apply(addressList, value)).toEqual({ result, problems: [] });
  });

  it('each that is wrong is named by its place', () => {
    const { result, problems } = apply(addressList, ['a', bob, 'b']);
    expect(result).toEqual([bob]);
    expect(problems).toEqual([
      expect.stringMatching(/^to\[?\.?0\]?: has no address/),
      expect.stringMatching(/^to\[?\.?2\]?: has no address/),
    ]);
  });

  it('one that is wrong is nobody', () => {
    expect(apply(addressList, 'root')).toEqual({
      result: undefined,
      problems: [expect.stringMatching(/^to: has no address/)],
    });
  });

  it('a list that claims to be endless is not walked', () => {
    const endless: unknown[] = [];
    endless.length = 100_001;
    expect(apply(addressList, endless).problems).toEqual([
      'to: must not have more than 100000 entries',
    ]);
    endless.length = 100_000;
    expect(apply(addressList, endless).problems).toHaveLength(100_000);
  });
});

describe('A sender is one address', () => {
  it('with or without a name', () => {
    expect(apply(oneAddress, 'Ada <ada@x.org>')).toEqual({ result: ada, problems: [] });
  });

  it('never a list', () => {
    expect(apply(oneAddress, [bob])).toEqual({
      result: undefined,
      problems: ['to: must be one address, not a list'],
    });
  });
});

describe('A return path is a bare address', () => {
  it('as it stands', () => {
    expect(apply(bareAddress, 'bob@x.org')).toEqual({ result: 'bob@x.org', problems: [] });
  });

  it('without a name', () => {
    const { result, problems } = apply(bareAddress, 'Ada <ada@x.org>');
    expect(result).toBeUndefined();
    expect(problems).toEqual([expect.stringMatching(/^to: has/)]);
  });
});

describe('A sender', () => {
  it('that messages share cannot be changed through one of them', () => {
    const [first, second] = [1, 2].map(() => apply(oneAddress, 'Ada <ada@x.org>').result);
    expect(first).toEqual(ada);
    expect(second).toBe(first);
    expect(() => Object.assign(first!, { address: 'eve@x.org' })).toThrow(TypeError);
  });
});
