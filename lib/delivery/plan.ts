/** What the planner needs to know of a message. */
export interface Plannable {
  /** What only messages able to share a call have in common; `undefined`: this one goes alone. */
  readonly key: string | undefined;
  readonly recipients: number;
  /** What it takes in a call of its own. */
  readonly bytes: number;
  /** How much of that messages of one key have in common, sent once for all of them. */
  readonly sharedBytes: number;
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

interface OpenCall<T extends Plannable> {
  items: T[];
  recipients: number;
  bytes: number;
  full: boolean;
}

/**
 * Divides messages into calls: only messages of one key share a call, no limit is passed, every message
 * is in exactly one call, and calls stand in the order of their first message. A single message above
 * a limit goes alone: its provider refuses it by its own rules.
 */
export function planCalls<T extends Plannable>(
  messages: Iterable<T>,
  limits: CallLimits,
): PlannedCall<T>[] {
  const calls: OpenCall<T>[] = [];
  const open = new Map<string, OpenCall<T>>();
  for (const message of messages) {
    const call = message.key === undefined ? undefined : open.get(message.key);
    if (call !== undefined && fits(call, message, limits)) {
      add(call, message, limits);
      continue;
    }
    if (call !== undefined) call.full = true;
    const fresh: OpenCall<T> = { items: [], recipients: 0, bytes: 0, full: false };
    add(fresh, message, limits);
    calls.push(fresh);
    if (message.key === undefined) fresh.full = true;
    else open.set(message.key, fresh);
  }
  return calls;
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
  call.full ||= call.items.length >= limits.messages;
}
