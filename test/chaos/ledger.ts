import type { EmailResponseDto } from 'nest-mailbridge';

const OUTCOMES = ['accepted', 'rejected', 'unsent', 'unknown', 'cancelled'] as const;
type Outcome = (typeof OUTCOMES)[number];

/** The content of a message. Long texts may be digests of them: they are only compared. */
export interface LedgerContent {
  readonly subject: string;
  readonly text: string;
  /** One entry for each attachment: its name and a digest of its bytes. */
  readonly attachments: readonly string[];
}

/** A message as the library was asked to send it. */
export interface AskedMessage {
  readonly id: string;
  /** Bare addresses of everybody who shall get it. */
  readonly recipients: readonly string[];
  /** Compared with each copy that says what it contains. */
  readonly content?: LedgerContent;
}

/** A message that a server has read to its end and taken. */
export interface ReceivedCopy {
  /** The id of the message that it is a copy of. */
  readonly id: string;
  /** Bare addresses of those that this copy goes to. */
  readonly recipients: readonly string[];
  readonly content?: LedgerContent;
}

/** What the ledger reads of a response. */
export type LedgerResponse = Pick<EmailResponseDto, 'id' | 'outcome' | 'history' | 'recipients'>;

/** All messages of a run, each with its number from 0. */
export interface AskedMessages {
  readonly count: number;
  /** The most recipients that one message has. */
  readonly maxRecipients: number;
  at(number: number): AskedMessage;
  /** The number of a message, `undefined` for an id that nobody gave. */
  numberOf(id: string): number | undefined;
}

/** What the library may do with a message whose outcome is unknown. */
export interface LedgerPolicy {
  readonly onUnknown: 'report' | 'resend';
  /** The providers that know a repeated call by its key. @default none */
  readonly keyedProviders?: readonly string[];
}

/** The size that a run must have had, so that it proves something. */
export interface LedgerMinimum {
  /** How many messages the library was given. @default as many as it took */
  readonly given?: number;
  /** @default 0 */
  readonly leastAccepted?: number;
  /** The faults that the run suffered. */
  readonly faults?: number;
  /** @default 0 */
  readonly leastFaults?: number;
}

/** The result of a run. */
export interface Balance {
  readonly outcomes: Readonly<Record<Outcome, number>>;
  /** Messages of the outcome `unknown` that did arrive. */
  readonly unknownArrived: number;
  /** Attempts of the outcome `unknown` after which the message was sent again. */
  readonly resent: number;
  /** Messages that were in doubt and whose last attempt was surely not taken. */
  readonly doubtsBeforeUnsent: number;
  /** Copies beyond the first of each message and recipient. */
  readonly extraCopies: number;
  /** The promises that do not hold, in words; empty where all of them do. */
  readonly violations: readonly string[];
}

/** Violations that are found while the run goes on, by their words. */
const FOUND = {
  strangeResponse: 'with an outcome that nobody had asked for',
  strangeCopy: 'that arrived although nobody had asked for them',
  strangeRecipient: 'that arrived at somebody they were not meant for',
  subject: 'that arrived with another subject',
  text: 'that arrived with another text',
  attachments: 'that arrived with other attachments',
  forgotten: 'surely not taken although an attempt was unknown',
  repeated: 'sent again although nobody knew whether they had been taken',
} as const;

/**
 * Keeps what the library said of each message beside what truly arrived. A few bytes for each message
 * and recipient, since a soak has millions of them.
 */
export class Ledger {
  readonly #responses: Uint8Array;
  readonly #outcomes: Uint8Array;
  readonly #resent: Uint8Array;
  /** Of each message and recipient. */
  readonly #recipientOutcomes: Uint8Array;
  readonly #copies: Uint8Array;
  readonly #found = new Map<keyof typeof FOUND, number>();
  #submitted = 0;
  #doubtsBeforeUnsent = 0;

  constructor(
    readonly asked: AskedMessages,
    readonly policy: LedgerPolicy = { onUnknown: 'report' },
  ) {
    const { count, maxRecipients } = asked;
    this.#responses = new Uint8Array(count);
    this.#outcomes = new Uint8Array(count);
    this.#resent = new Uint8Array(count);
    this.#recipientOutcomes = new Uint8Array(count * maxRecipients);
    this.#copies = new Uint8Array(count * maxRecipients);
  }

  /** The most messages that there will be. */
  get capacity(): number {
    return this.asked.count;
  }

  /** How many messages the library has taken from us. */
  get submitted(): number {
    return this.#submitted;
  }

