import { LightSignal, attemptContext, stopSignalOf } from '../../lib/contract/light-signal.js';

describe('A light signal', () => {
  it('tells its listeners once, but not those that were taken away', () => {
    const light = new LightSignal();
    const heard: string[] = [];
    const gone = () => heard.push('gone');
    light.addEventListener('abort', () => heard.push('first'));
    light.addEventListener('abort', gone);
    light.removeEventListener('abort', gone);
    light.abort();
    light.abort();
    expect([light.aborted, heard]).toEqual([true, ['first']]);
  });

  it.each(['a', 'b', 'c', 'none of them'])('keeps the others when %s is taken away', (name) => {
    const light = new LightSignal();
    const heard: string[] = [];
    const names = ['a', 'b', 'c'];
    const listeners = new Map(names.map((each) => [each, () => heard.push(each)] as const));
    for (const listener of listeners.values()) light.addEventListener('abort', listener);
    const gone = listeners.get(name) ?? (() => undefined);
    light.removeEventListener('abort', gone);
    light.removeEventListener('abort', gone);
    light.abort();
    expect(heard.toSorted()).toEqual(names.filter((each) => each !== name));
  });

  it.each(['before', 'after'])('is an AbortSignal to who asked for one %s it fired', (when) => {
    const light = new LightSignal();
    const reason = new Error('late');
    const asked = when === 'before' ? light.signal : undefined;
    light.abort(reason);
    const signal = asked ?? light.signal;
    expect([signal.aborted, signal.reason]).toEqual([true, reason]);
    expect(light.signal).toBe(signal);
  });
});

describe('The context of an attempt', () => {
  it('has its signal also where a provider hands a copy of it on', () => {
    const light = new LightSignal();
    const context = {
      ...attemptContext(light, { number: 2, key: undefined, isRepeated: false }),
      attempt: 3,
    };
    expect([context.signal, context.attempt]).toEqual([light.signal, 3]);
  });

  it('ends our own transports by the light signal, and by whatever signal it was given else', () => {
    const light = new LightSignal();
    expect(
      stopSignalOf(attemptContext(light, { number: 1, key: undefined, isRepeated: false })),
    ).toBe(light);
    const { signal } = new AbortController();
    expect(stopSignalOf({ signal, attempt: 1 })).toBe(signal);
  });
});
