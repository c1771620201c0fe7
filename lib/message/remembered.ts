// The template of a bulk, and of the few others that are under way beside it.
const TEXTS = 8;
/** Longer ones are worked out each time, so that little is kept. */
const MAX_LENGTH = 256 * 1024;

/**
 * The same function, which remembers what it made of the last few texts: the messages of a bulk have their
 * template in common, and what follows from that alone need not be found out for each of them.
 *
 * @param workOut of the text alone; what it gives is shared, so nobody may change it
 */
export function remembered<T>(workOut: (text: string) => T): (text: string) => T {
  const known = new Map<string, T>();
  return (text) => {
    const before = known.get(text);
    if (before !== undefined || text.length > MAX_LENGTH) return before ?? workOut(text);
    const result = workOut(text);
    const [oldest] = known.keys();
    if (known.size >= TEXTS && oldest !== undefined) known.delete(oldest);
    known.set(text, result);
    return result;
  };
}
