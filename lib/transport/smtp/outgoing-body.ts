/** A message of at most so many bytes leaves in one write with its final dot. */
export const ONE_WRITE_BYTES = 64 * 1024;

/**
 * How much of a longer one is handed to the network at once, in bytes. With one big piece the end would be
 * reported although the peer had stopped reading long ago; slice by slice it is known how far it came.
 */
export const SLICE_BYTES = 256 * 1024;

/** A message on its way out, dot-stuffed, slice by slice. */
export interface OutgoingBody {
  /** True when all of it has been read. */
  readonly ended: boolean;
  /** The next slice in pieces, at most `SLICE_BYTES` before stuffing; none where there is none yet. */
  read(): readonly Buffer[];
  /** The final dot, once all of it has been read. */
  finalDot(): Buffer;
  /** Lets go of what it reads from. */
  close(): void;
}
