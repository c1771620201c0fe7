/** What the planner needs to know of a message. */
export interface Plannable {
  /** What only messages able to share a call have in common; `undefined`: this one goes alone. */
  readonly key: string | undefined;
  readonly recipients: number;
  /** What it takes in a call of its own. */
  readonly bytes: number;
  /** How much of that messages of one key have in common, sent once for all of them. */
  readonly sharedBytes: number;
  /** What may stand only once in a call. */
  readonly unique: readonly string[];
}

/** What one call takes. */
export interface CallLimits {
  readonly messages: number;
  readonly recipients: number;
  readonly bytes: number;
}

/** Messages that go out in one call, in input order. */
export interface PlannedCall<T> {
  readonly items: T[];
  /** Whether the next message of its kind did not fit: waiting for more gains nothing. */
  readonly full: boolean;
}

/** Open calls of one key: further ones only where messages may not stand in one call together. */
const MAX_OPEN_CALLS = 32;

interface OpenCall<T extends Plannable> {
  items: T[];
  recipients: number;
  bytes: number;
  full: boolean;
  /** What stands in it and may stand only once; made with the first message that has any. */
  unique: Set<string> | undefined;
}

/**
 * Divides messages into calls: only messages of one key share a call, no limit is passed, nothing that may
 * stand only once in a call stands in it twice, every message is in exactly one call, and calls stand in
 * the order of their first message. A single message above a limit goes alone: its provider refuses it by
 * its own rules.
 */
export function planCalls<T extends Plannable>(
  messages: Iterable<T>,
  limits: CallLimits,
): PlannedCall<T>[] {
  const calls: OpenCall<T>[] = [];
  const openByKey = new Map<string, OpenCall<T>[]>();
  for (const message of messages) {
    const { key } = message;
    const open = key === undefined ? undefined : openByKey.get(key);
    const call = open?.find((each) => !clashes(each, message));
    if (call !== undefined && fits(call, message, limits)) {
      add(call, message, limits);
      continue;
    }
    const fresh: OpenCall<T> = {
      items: [],
      recipients: 0,
      bytes: 0,
      full: false,
      unique: undefined,
    };
    add(fresh, message, limits);
    calls.push(fresh);
    if (key === undefined) fresh.full = true;
    else openByKey.set(key, stillOpen(open, call, fresh));
  }
  return calls;
}

/** The open calls of a key after a fresh one was begun, since `overfull` had no room for a message. */
function stillOpen<T extends Plannable>(
  open: readonly OpenCall<T>[] = [],
  overfull: OpenCall<T> | undefined,
  fresh: OpenCall<T>,
): OpenCall<T>[] {
  if (overfull !== undefined) overfull.full = true;
  const others = open.filter((each) => each !== overfull);
  const [oldest] = others;
  if (oldest === undefined || others.length < MAX_OPEN_CALLS) return [...others, fresh];
  oldest.full = true;
  return [...others.slice(1), fresh];
}

function clashes({ unique: standing }: OpenCall<Plannable>, { unique }: Plannable): boolean {
  return standing !== undefined && unique.some((each) => standing.has(each));
}

function fits(call: OpenCall<Plannable>, message: Plannable, limits: CallLimits): boolean {
  return (
    call.items.length < limits.messages &&
    call.recipients + message.recipients <= limits.recipients &&
    call.bytes + message.bytes - message.sharedBytes <= limits.bytes
  );
}

function add<T extends Plannable>(call: OpenCall<T>, message: T, limits: CallLimits): void {
  call.bytes += message.bytes - (call.items.length === 0 ? 0 : message.sharedBytes);
  call.items.push(message);
  call.recipients += message.recipients;
  if (message.unique.length > 0) {
    call.unique ??= new Set();
    for (const each of message.unique) call.unique.add(each);
  }
  call.full ||= call.items.length >= limits.messages;
}
