import type { OptionReader } from '../contract/option-reader.js';

/** Reads `provider`: a name, or several of them in the order in which they are asked. */
export function readRoute(reader: OptionReader): readonly string[] | undefined {
  const value = reader.raw('provider');
  if (value === undefined) return undefined;
  const names: readonly unknown[] = Array.isArray(value) ? value : [value];
  const isRoute =
    names.length > 0 &&
    names.every((name) => typeof name === 'string' && name !== '') &&
    new Set(names).size === names.length;
  if (isRoute) return names.map(String);
  return reader.problem('provider', 'must be the name of a provider, or a list of different names');
}
