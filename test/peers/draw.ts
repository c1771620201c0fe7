import { seededRandom } from '../fixtures/chaos-proxy.js';

/** Words that mail has trouble with: accents, combining marks, right to left, wide, emoji, escapes. */
const WORDS = [
  'order',
  'naïve',
  'Grüße',
  'Ångström',
  'cafe\u0301',
  'Ελλάδα',
  'Привет',
  'שלום',
  'مرحبا',
  'नमस्ते',
  '東京都',
  'ภาษาไทย',
  '한국어',
  '👩‍👩‍👧‍👦',
  '🇩🇪',
  '𝔘𝔫𝔦𝔠𝔬𝔡𝔢',
  'a=b=20',
  '=3D',
  '€',
];

const NAMES = [
  'Ada Lovelace',
  'Dr. J. R. "Bob" Dobbs, Jr.',
  'Müller, Jürgen (Köln)',
  '山田 太郎',
  'back\\slash',
  `Ein langer Name ${'mit Ümläuten '.repeat(9)}am Ende`,
  '👩‍🚀 Samantha',
  "O'Neill; Sales: EU",
];

/** Random contents of messages, the same for the same seed. */
export class Draw {
  readonly #random: () => number;

  constructor(seed: number) {
    this.#random = seededRandom(seed);
  }

  /** A whole number from 0 to below `end`. */
  below(end: number): number {
    return Math.floor(this.#random() * end);
  }

  oneOf<T>(list: readonly T[]): T {
    return list[this.below(list.length)]!;
  }

  sentence(words: number): string {
    return Array.from({ length: words }, () => this.oneOf(WORDS)).join(' ');
  }

  /** Lines of up to 30 words, of which some are empty. */
  paragraph(lines: number): string {
    return Array.from({ length: lines }, () => this.sentence(this.below(30))).join('\n');
  }

  bytes(length: number): Buffer {
    return Buffer.from(
      Uint32Array.from({ length: Math.ceil(length / 4) }, () => this.below(2 ** 32)).buffer,
      0,
      length,
    );
  }

  mailbox(local: string): { name: string; address: string } {
    return { name: this.oneOf(NAMES), address: `${local}@example.org` };
  }

  shuffled<T>(list: readonly T[]): T[] {
    return list
      .map((item) => ({ item, at: this.#random() }))
      .toSorted((a, b) => a.at - b.at)
      .map(({ item }) => item);
  }
}
