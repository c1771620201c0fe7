import type { Dimensions, Row } from './dimensions.js';

/** Values that cannot stand together. */
export interface Exclusion {
  readonly name: string;
  readonly why: string;
  /** The combination: one of the values of each dimension that is named. */
  readonly values: { readonly [D in keyof Dimensions]?: readonly Dimensions[D][number][] };
}

/** Every combination that no row has. What is not named here is tried. */
export const EXCLUSIONS: readonly Exclusion[] = [
  {
    name: 'key without keys',
    why: 'only brevo, and a custom provider that declares it, know a call by its key',
    values: {
      provider: ['smtp', 'sendgrid', 'postmark', 'mailgun', 'ses', 'mailbox'],
      idempotency: ['key'],
    },
  },
  {
    name: 'coalesced without batches',
    why: 'smtp and mailbox have no native batches that messages could share',
    values: { provider: ['smtp', 'mailbox'], way: ['coalesced'] },
  },
  {
    name: 'coalesced streams',
    why: 'a message whose attachment must be read first goes alone',
    values: { way: ['coalesced'], attachment: ['given stream', 'function'] },
  },
  {
    name: 'coalesced with a signal',
    why: 'a message that may be stopped alone goes alone',
    values: { way: ['coalesced'], signal: ['aborted'] },
  },
  {
    name: 'mailbox over TLS',
    why: 'the mailbox has no connection',
    values: { provider: ['mailbox'], connection: ['tls'] },
  },
  {
    name: 'slow mailbox',
    why: 'the mailbox has no server whose words could come late',
    values: { provider: ['mailbox'], answer: ['after 5 ms', 'in pieces'] },
  },
  {
    name: 'failing mailbox',
    why: 'the mailbox takes every message',
    values: { provider: ['mailbox'], fault: ['bad message', '429', 'cut', '5xx', 'refused'] },
  },
  {
    name: 'late refusal of a connection',
    why: 'where nobody listens no words come, so none can be late',
    values: { fault: ['refused'], answer: ['after 5 ms', 'in pieces'] },
  },
];

/** The rule that forbids what stands in a row so far, if there is one. */
export function exclusionOf(row: Partial<Row>): Exclusion | undefined {
  return EXCLUSIONS.find(({ values }) =>
    Object.entries(values).every(([dimension, some]) => {
      const value = row[dimension as keyof Row];
      return value !== undefined && (some as readonly string[]).includes(value);
    }),
  );
}
