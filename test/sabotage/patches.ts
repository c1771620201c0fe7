/** A change that makes the library lie, and the chaos run that must find it out. */
export interface Patch {
  /** The lie. */
  readonly name: string;
  /** The file that is changed, from the root of the repository. */
  readonly file: string;
  /** A text that stands in the file exactly once. */
  readonly pattern: string;
  readonly replacement: string;
  /** The case of the chaos run, see `test/chaos/cases.ts`. */
  readonly case: string;
  /** What the run must say of it. */
  readonly caughtBy: RegExp;
}

const NEVER_ARRIVED = /accepted that never arrived/;
const DID_ARRIVE = /surely not taken that did arrive/;

/** Every patch is applied alone. */
export const PATCHES: readonly Patch[] = [
  {
    name: 'a reset after DATA is unsent',
    file: 'lib/providers/smtp/smtp-outcome.ts',
    pattern: `if (stage === 'answer') return reason !== 'reply';`,
    replacement: `if (stage === 'answer') return false;`,
    case: 'smtp',
    caughtBy: /surely not taken that did arrive|arrived more often/,
  },
  {
    name: 'a refusal after the final dot is accepted',
    file: 'lib/transport/smtp/transaction.ts',
    pattern: `if (isYes(reply) && isInPlace)`,
    replacement: `if ((isYes(reply) || isNo(reply)) && isInPlace)`,
    case: 'smtp',
    caughtBy: NEVER_ARRIVED,
  },
  {
    name: 'a batch drops one message',
    file: 'lib/providers/sendgrid/sendgrid-request.ts',
    pattern: `mapInTurns(emails, personalization)`,
    replacement: `mapInTurns(emails.slice(1), personalization)`,
    case: 'sendgrid',
    caughtBy: NEVER_ARRIVED,
  },
  {
    name: 'unknown is sent again under report',
    file: 'lib/delivery/shipment.ts',
    pattern: `if (submission.outcome === 'unknown') return this.resendUnknown;`,
    replacement: `if (submission.outcome === 'unknown') return true;`,
    case: 'sendgrid',
    caughtBy: /sent again although nobody knew/,
  },
  {
    name: 'a bulk ends after 50 messages',
    file: 'lib/bulk/source-reader.ts',
    pattern: `else if (answer.result.done === true) this.#isComplete = true;`,
    replacement: `else if (answer.result.done === true || (this.taken = (this.taken ?? 0) + 1) > 50) this.#isComplete = true;`,
    case: 'smtp',
    caughtBy: /messages were taken of/,
  },
  {
    name: 'neighbours in a batch swap their texts',
    file: 'lib/providers/postmark/postmark-request.ts',
    pattern: `jsonList(emails, message, LISTS[kind])`,
    replacement: `jsonList(emails, (email) => ({ ...message(email), TextBody: message(emails.at(emails.indexOf(email) - 1)!)['TextBody'] }), LISTS[kind])`,
    case: 'postmark',
    caughtBy: /arrived with another text/,
  },
  {
    name: 'a complete request without an answer is unsent',
    file: 'lib/providers/api/api-outcome.ts',
    pattern: `return mayHaveArrived`,
    replacement: `return false`,
    case: 'mailgun',
    caughtBy: DID_ARRIVE,
  },
  {
    name: 'nothing is ever sent',
    file: 'lib/delivery/attempt.ts',
    pattern: `const submissions = await patience.wait(call);`,
    replacement: `const submissions = Array.from({ length: count }, () => ({ outcome: 'rejected', failure: { code: 'NO', message: 'no' } }));`,
    case: 'ses',
    caughtBy: /only 0 accepted/,
  },
];

/**
 * The source with the lie in it.
 *
 * @throws Error when the pattern does not stand in the source exactly once
 */
export function patched(source: string, { name, file, pattern, replacement }: Patch): string {
  const parts = source.split(pattern);
  if (parts.length !== 2) {
    throw new Error(`'${name}': the pattern stands ${parts.length - 1} times in ${file}`);
  }
  return parts.join(replacement);
}
