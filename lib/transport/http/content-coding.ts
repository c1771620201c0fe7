/** Bytes of a body as far as they could be decoded. */
export interface DecodedBody {
  readonly bytes: Buffer;
  /** False when they end early, are corrupt, too many, or in a coding that nobody asked for. */
  readonly isComplete: boolean;
}

type Zlib = typeof import('node:zlib');

const UNREADABLE: DecodedBody = { bytes: Buffer.alloc(0), isComplete: false };

/** Nobody applies more than one; each costs up to `maxBytes` of work. */
const MAX_CODINGS = 2;

/** The codings that were applied to a body, in their order (RFC 9110, 8.4); `header` is `Content-Encoding`. */
export function contentCodings(header: string | undefined): readonly string[] {
  if (header === undefined) return [];
  const names = header.split(',').map((name) => name.trim().toLowerCase());
  return names.filter((name) => name !== '' && name !== 'identity');
}

/** Undoes the codings of a body. What would be longer than `maxBytes` is not unpacked. */
export async function decodedBody(
  encoded: Buffer,
  codings: readonly string[],
  maxBytes: number,
): Promise<DecodedBody> {
  if (codings.length > MAX_CODINGS) return UNREADABLE;
  // Wanted only where somebody compresses unasked.
  const zlib = await import('node:zlib');
  let body: DecodedBody = { bytes: encoded, isComplete: true };
  for (const coding of codings.toReversed()) {
    const { bytes, isComplete } = decode(body.bytes, coding, { zlib, maxBytes });
    body = { bytes, isComplete: isComplete && body.isComplete };
  }
  return body;
}

interface Decoding {
  readonly zlib: Zlib;
  readonly maxBytes: number;
}

function decode(bytes: Buffer, coding: string, { zlib, maxBytes }: Decoding): DecodedBody {
  const limit = { maxOutputLength: maxBytes };
  const begun = isBrotli(coding)
    ? { finishFlush: zlib.constants.BROTLI_OPERATION_FLUSH }
    : { finishFlush: zlib.constants.Z_SYNC_FLUSH };
  const unpack = unpackerOf(coding, bytes, zlib);
  if (unpack === undefined) return UNREADABLE;
  const whole = attempt(() => unpack(bytes, limit));
  if (whole !== undefined) return { bytes: whole, isComplete: true };
  const beginning = attempt(() => unpack(bytes, { ...limit, ...begun }));
  return beginning === undefined ? UNREADABLE : { bytes: beginning, isComplete: false };
}

type Unpack = (
  bytes: Buffer,
  options: { readonly maxOutputLength: number; readonly finishFlush?: number },
) => Buffer;

function unpackerOf(coding: string, [first = 0]: Buffer, zlib: Zlib): Unpack | undefined {
  if (coding === 'gzip' || coding === 'x-gzip') return zlib.gunzipSync;
  if (isBrotli(coding)) return zlib.brotliDecompressSync;
  // Some send it without the head of zlib, which ends its first byte with the method 8 (RFC 1950).
  if (coding === 'deflate') return (first & 0x0f) === 8 ? zlib.inflateSync : zlib.inflateRawSync;
  return undefined;
}

function isBrotli(coding: string): boolean {
  return coding === 'br';
}

function attempt<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch {
    return undefined;
  }
}
