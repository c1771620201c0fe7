import type { EmailResponseDto, Outcome } from 'nest-mailbridge';

/** What a message consists of; attachments are digests. */
export interface Content {
  readonly subject: string;
  readonly text: string;
  readonly attachments: readonly string[];
}

/** A message as it is asked for, or a copy of it as a server has taken it. */
export interface Mail {
  readonly id: string;
  /** The bare addresses of everybody who gets it. */
  readonly recipients: readonly string[];
  readonly content: Content;
}

/** The records of a row that has ended. */
export interface Books {
  readonly asked: readonly Mail[];
  readonly responses: readonly EmailResponseDto[];
  readonly copies: readonly Mail[];
  readonly onUnknown: 'report' | 'resend';
  readonly leastAccepted: number;
}

/** What does not hold of the promises, in words: empty where all of them do. */
export function violationsOf({ asked, responses, copies, ...rules }: Books): string[] {
  const violations: string[] = [];
  for (const message of asked) {
    const own = responses.filter(({ id }) => id === message.id);
    const [response] = own;
    if (response === undefined || own.length > 1) {
      violations.push(`${message.id} has ${own.length} outcomes`);
      continue;
    }
    const arrived = copies.filter(({ id }) => id === message.id);
    violations.push(...arrivalProblems(message, response, arrived, rules.onUnknown));
  }
  const strange = copies.filter(({ id }) => !asked.some((message) => message.id === id));
  if (strange.length > 0) violations.push(`${strange.length} that nobody asked for`);
  const accepted = responses.filter(({ outcome }) => outcome === 'accepted').length;
  if (accepted < rules.leastAccepted) violations.push(`only ${accepted} accepted`);
  return violations;
}

function arrivalProblems(
  asked: Mail,
  response: EmailResponseDto,
  copies: readonly Mail[],
  onUnknown: Books['onUnknown'],
): string[] {
  const { history, outcome } = response;
  const doubts = history.slice(0, -1).filter((each) => each.outcome === 'unknown').length;
  const extra = onUnknown === 'resend' ? doubts : 0;
  const isDenied = !(['accepted', 'unknown'] satisfies Outcome[] as Outcome[]).includes(outcome);
  const problems = asked.recipients.flatMap((address) => {
    const count = copies.filter(({ recipients }) => recipients.includes(address)).length;
    if (outcome === 'accepted' && count === 0) return `${address} never got what was accepted`;
    if (isDenied && count > 0) return `${address} got what was ${outcome}`;
    return count > 1 + extra ? `${address} got ${count} copies` : [];
  });
  if (isDenied && history.some((each) => each.outcome === 'unknown')) {
    problems.push(`${asked.id} was unknown, and is ${outcome}`);
  }
  const isOther = (copy: Mail) =>
    JSON.stringify(copy.content) !== JSON.stringify(asked.content) ||
    copy.recipients.some((address) => !asked.recipients.includes(address));
  return copies.some(isOther) ? [...problems, `${asked.id} is not what was sent`] : problems;
}
