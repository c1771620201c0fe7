/**
 * What the library shall reach, in one place. Times are of a contender in the same run; a missed target
 * is reported and changes no exit code, since it depends on the machine.
 */
export const TARGETS = {
  http: {
    /** CPU a message, in times of `undici.request`. */
    cpu: { atMost: 3 },
    /** Messages a second, in times of what a user would take instead. */
    wall: { atLeast: 2.5 },
    /** µs of CPU a message over the same transport called bare. */
    ownLayers: { atMost: 30 },
    /** The same on any machine: those 30 µs were set where `undici.request` took 63. */
    ownLayersOverUndici: { atMost: 0.48 },
  },
  /** Messages a second, in times of the contender's. */
  smtp: {
    nodemailer: { atLeast: 4 },
    upyo: { atLeast: 1.2 },
    attachment: { atLeast: 1.3 },
    distant: { atLeast: 1 },
    roundTrips: { atMost: 2 },
  },
  /** Messages a second, in times of one request a message. */
  batch: {
    postmark: { atLeast: 10 },
    sendgrid: { atLeast: 15 },
    ses: { atLeast: 10 },
    /** Times less CPU a message, with Postmark. */
    postmarkCpu: { atLeast: 10 },
  },
  memory: {
    /** MB that a million messages take over an idle process. */
    overIdleMb: { atMost: 60 },
    /** Ten times the messages take so many times as long. */
    linear: { atMost: 12 },
    /** The longest that the event loop is blocked, in ms. */
    blockedMs: { atMost: 20 },
  },
  /** Over an empty Nest context. */
  startup: { ms: { atMost: 20 }, rssMb: { atMost: 3 }, heavyPackages: { atMost: 0 } },
  /** µs to normalise a plain message. */
  cpu: { normalizePlain: { atMost: 10 } },
};

/** @returns {'ok' | 'MISS' | ''} empty where there is no target */
export function verdictOf(value, target) {
  if (target === undefined) return '';
  const { atLeast = -Infinity, atMost = Infinity } = target;
  return value >= atLeast && value <= atMost ? 'ok' : 'MISS';
}
