import { NestFactory } from '@nestjs/core';
import {
  MailBridgeModule,
  MailBridgeService,
  MailboxStore,
  isEmailSendError,
  type EmailMessageDto,
  type EmailResponseDto,
  type Outcome,
} from 'nest-mailbridge';
import { leftOpen, openResources } from '../chaos/open-resources.js';
import { AcmeProvider } from './acme.provider.js';
import { violationsOf, type AskedMessage, type ReceivedCopy } from '../chaos/ledger.js';
import { copyOf } from './copy.js';
import { startPeer, type CrossingPeer } from './crossing-peer.js';
import type { Row } from './dimensions.js';
import { expectationOf, type Range } from './expectation.js';
import { askedFor, messagesOf } from './messages.js';
import { concurrencyOf, noting, optionsOf } from './row-options.js';

/** What came out of a row. */
export interface RowReport {
  readonly outcomes: Readonly<Record<Outcome, number>>;
  /** What should not be, in words; empty where all is well. */
  readonly violations: readonly string[];
}

/** What a row leaves behind. */
interface Traces {
  readonly responses: readonly EmailResponseDto[];
  /** What the interceptor was told. */
  readonly noted: readonly EmailResponseDto[];
  readonly copies: readonly ReceivedCopy[];
  /** The providers that were left alone for a while. */
  readonly leftAlone: ReadonlySet<string>;
  /** What the servers have against the calls. */
  readonly problems: readonly string[];
}

/** Sends the messages of a row, and holds what came out against what must, and against what arrived. */
export async function runRow(row: Row): Promise<RowReport> {
  const before = openResources();
  const { messages, outcomes: expected } = expectationOf(row);
  const asked = askedFor(messages, row);
  const traces = await tracesOf(row, messagesOf(messages, row));
  const { responses, copies } = traces;
  const { onUnknown, provider } = row;
  const keyedProviders = row.idempotency === 'key' ? [provider] : [];
  const leastAccepted = expected.accepted.least;
  const left = await leftOpen(before);
  return {
    outcomes: countsOf(responses),
    violations: [
      ...violationsOf({ asked, responses, copies, onUnknown, keyedProviders, leastAccepted }),
      ...traces.problems,
      ...outcomeProblems(row, traces),
      ...copyProblems(row, asked, copies),
      ...(row.interceptor === 'interceptor' ? interceptorProblems(row, traces) : []),
      ...(left.length > 0 ? [`left open: ${left.join(', ')}`] : []),
    ],
  };
}

async function tracesOf(row: Row, messages: readonly EmailMessageDto[]): Promise<Traces> {
  const abort = new AbortController();
  const isAborted = row.signal === 'aborted';
  const plan = {
    fault: row.fault,
    badAddress: 'm0@example.org',
    onFirstCall: () => isAborted && abort.abort(),
  };
  const peers: CrossingPeer[] = [];
  const start = async (...[line, its]: Parameters<typeof startPeer>) => {
    const peer = await startPeer(line, its);
    peers.push(peer);
    return peer;
  };
  const providers: Record<string, object> = { [row.provider]: {} };
  const own = row.provider === 'mailbox' ? undefined : await start(row, plan);
  const keys = row.provider === 'brevo' && { idempotency: row.idempotency === 'key' };
  if (own !== undefined) providers[row.provider] = { ...own.options, ...keys };
  if (row.route === 'route') {
    const next = row.provider === 'smtp' ? 'postmark' : 'smtp';
    const line = { provider: next, connection: 'plain', answer: 'at once' } as const;
    const { options } = await start(line, { ...plan, fault: 'no fault', onFirstCall: () => false });
    providers[next] = options;
  }
  const noted: EmailResponseDto[] = [];
  const leftAlone = new Set<string>();
  const options = optionsOf(row, {
    providers,
    interceptor: noting((response) => noted.push(response)),
    observer: {
      // Where there is no server to see the first call, its end is the moment.
      observe: ({ type }) => isAborted && type === 'attempt' && abort.abort(),
      circuitChanged: (name, state) => state === 'open' && leftAlone.add(name),
    },
  });
  const acme = new AcmeProvider(own?.url ?? '', row.idempotency === 'key');
  const app = await NestFactory.createApplicationContext(
    {
      module: Application,
      imports: [MailBridgeModule.forRoot(options)],
      providers: row.provider === 'acme' ? [{ provide: AcmeProvider, useValue: acme }] : [],
    },
    { logger: false, abortOnError: false },
  );
  try {
    const mail = app.get(MailBridgeService);
    const responses = await send(mail, row, messages, abort.signal);
    const copies = [
      ...(await Promise.all(peers.map((each) => each.copies()))).flat(),
      ...(row.provider === 'mailbox' ? captured(app.get(MailboxStore)) : []),
    ];
    return {
      responses,
      noted,
      copies,
      leftAlone,
      problems: peers.flatMap((each) => each.problems),
    };
  } finally {
    await app.close();
    await Promise.all(peers.map((each) => each.close()));
  }
}