  /** Hands the next message over to the library; gives back its id. */
  submit(): string {
    this.#submitted += 1;
    return this.asked.at(this.#submitted - 1).id;
  }

  /** Takes in that a server has read a message to its end and taken it. */
  arrived({ id, recipients, content }: ReceivedCopy): void {
    const number = this.submittedNumber(id);
    if (number === undefined) {
      this.find('strangeCopy');
      return;
    }
    const asked = this.asked.at(number);
    for (const address of recipients) {
      const slot = this.slotOf(number, asked, address);
      if (slot === undefined) this.find('strangeRecipient');
      else this.#copies[slot]! += 1;
    }
    this.compare(asked.content, content);
  }

  /** Takes in what the library says of a message. */
  settled({ id, outcome, history, recipients }: LedgerResponse): void {
    const number = this.submittedNumber(id);
    if (number === undefined) {
      this.find('strangeResponse');
      return;
    }
    this.#responses[number]! += 1;
    this.#outcomes[number] = codeOf(outcome);
    const asked = this.asked.at(number);
    for (const address of asked.recipients) {
      const own = recipients?.find((each) => each.address === address)?.outcome ?? outcome;
      this.#recipientOutcomes[this.slotOf(number, asked, address)!] = codeOf(own);
    }
    this.followDoubts(number, outcome, history);
  }

  /** Says whether the promises hold (L1 to L4 of the fault tests), and of how much of a run. */
  balance(minimum: LedgerMinimum = {}): Balance {
    const outcomes = this.outcomes();
    return {
      outcomes,
      unknownArrived: this.count((number) => this.is(number, 'unknown') && this.hasArrived(number)),
      resent: this.sum((number) => this.#resent[number]!),
      doubtsBeforeUnsent: this.#doubtsBeforeUnsent,
      extraCopies: this.sum((number) => this.sumOver(number, (slot) => this.extra(slot))),
      violations: [
        ...this.brokenPromises(),
        ...shortfalls(this.#submitted, outcomes.accepted, minimum),
      ],
    };
  }

  private brokenPromises(): string[] {
    const counts: [number, string][] = [
      [this.count((number) => this.#responses[number] === 0), 'without an outcome'],
      [this.count((number) => this.#responses[number]! > 1), 'with more than one outcome'],
      [this.countSlots((slot) => this.isLost(slot)), 'accepted that never arrived'],
      [this.countSlots((slot) => this.isDenied(slot)), 'surely not taken that did arrive'],
      [
        this.countSlots((slot, number) => this.extra(slot) > this.explained(number)),
        'that arrived more often than an unknown outcome explains',
      ],
      ...[...this.#found].map(([what, count]): [number, string] => [count, FOUND[what]]),
    ];
    return counts.filter(([count]) => count > 0).map(([count, what]) => `${count} ${what}`);
  }

  private compare(asked: LedgerContent | undefined, copy: LedgerContent | undefined): void {
    if (asked === undefined || copy === undefined) return;
    if (asked.subject !== copy.subject) this.find('subject');
    if (asked.text !== copy.text) this.find('text');
    if (listed(asked.attachments) !== listed(copy.attachments)) this.find('attachments');
  }

  private followDoubts(number: number, outcome: Outcome, history: LedgerResponse['history']): void {
    const wasUnknown = history.some((each) => each.outcome === 'unknown');
    if (!wasUnknown) return;
    const repeated = history.slice(1).filter((_, at) => history[at]!.outcome === 'unknown');
    this.#resent[number] = repeated.length;
    if (outcome !== 'accepted' && outcome !== 'unknown') this.find('forgotten');
    if (history.at(-1)!.outcome === 'unsent') this.#doubtsBeforeUnsent += 1;
    const isForbidden = history.some(
      (each, at) => each.outcome === 'unknown' && !this.mayFollow(each, history[at + 1]),
    );
    // Of several recipients those who were put off may be tried again: their copies tell of the others.
    if (isForbidden && this.asked.at(number).recipients.length === 1) this.find('repeated');
  }

  /** Under `report` only a provider that knows the call by its key may be asked again. */
  private mayFollow(
    { provider }: LedgerResponse['history'][number],
    next: LedgerResponse['history'][number] | undefined,
  ): boolean {
    if (next === undefined || this.policy.onUnknown === 'resend') return true;
    return next.provider === provider && this.policy.keyedProviders?.includes(provider) === true;
  }

  /** Copies beyond the first that a message may have. */
  private explained(number: number): number {
    return this.policy.onUnknown === 'resend' ? this.#resent[number]! : 0;
  }

  private outcomes(): Balance['outcomes'] {
    const counts = OUTCOMES.map((name) => [name, this.count((n) => this.is(n, name))] as const);
    return Object.fromEntries(counts) as Balance['outcomes'];
  }

  private is(number: number, outcome: Outcome): boolean {
    return this.#outcomes[number] === codeOf(outcome);
  }

  private hasArrived(number: number): boolean {
    return this.sumOver(number, (slot) => this.#copies[slot]!) > 0;
  }

  private isLost(slot: number): boolean {
    return this.#recipientOutcomes[slot] === codeOf('accepted') && this.#copies[slot] === 0;
  }

  private isDenied(slot: number): boolean {
    const outcome = this.#recipientOutcomes[slot]!;
    const mayBeThere = [0, codeOf('accepted'), codeOf('unknown')].includes(outcome);
    return !mayBeThere && this.#copies[slot]! > 0;
  }

  private extra(slot: number): number {
    return Math.max(0, this.#copies[slot]! - 1);
  }

  private submittedNumber(id: string): number | undefined {
    const number = this.asked.numberOf(id);
    return number !== undefined && number < this.#submitted ? number : undefined;
  }

  private slotOf(number: number, { recipients }: AskedMessage, address: string) {
    const place = recipients.indexOf(address);
    return place < 0 ? undefined : number * this.asked.maxRecipients + place;
  }

  private find(what: keyof typeof FOUND): void {
    this.#found.set(what, (this.#found.get(what) ?? 0) + 1);
  }

  private count(holds: (number: number) => boolean): number {
    return this.sum((number) => (holds(number) ? 1 : 0));
  }

  private countSlots(holds: (slot: number, number: number) => boolean): number {
    return this.sum((number) => this.sumOver(number, (slot) => (holds(slot, number) ? 1 : 0)));
  }

  private sum(value: (number: number) => number): number {
    let sum = 0;
    for (let number = 0; number < this.#submitted; number += 1) sum += value(number);
    return sum;
  }

  /** The sum over the recipients of one message. */
  private sumOver(number: number, value: (slot: number) => number): number {
    const { maxRecipients } = this.asked;
    let sum = 0;
    for (let place = 0; place < maxRecipients; place += 1)
      sum += value(number * maxRecipients + place);
    return sum;
  }
}

/** The records of a run that has ended. */
export interface Books extends LedgerPolicy, LedgerMinimum {
  readonly asked: readonly AskedMessage[];
  readonly responses: readonly LedgerResponse[];
  readonly copies: readonly ReceivedCopy[];
}

/** Closes the books of a run: the promises that do not hold, in words. */
export function violationsOf({ asked, responses, copies, ...rules }: Books): readonly string[] {
  const ledger = new Ledger(listOf(asked), rules);
  for (let taken = 0; taken < asked.length; taken += 1) ledger.submit();
  for (const copy of copies) ledger.arrived(copy);
  for (const response of responses) ledger.settled(response);
  return ledger.balance(rules).violations;
}

/** These messages, in this order. */
export function listOf(messages: readonly AskedMessage[]): AskedMessages {
  const numbers = new Map(messages.map(({ id }, number) => [id, number]));
  return {
    count: messages.length,
    maxRecipients: Math.max(1, ...messages.map(({ recipients }) => recipients.length)),
    at: (number) => messages[number]!,
    numberOf: (id) => numbers.get(id),
  };
}

/** At most so many messages `m0`, `m1`, …, each to one recipient of its name; nothing is kept of them. */
export function numbered(count: number): AskedMessages {
  return {
    count,
    maxRecipients: 1,
    at: (number) => ({ id: `m${number}`, recipients: [`m${number}@example.org`] }),
    numberOf,
  };
}

/** The number of the message `m0`, `m1`, … */
export function numberOf(id: string): number | undefined {
  const digits = /^m(\d+)$/.exec(id)?.[1];
  return digits === undefined ? undefined : Number(digits);
}

function shortfalls(submitted: number, accepted: number, minimum: LedgerMinimum): string[] {
  const { given = submitted, leastAccepted = 0, faults = 0, leastFaults = 0 } = minimum;
  const rules: [boolean, string][] = [
    [submitted === given, `${submitted} messages were taken of ${given} that were given`],
    [accepted >= leastAccepted, `only ${accepted} accepted, at least ${leastAccepted} expected`],
    [faults >= leastFaults, `only ${faults} faults suffered, at least ${leastFaults} expected`],
  ];
  return rules.filter(([holds]) => !holds).map(([, what]) => what);
}

/** 0 stands for a message that has no outcome yet. */
function codeOf(outcome: Outcome): number {
  return OUTCOMES.indexOf(outcome) + 1;
}

function listed(attachments: readonly string[]): string {
  return attachments.toSorted().join('\n');
}
