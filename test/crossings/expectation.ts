import type { Outcome } from 'nest-mailbridge';
import type { Row } from './dimensions.js';

/** How many there must and may be. */
export interface Range {
  readonly least: number;
  readonly most: number;
}

/** What must come out of a row. */
export interface Expectation {
  /** Messages that are handed over. */
  readonly messages: number;
  /** Messages of each outcome. */
  readonly outcomes: Readonly<Record<Outcome, Range>>;
  /** Copies of one message, at most. */
  readonly copies: number;
  /** The providers that may be left alone for a while. */
  readonly speaksAgainst: readonly string[];
}

/** Messages of a native batch, where the row makes batches. */
export const BATCH = 8;
const MESSAGES: Readonly<Record<Row['way'], number>> = { one: 3, bulk: 20, coalesced: 20 };

/** What becomes of the messages of a call that the row's fault befalls. */
type Fate = 'accepted' | 'rejected' | 'unsent' | 'unknown';

/**
 * What a row must come to, by the table of outcomes alone: what surely was not taken is tried again and
 * passed on, what may have been taken only where the user or a key of the provider says so, what was
 * refused never, and after an abort nothing is begun.
 */
export function expectationOf(row: Row): Expectation {
  const messages = MESSAGES[row.way];
  const outcomes =
    row.signal === 'aborted' ? abortedOutcomes(row, messages) : finishedOutcomes(row, messages);
  const copies = mayArriveTwice(row) ? 2 : 1;
  // A refused message, a rate limit and a single failure say nothing against the provider.
  const speaksAgainst = row.fault === 'refused' ? [row.provider] : [];
  return { messages, outcomes, copies, speaksAgainst };
}

function finishedOutcomes(row: Row, messages: number): Expectation['outcomes'] {
  const fate = fateOf(row);
  const struck = { ...NONE, least: 1, most: mostStruck(row, messages) };
  if (row.fault === 'refused') struck.least = messages;
  if (fate === 'accepted') return { ...NOBODY, accepted: exactly(messages) };
  return {
    ...NOBODY,
    [fate]: struck,
    accepted: { least: messages - struck.most, most: messages - struck.least },
  };
}

/** The first call ends in its own time, and is the last; what was not tried is `cancelled`. */
function abortedOutcomes(row: Row, messages: number): Expectation['outcomes'] {
  // Where no server sees the first call its end is the moment, and the next may have begun.
  const calls = row.fault === 'refused' || row.provider === 'mailbox' ? 2 : 1;
  const most = Math.min(calls * mostInCall(row), messages);
  const cancelled = { least: messages - most, most: messages - 1 };
  if (row.fault === 'bad message') {
    // Of a call that is refused as a whole nothing goes again: neither is the bad one found any more.
    const some = { least: 0, most };
    return {
      ...NOBODY,
      accepted: { least: 0, most: most - 1 },
      rejected: { least: 0, most: 1 },
      unsent: some,
      cancelled,
    };
  }
  return { ...NOBODY, [fateOf(row)]: { least: 1, most }, cancelled };
}

/** The fate of what the fault befalls, in the end. */
function fateOf(row: Row): Fate {
  const passedOn = passesOn(row) ? 'accepted' : 'unsent';
  const fates: Readonly<Record<Row['fault'], Fate>> = {
    'no fault': 'accepted',
    'bad message': 'rejected',
    '429': triesAgain(row) ? 'accepted' : passedOn,
    cut: doubtOf(row),
    // The answer to the final dot is about that message; a status of HTTP does not say what became of it.
    '5xx': row.provider === 'smtp' ? 'rejected' : doubtOf(row),
    refused: passedOn,
  };
  return fates[row.fault];
}

/** What may have been taken: only a key, or the user's word, lets it be sent again. */
function doubtOf(row: Row): Fate {
  const resends = row.onUnknown === 'resend';
  const isSettled =
    (triesAgain(row) && (resends || row.idempotency === 'key')) || (passesOn(row) && resends);
  return isSettled ? 'accepted' : 'unknown';
}

function triesAgain({ retry, signal }: Row): boolean {
  return retry === 'retry' && signal === 'no signal';
}

function passesOn({ route, signal }: Row): boolean {
  return route === 'route' && signal === 'no signal';
}

/** Only what was in doubt is sent twice, and to a provider that knows the call not even that. */
function mayArriveTwice(row: Row): boolean {
  if (row.onUnknown === 'report' || row.signal === 'aborted') return false;
  const isInDoubt = row.fault === 'cut' || (row.fault === '5xx' && row.provider !== 'smtp');
  const isRepeatedByKey = row.idempotency === 'key' && row.retry === 'retry';
  return isInDoubt && !isRepeatedByKey && doubtOf(row) === 'accepted';
}

function mostStruck(row: Row, messages: number): number {
  if (row.fault === 'refused') return messages;
  return row.fault === 'bad message' ? 1 : mostInCall(row);
}

/** Messages of one call, at most. */
function mostInCall({ provider, way, attachment }: Row): number {
  const isBatched =
    way !== 'one' && attachment === 'buffer' && provider !== 'smtp' && provider !== 'mailbox';
  return isBatched ? BATCH : 1;
}

const NONE: Range = { least: 0, most: 0 };
const NOBODY: Expectation['outcomes'] = {
  accepted: NONE,
  rejected: NONE,
  unsent: NONE,
  unknown: NONE,
  cancelled: NONE,
};

function exactly(count: number): Range {
  return { least: count, most: count };
}