class Application {}

async function send(
  mail: MailBridgeService,
  row: Row,
  messages: readonly EmailMessageDto[],
  signal: AbortSignal,
): Promise<readonly EmailResponseDto[]> {
  const options = row.signal === 'aborted' ? { signal } : {};
  if (row.way === 'bulk') {
    const concurrency = concurrencyOf(row);
    return (await mail.sendBulk(messages, { ...options, concurrency })).responses;
  }
  return Promise.all(
    messages.map((message) =>
      mail.send(message, options).catch((error: unknown) => {
        if (isEmailSendError(error)) return error.response;
        throw error;
      }),
    ),
  );
}

function captured({ messages }: MailboxStore): ReceivedCopy[] {
  return messages.map(({ envelope, subject, text, attachments }) => {
    const files = attachments.map(({ content }) => content);
    return copyOf({ recipients: envelope.to, subject, text, files });
  });
}

function countsOf(responses: readonly EmailResponseDto[]): Record<Outcome, number> {
  const counts = { accepted: 0, rejected: 0, unsent: 0, unknown: 0, cancelled: 0 };
  for (const { outcome } of responses) counts[outcome] += 1;
  return counts;
}

function outcomeProblems(row: Row, { responses, leftAlone }: Traces): string[] {
  const { outcomes, speaksAgainst } = expectationOf(row);
  const counts = countsOf(responses);
  const problems = Object.entries(outcomes).flatMap(([outcome, range]) => {
    const count = counts[outcome as Outcome];
    return isWithin(count, range)
      ? []
      : `${count} ${outcome}, expected ${range.least} to ${range.most}`;
  });
  const wronged = [...leftAlone].filter((name) => !speaksAgainst.includes(name));
  return [
    ...problems,
    ...wronged.map((name) => `${name} is left alone: nothing speaks against it`),
  ];
}

/** No message arrives more often than its row allows, which knows more than the ledger: its keys. */
function copyProblems(
  row: Row,
  asked: readonly AskedMessage[],
  copies: readonly ReceivedCopy[],
): string[] {
  const { copies: most } = expectationOf(row);
  return asked
    .filter(({ id }) => copies.filter((copy) => copy.id === id).length > most)
    .map(({ id }) => `more than ${most} of ${id}`);
}

/** The interceptor hears of each message that it has handed on once, and what the caller hears. */
function interceptorProblems(row: Row, { noted, responses }: Traces): string[] {
  const told = new Map(noted.map((each) => [each.id, each.outcome]));
  const other = responses.filter(({ id, outcome }) => told.has(id) && told.get(id) !== outcome);
  const isComplete = row.signal === 'aborted' || told.size === responses.length;
  return [
    ...other.map(({ id }) => `the interceptor heard another outcome of ${id}`),
    ...(told.size === noted.length ? [] : ['the interceptor heard of a message twice']),
    ...(isComplete ? [] : ['the interceptor did not hear of every message']),
  ];
}

function isWithin(count: number, { least, most }: Range): boolean {
  return count >= least && count <= most;
}
