/** What stands around the items of a list. */
export interface JsonFrame {
  readonly before: string;
  readonly after: string;
}

const ARRAY: JsonFrame = { before: '[', after: ']' };
const FIRST_BYTES = 64 * 1024;

/**
 * A list as JSON, in UTF-8. Each item is made, written and let go of before the next: of one text of
 * megabytes V8 makes two more copies on its way to the network, and what lives for a whole batch is costly
 * to clean up.
 */
export function jsonList<T>(
  items: readonly T[],
  toJson: (item: T) => object,
  { before, after } = ARRAY,
): Buffer {
  const json = new GrowingText(before);
  for (const [at, item] of items.entries()) {
    if (at > 0) json.write(',');
    json.write(JSON.stringify(toJson(item)));
  }
  json.write(after);
  return json.bytes;
}

/** Text that is written piece by piece. */
class GrowingText {
  #buffer = Buffer.allocUnsafe(FIRST_BYTES);
  #end = 0;

  constructor(begin: string) {
    this.write(begin);
  }

  get bytes(): Buffer {
    return this.#buffer.subarray(0, this.#end);
  }

  write(text: string): void {
    const end = this.#end + Buffer.byteLength(text);
    if (end > this.#buffer.length) this.grow(end);
    this.#end += this.#buffer.write(text, this.#end);
  }

  private grow(length: number): void {
    const larger = Buffer.allocUnsafe(Math.max(length, 2 * this.#buffer.length));
    this.#buffer.copy(larger, 0, 0, this.#end);
    this.#buffer = larger;
  }
}
