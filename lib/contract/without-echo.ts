import type { MailAddress } from '../message/mail-address.js';
import type { OutgoingEmail } from '../message/outgoing-email.js';
import type { DeliveryFailure } from './outcome.js';
import type { Submission } from './submission.js';

const MASK = '[content]';
const WORD = /[\p{L}\p{M}\p{N}_]+/gu;

/**
 * Takes out of the failures what they repeat of the messages: a refusal may quote a subject, a one-time
 * code or a name, and failures are logged. Masked is whatever a message says too, where that is ten
 * characters long or more, or four with a digit among them.
 */
export function withoutEcho(
  submissions: readonly Submission[],
  emails: readonly OutgoingEmail[],
): readonly Submission[] {
  const failures = submissions.map(failuresOf);
  if (failures.every(({ length }) => length === 0)) return submissions;
  // A call that failed as a whole says the same of each message, and may quote any of them.
  const concerned = new Map<string, Set<OutgoingEmail>>();
  for (const [at, email] of emails.entries()) {
    for (const words of wordsOf(failures[at] ?? [], submissions[at]?.response)) {
      concerned.set(words, (concerned.get(words) ?? new Set()).add(email));
    }
  }
  const masked = new Map<string, string>();
  for (const [words, those] of concerned) {
    masked.set(words, mask(words, [...those].flatMap(contentOf)));
  }
  return submissions.map((submission) => withWords(submission, masked));
}

const NO_FAILURES: readonly DeliveryFailure[] = [];

function failuresOf(submission: Submission): readonly DeliveryFailure[] {
  if (submission.outcome === 'accepted' && submission.recipients === undefined) return NO_FAILURES;
  const own = submission.outcome === 'accepted' ? [] : [submission.failure];
  const each = submission.recipients?.flatMap(({ failure }) => failure ?? []) ?? [];
  return [...own, ...each];
}

function wordsOf(failures: readonly DeliveryFailure[], response: string | undefined): string[] {
  // One word is a provider's own name for the failure.
  const words = failures.flatMap(({ code, message }) =>
    code.includes(' ') ? [code, message] : [message],
  );
  return response === undefined ? words : [...words, response];
}

function withWords(submission: Submission, masked: ReadonlyMap<string, string>): Submission {
  const cleaned = (failure: DeliveryFailure) => ({
    ...failure,
    code: masked.get(failure.code) ?? failure.code,
    message: masked.get(failure.message) ?? failure.message,
  });
  const recipients = submission.recipients?.map((recipient) =>
    recipient.failure === undefined
      ? recipient
      : { ...recipient, failure: cleaned(recipient.failure) },
  );
  const { response } = submission;
  const parts = {
    ...(recipients !== undefined && { recipients }),
    ...(response !== undefined && { response: masked.get(response) ?? response }),
  };
  if (submission.outcome === 'accepted') return { ...submission, ...parts };
  return { ...submission, failure: cleaned(submission.failure), ...parts };
}

/** Everything that a message says, as far as it is text. */
function contentOf(email: OutgoingEmail): string[] {
  const { subject = '', html = '', text = '', from, to, cc, bcc, replyTo } = email;
  const names = [from, ...to, ...cc, ...bcc, ...replyTo].map(({ name = '' }: MailAddress) => name);
  return [
    subject,
    html,
    text,
    ...names,
    ...Object.values(email.headers),
    ...email.attachments.map(({ filename }) => filename),
    ...textsIn([email.substitutions, email.templateData, email.metadata]),
  ];
}

function textsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  if (typeof value === 'number') return [String(value)];
  if (typeof value !== 'object' || value === null) return [];
  return Object.values(value).flatMap(textsIn);
}

/** A word by its place in a text. */
interface Word {
  readonly start: number;
  readonly end: number;
}

function mask(text: string, contents: readonly string[]): string {
  const said = [...new Set(contents)].join('\n');
  const words = Array.from(text.matchAll(WORD), ({ 0: word, index }) => ({
    start: index,
    end: index + word.length,
  }));
  let result = '';
  let done = 0;
  for (const [at, { start }] of words.entries()) {
    if (start < done) continue;
    const end = endOfRepeated(text, words.slice(at), said);
    if (end === undefined) continue;
    result += `${text.slice(done, start)}${MASK}`;
    done = end;
  }
  return result + text.slice(done);
}

/** Where the words end that the messages say too, from the first one on; `undefined` if they do not. */
function endOfRepeated(text: string, words: readonly Word[], said: string): number | undefined {
  const start = words[0]?.start ?? 0;
  const isSaid = ({ end }: Word) => said.includes(text.slice(start, end));
  const telling = words.findIndex(({ end }) => isTelling(text.slice(start, end)));
  if (telling < 0 || !isSaid(words[telling]!)) return undefined;
  const beyond = words.findIndex((word, at) => at > telling && !isSaid(word));
  return words.at(beyond < 0 ? -1 : beyond - 1)?.end;
}

function isTelling(run: string): boolean {
  return run.length >= 10 || (run.length >= 4 && /\d/.test(run));
}
