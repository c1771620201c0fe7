import type { Readable } from 'node:stream';

type OpenContent = () => Readable;

const givenStreams = new WeakMap<OpenContent, Readable>();

/** True for a Node stream that can be read, whichever copy of the stream classes it comes from. */
export function isReadable(value: unknown): value is Readable {
  return (
    typeof value === 'object' &&
    value !== null &&
    typeof (value as Partial<Readable>).pipe === 'function' &&
    typeof (value as Partial<Readable>)[Symbol.asyncIterator] === 'function' &&
    typeof (value as Partial<Readable>).destroy === 'function'
  );
}

/**
 * Holds the place of a stream that can be read only once, until `resolveAttachments` puts its bytes there.
 * Calling it is a mistake, and throws: a second reader would silently get nothing.
 */
export function placeholderFor(stream: Readable): OpenContent {
  const placeholder = refuseToOpen.bind(undefined);
  givenStreams.set(placeholder, stream);
  // A file that cannot be opened says so before anyone reads: without a listener that ends the process.
  stream.on('error', () => {});
  return placeholder;
}

/** The stream behind a placeholder, if the content is one. */
export function givenStream(content: Buffer | OpenContent): Readable | undefined {
  return typeof content === 'function' ? givenStreams.get(content) : undefined;
}

function refuseToOpen(): never {
  throw new Error('The attachment was given as a stream: resolveAttachments must read it first');
}
