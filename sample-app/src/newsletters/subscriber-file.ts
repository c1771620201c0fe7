import { isUtf8 } from 'node:buffer';
import { Readable } from 'node:stream';
import { CsvError, parse, type Info } from 'csv-parse';

/** One row of the file. Its address is checked by MailBridge, when the mail is sent. */
export interface Subscriber {
  readonly email: string;
  readonly name: string;
  /** Where it stands in the file, the header being line 1; the last one where a row has several. */
  readonly line: number;
}

/** The file is not what a newsletter can go by; the message says what to mend. */
export class SubscriberFileError extends Error {
  override readonly name = 'SubscriberFileError';
}

const COLUMNS = ['email', 'name'] as const;
const SLICE_BYTES = 64 * 1024;

/** A CSV file of subscribers that was read once to its end and found in order. */
export class SubscriberFile {
  private constructor(
    private readonly bytes: Buffer,
    readonly total: number,
  ) {}

  /**
   * Reads the file through before anything is sent: one that breaks off in line 900 should not be found
   * out after 899 mails.
   *
   * @throws SubscriberFileError
   */
  static async open(bytes: Buffer): Promise<SubscriberFile> {
    if (!isUtf8(bytes))
      throw new SubscriberFileError('The file is no UTF-8 text: save it as CSV UTF-8');
    let total = 0;
    for await (const _ of readRows(bytes)) total += 1;
    if (total === 0) throw new SubscriberFileError('The file has no subscribers');
    return new SubscriberFile(bytes, total);
  }

  /** The subscribers one at a time, read from the file as they are asked for. */
  subscribers(): AsyncIterable<Subscriber> {
    return readRows(this.bytes);
  }
}

async function* readRows(bytes: Buffer): AsyncGenerator<Subscriber> {
  const parser = parse({
    bom: true,
    columns: checkedHeader,
    info: true,
    max_record_size: SLICE_BYTES,
    skip_empty_lines: true,
    trim: true,
  });
  try {
    for await (const row of Readable.from(slices(bytes)).pipe(parser)) {
      const { record, info } = row as { record: Record<'email' | 'name', string>; info: Info };
      yield { email: record.email, name: record.name, line: info.lines };
    }
  } catch (error) {
    throw error instanceof CsvError ? new SubscriberFileError(describe(error)) : error;
  }
}

// The parser takes a chunk as a whole: in slices, only so many rows are ahead of the sender.
function* slices(bytes: Buffer): Generator<Buffer> {
  for (let at = 0; at < bytes.length; at += SLICE_BYTES) {
    yield bytes.subarray(at, at + SLICE_BYTES);
  }
}

function checkedHeader(header: string[]): string[] {
  const columns = header.map((title) => title.toLowerCase());
  const missing = COLUMNS.filter((column) => !columns.includes(column));
  if (missing.length === 0) return columns;
  throw new SubscriberFileError(
    `The first line must name the columns email and name; missing: ${missing.join(', ')}`,
  );
}

function describe({ code, lines }: CsvError & { lines?: number }): string {
  switch (code) {
    case 'CSV_RECORD_INCONSISTENT_COLUMNS':
      return `Line ${lines} has not as many columns as the first line`;
    case 'CSV_QUOTE_NOT_CLOSED':
      return 'The file ends within quotes: one is not closed';
    default:
      return `The file is no CSV: line ${lines} cannot be read`;
  }
}
