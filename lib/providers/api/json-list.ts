/** What stands around the items of a list. */
export interface JsonFrame {
  readonly before: string;
  readonly after: string;
}

const ARRAY: JsonFrame = { before: '[', after: ']' };

/**
 * A list as JSON, in UTF-8, each item written by itself: of one text of megabytes V8 makes two more copies
 * on its way to the network.
 */
export function jsonList(items: readonly object[], { before, after } = ARRAY): Buffer {
  const texts = items.map((item) => JSON.stringify(item));
  const commas = Math.max(0, texts.length - 1);
  let length = Buffer.byteLength(before) + Buffer.byteLength(after) + commas;
  for (const text of texts) length += Buffer.byteLength(text);
  const json = Buffer.allocUnsafe(length);
  let end = json.write(before);
  for (const [at, text] of texts.entries()) {
    if (at > 0) end += json.write(',', end);
    end += json.write(text, end);
  }
  json.write(after, end);
  return json;
}
