import { createHash, createPrivateKey, sign, type KeyObject } from 'node:crypto';
import type { DkimOptions } from './dkim.js';
import { RelaxedBody } from './relaxed-body.js';

/**
 * The headers that are signed where a message has them: what says from whom, to whom and about what
 * (RFC 6376 section 5.4.1), what a reader or a receiving server acts on, and what must be signed to count.
 */
const SIGNED_FIELDS: readonly string[] = [
  'From',
  // Once more than it is there: a second one that somebody adds breaks the signature (section 8.15).
  'From',
  'Reply-To',
  'Subject',
  'Date',
  'To',
  'Cc',
  'Message-ID',
  'In-Reply-To',
  'References',
  'MIME-Version',
  'Content-Type',
  'Content-Transfer-Encoding',
  'List-Id',
  'List-Help',
  'List-Unsubscribe',
  // RFC 8058 section 4: one-click counts only where both of these are signed.
  'List-Unsubscribe-Post',
  'List-Subscribe',
  'List-Post',
  'List-Owner',
  'List-Archive',
  // Gmail's feedback loop goes by a signed one only.
  'Feedback-ID',
  // RFC 9477 section 3.1.4: complaints are sent to a signed address only.
  'CFBL-Address',
  'CFBL-Feedback-ID',
  // draft-brand-indicators-for-message-identification, section 4.4.
  'BIMI-Selector',
];

const MAX_LINE = 76;
const END_OF_HEADERS = '\r\n\r\n';

/** What signs messages, with one key or with several: each gives a signature of its own. */
export class DkimSigner {
  readonly #keys: readonly DkimKey[];

  constructor(options: DkimOptions | readonly DkimOptions[]) {
    this.#keys = [options].flat().map((each) => new DkimKey(each));
  }

  /** The signatures of one message, which do not sign each other. */
  start(): DkimSignature {
    return new DkimSignature((headers, bodyHash) =>
      this.#keys.map((key) => key.sign(headers, bodyHash)).join(''),
    );
  }
}

/** One key with what it signs. */
class DkimKey {
  readonly #key: KeyObject;
  /** In lower case, in the order of the signature. */
  readonly #fields: readonly string[];

  constructor(private readonly options: DkimOptions) {
    this.#key = createPrivateKey(options.privateKey);
    const skipped = new Set(namesOf(options.skipFields));
    const named = options.headerFieldNames ?? SIGNED_FIELDS.join(':');
    this.#fields = namesOf(named).filter((name) => !skipped.has(name));
  }

  /** The whole header, for the headers of a message and the hash of its body. */
  sign(block: string, bodyHash: string): string {
    const left = linesByName(block);
    // What is not in the message at all is left out: a mailing list may add it.
    const names = this.#fields.filter((name) => left.has(name));
    // Of several with one name the last comes first; after the first one nothing (RFC 6376 section 5.4.2).
    const signed = names.flatMap((name) => left.get(name)?.pop() ?? []);
    const unsigned = this.header(names, bodyHash);
    const data = [...signed, unsigned].map(relaxedLine).join('\r\n');
    const signature = this.signatureOf(Buffer.from(data, 'latin1')).toString('base64');
    return `${unsigned}${signature.replace(/.{72}(?=.)/g, '$&\r\n ')}\r\n`;
  }

  private signatureOf(data: Buffer): Buffer {
    if (!this.isEd25519) return sign('sha256', data, this.#key);
    // RFC 8463, section 3: it is the hash that is signed.
    return sign(null, createHash('sha256').update(data).digest(), this.#key);
  }

  private get isEd25519(): boolean {
    return this.#key.asymmetricKeyType === 'ed25519';
  }

  /** The signature without its last tag's value. */
  private header(names: readonly string[], bodyHash: string): string {
    const { domainName, keySelector } = this.options;
    const lines = [
      `DKIM-Signature: v=1; a=${this.isEd25519 ? 'ed25519' : 'rsa'}-sha256; c=relaxed/relaxed;`,
      ` d=${domainName};`,
      ` s=${keySelector};`,
      ` bh=${bodyHash};`,
    ];
    let line = ' h=';
    for (const [index, name] of names.entries()) {
      const item = index < names.length - 1 ? `${name}:` : `${name};`;
      if (line.length + item.length > MAX_LINE) {
        lines.push(line);
        line = ' ';
      }
      line += item;
    }
    return [...lines, line, ' b='].join('\r\n');
  }
}

/** Takes a message piece by piece and gives its signatures, the headers that belong in front of it. */
export class DkimSignature {
  /** The headers, until their end has come. */
  #head = '';
  #headers: string | undefined;
  readonly #body = new RelaxedBody(createHash('sha256'));

  /** @param write the headers for the headers of a message and the hash of its body */
  constructor(private readonly write: (headers: string, bodyHash: string) => string) {}

  update(bytes: Buffer): void {
    if (this.#headers !== undefined) {
      this.#body.update(bytes);
      return;
    }
    this.#head += bytes.toString('latin1');
    const end = this.#head.indexOf(END_OF_HEADERS);
    if (end < 0) return;
    this.#headers = this.#head.slice(0, end);
    this.#body.update(Buffer.from(this.#head.slice(end + END_OF_HEADERS.length), 'latin1'));
    this.#head = '';
  }

  /** The headers with their line breaks. */
  end(): Buffer {
    const bodyHash = this.#body.digest();
    return Buffer.from(this.write(this.#headers ?? this.#head, bodyHash), 'latin1');
  }
}

/** The header lines of a message by name in lower case, folded as they are. */
function linesByName(block: string): Map<string, string[]> {
  const lines = new Map<string, string[]>();
  for (const line of block.split(/\r\n(?![ \t])/)) {
    const name = line.slice(0, line.indexOf(':')).toLowerCase();
    lines.set(name, [...(lines.get(name) ?? []), line]);
  }
  return lines;
}

/** RFC 6376 section 3.4.2: a name in lower case, a value on one line with single blanks. */
function relaxedLine(line: string): string {
  const colon = line.indexOf(':');
  const name = line.slice(0, colon).toLowerCase();
  const value = line
    .slice(colon + 1)
    .replaceAll('\r\n', '')
    .replace(/[ \t]+/g, ' ');
  return `${name}:${value.replace(/^ | $/g, '')}`;
}

function namesOf(list = ''): string[] {
  return list.toLowerCase().split(':');
}
