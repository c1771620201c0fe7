import { REFUSED_TOGETHER, isHeldBack, unsent, type Submission } from '../contract/submission.js';

/** Makes one call: one result for each message, or `undefined` when it was not made any more. */
export type MakeCall<T> = (messages: readonly T[]) => Promise<readonly Submission[] | undefined>;

/**
 * Makes a call, and where it is refused as a whole because of one message takes the culprit out: by the
 * position that the provider named, else by halving, with about 2·log2(n) further calls for each. The
 * others go. Only what surely was not taken is sent again.
 */
export function isolating<T>(
  messages: readonly T[],
  makeCall: MakeCall<T>,
  independent: boolean,
): Promise<readonly Submission[] | undefined> {
  return messages.length === 1
    ? makeCall(messages)
    : isolatingAmong(messages, makeCall, independent);
}

async function isolatingAmong<T>(
  messages: readonly T[],
  makeCall: MakeCall<T>,
  independent: boolean,
): Promise<readonly Submission[] | undefined> {
  const submissions = await makeCall(messages);
  if (submissions === undefined) return submissions;
  const again = (some: readonly T[]) => sendAgain(some, makeCall, independent);
  const innocent = submissions.map(isHeldBack);
  const isNamed = innocent.includes(true) && innocent.includes(false);
  if (isNamed) {
    const resent = (await again(messages.filter((_, at) => innocent[at]))).values();
    return submissions.map((each, at) => (innocent[at] ? resent.next().value! : each));
  }
  if (innocent.includes(true) || (!independent && isRefusedAsOne(submissions))) {
    const middle = Math.ceil(messages.length / 2);
    return [...(await again(messages.slice(0, middle))), ...(await again(messages.slice(middle)))];
  }
  return submissions;
}

/** What is not sent again after all was refused with its neighbours, and surely not taken. */
async function sendAgain<T>(
  messages: readonly T[],
  makeCall: MakeCall<T>,
  independent: boolean,
): Promise<readonly Submission[]> {
  const submissions = await isolating(messages, makeCall, independent);
  return submissions ?? messages.map(notSentAgain);
}

function notSentAgain(): Submission {
  const message =
    'the call was refused because of another message, and there was no time for a next';
  return unsent({ code: REFUSED_TOGETHER, message });
}

/** Whether all were rejected alike, because of a message or a recipient. */
function isRefusedAsOne(submissions: readonly Submission[]): boolean {
  const [first] = submissions;
  if (first?.outcome !== 'rejected') return false;
  const { code, message, scope } = first.failure;
  if (scope !== 'message' && scope !== 'recipient') return false;
  return submissions.every(
    (each) =>
      each.outcome === 'rejected' &&
      each.failure.code === code &&
      each.failure.message === message &&
      each.failure.scope === scope,
  );
}
