import { eventLoopTurn, isTurnOver } from '../../contract/event-loop-turn.js';

/** What stands around the items of a list. */
export interface JsonFrame {
  readonly before: string;
  readonly after: string;
}

/** By how much a message is longer than the first: names and numbers differ. */
const MARGIN_BYTES = 64;
const MOST_RESERVED_BYTES = 4 * 1024 * 1024;

const ARRAY: JsonFrame = { before: '[', after: ']' };

/**
 * A list as JSON, in UTF-8. Each item is made, written and let go of before the next: of one text of
 * megabytes V8 makes two more copies on its way to the network, and what lives for a whole batch is costly
 * to clean up. A long list lets go of the event loop now and then.
 */
export async function jsonList<T>(
  items: readonly T[],
  toJson: (item: T) => object,
  { before, after } = ARRAY,
): Promise<Buffer> {
  const json = new GrowingText();
  json.write(before);
  for (const [at, item] of items.entries()) {
    if (isTurnOver()) await eventLoopTurn();
    const text = JSON.stringify(toJson(item));
    if (at === 0) json.reserve(roomFor(items.length, Buffer.byteLength(text)));
    else json.write(',');
    json.write(text);
  }
  json.write(after);
  return json.bytes;
}

/** What a list is likely to take: the others are mostly as long as the first, unless that has a large file. */
function roomFor(count: number, bytes: number): number {
  return Math.min(count * (bytes + MARGIN_BYTES), MOST_RESERVED_BYTES);
}

/** Text that is written piece by piece. */
class GrowingText {
  #buffer = Buffer.alloc(0);
  #end = 0;

  get bytes(): Buffer {
    return this.#buffer.subarray(0, this.#end);
  }

  write(text: string): void {
    this.reserve(Buffer.byteLength(text));
    this.#end += this.#buffer.write(text, this.#end);
  }

  /** Makes room for so many bytes more. */
  reserve(bytes: number): void {
    const length = this.#end + bytes;
    if (length <= this.#buffer.length) return;
    const larger = Buffer.allocUnsafe(Math.max(length, 2 * this.#buffer.length));
    this.#buffer.copy(larger, 0, 0, this.#end);
    this.#buffer = larger;
  }
}
