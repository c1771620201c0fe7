import type { DeliveredCopy } from './delivered-mail.js';
import { freePorts } from './private-server.js';

/** How a port of a test server treats those who come to it. All of them offer STARTTLS. */
export const DOORS = [
  'open',
  /** Takes three connections at a time. */
  'three-connections',
  /** Takes messages of `SMALL_MESSAGE_BYTES` at most. */
  'small-messages',
  /** Refuses the client, the name that it gives, the sender: when it is asked for a recipient. */
  'refused-client',
  'refused-helo',
  'refused-sender',
  /** The same, as early as it can. */
  'refused-client-at-once',
  'refused-helo-at-once',
  'refused-sender-at-once',
] as const;

export type Door = (typeof DOORS)[number];

export type Ports = Readonly<Record<Door, number>>;

/** The bytes that the door `small-messages` takes. */
export const SMALL_MESSAGE_BYTES = 100_000;

/** A mailbox of a test server that does not exist; all others at `example.org` do. */
export const unknownUser = (name: string): string => `nobody-${name}@example.org`;

/** An address of a domain that no test server takes mail for. */
export const foreignUser = (name: string): string => `${name}@elsewhere.example`;

/** A real mail server, on loopback, that delivers the copy of each recipient into one Maildir. */
export interface MailServer {
  readonly port: Ports;
  /** Ends all its processes at once and starts it again, on the same ports with what it had queued. */
  restart(): Promise<void>;
  /** Takes what was delivered out of the Maildir, once nothing is queued any more. */
  takeDelivered(): Promise<DeliveredCopy[]>;
  /** Whether the server's log tells of a delivery of that queue id after its last start. */
  deliveredSinceStart(queueId: string): boolean;
  stop(): Promise<void>;
}

/** A free port for each door. */
export async function freePortsOfDoors(): Promise<Ports> {
  const ports = await freePorts(DOORS.length);
  return Object.fromEntries(DOORS.map((door, at) => [door, ports[at]])) as Ports;
}
