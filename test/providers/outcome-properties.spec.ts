import fc from 'fast-check';
import type { Outcome } from '../../lib/contract/outcome.js';
import type { Submission } from '../../lib/contract/submission.js';
import { faultOutcome, statusOutcome } from '../../lib/providers/api/api-outcome.js';
import { retryAfterMs } from '../../lib/providers/api/retry-after.js';
import { brevoOutcomes } from '../../lib/providers/brevo/brevo-outcome.js';
import { mailgunOutcome } from '../../lib/providers/mailgun/mailgun-outcome.js';
import { postmarkOutcomes } from '../../lib/providers/postmark/postmark-outcome.js';
import { sendGridOutcomes } from '../../lib/providers/sendgrid/sendgrid-outcome.js';
import { bulkOutcomes, messageOutcome } from '../../lib/providers/ses/ses-outcome.js';
import { submissionOf } from '../../lib/providers/smtp/smtp-outcome.js';
import type { HttpAnswer } from '../../lib/transport/http/http-result.js';
import type {
  SmtpFault,
  SmtpFaultReason,
  SmtpStage,
} from '../../lib/transport/smtp/smtp-result.js';
import { outgoingEmail } from '../fixtures/outgoing-email.js';

type Classify = (answer: HttpAnswer, count: number) => readonly Submission[];

const brevoCall = (count: number) => ({ count, hasOneTemplate: true, key: undefined });

/** What each provider says of an answer, for a call of so many messages. */
const CLASSIFIERS: Readonly<Record<string, Classify>> = {
  brevo: (answer, count) => brevoOutcomes(answer, brevoCall(count)),
  mailgun: (answer, count) => Array.from({ length: count }, () => mailgunOutcome(answer)),
  postmark: (answer, count) =>
    postmarkOutcomes(
      answer,
      Array.from({ length: count }, () => outgoingEmail()),
    ),
  sendgrid: (answer, count) => sendGridOutcomes(answer, { count, isSandbox: false }),
  ses: (answer, count) => {
    const emails = Array.from({ length: count }, () => outgoingEmail());
    return count === 1 ? [messageOutcome(answer, emails[0])] : bulkOutcomes(answer, emails);
  },
};

const OUTCOMES: readonly Outcome[] = ['accepted', 'rejected', 'unsent', 'unknown'];
const SURELY_NOT: readonly Outcome[] = ['rejected', 'unsent'];
const CATEGORIES = [
  'auth',
  'quota',
  'rate-limit',
  'network',
  'timeout',
  'validation',
  'suppressed',
  'server-error',
  'unavailable',
  'unsupported',
  'configuration',
  'unknown',
];
const SCOPES = ['network', 'provider', 'sender', 'recipient', 'message'];

function expectWellFormed(submission: Submission) {
  expect(OUTCOMES).toContain(submission.outcome);
  if (submission.outcome === 'accepted') return;
  const { code, category, scope, retryable, message, retryAfterMs: wait = 0 } = submission.failure;
  expect([typeof code, typeof retryable, typeof message]).toEqual(['string', 'boolean', 'string']);
  expect(CATEGORIES).toContain(category);
  expect(SCOPES).toContain(scope);
  expect(wait).toBeGreaterThanOrEqual(0);
  expect(wait).toBeLessThanOrEqual(3_600_000);
}

const WORDS = [
  '',
  'Queued. Thank you.',
  'Mailgun Magnificent API',
  'SUCCESS',
  'FAILED',
  'MessageRejected',
  'invalid_parameter',
  'duplicate_parameter',
  'unauthorized',
  'sender',
  'from.email',

  'personalizations.0.to',
  'ThrottlingException',
  "'to' parameter",
  'try again after 5 seconds',

  'will not deliver to these inactive addresses: ada@example.org. Inactive recipients are ones',
];
const word = fc.oneof(fc.constantFrom(...WORDS), fc.string());
const value = fc.oneof(word, fc.integer(), fc.constantFrom(null, 0, 10, 100, 300, 406, true));
const NAMES = [
  'id',
  'message',
  'Message',
  'MessageID',
  'ErrorCode',
  'messageId',
  'messageIds',
  'code',
  'errors',
  'field',
  'MessageId',
  'Status',
  'Error',
  'BulkEmailEntryResults',
  '__type',
];
const record = fc.dictionary(fc.constantFrom(...NAMES), value);
const json = fc.oneof(
  record,
  fc.array(record, { maxLength: 3 }),
  fc.dictionary(fc.constantFrom(...NAMES), fc.array(fc.oneof(record, value), { maxLength: 3 })),
);
const body = fc.oneof(
  json.map((given) => JSON.stringify(given)),
  word,
  fc.constant('<html></html>'),
);
const headers = fc.dictionary(
  fc.constantFrom(
    'content-type',
    'retry-after',
    'x-message-id',
    'x-amzn-errortype',
    'x-sib-ratelimit-reset',
  ),
  fc.oneof(
    word,
    fc.constantFrom('application/json', 'text/html', '5', 'Sun, 06 Nov 1994 08:49:37 GMT'),
  ),
);
const STATUSES = [
  200, 201, 202, 204, 302, 400, 401, 403, 404, 409, 413, 420, 422, 429, 500, 502, 503, 504,
];
const status = fc.oneof(fc.constantFrom(...STATUSES), fc.integer({ min: 200, max: 999 }));
const answer: fc.Arbitrary<HttpAnswer> = fc.record({
  kind: fc.constant('answer' as const),
  status,
  headers,
  body,
  isComplete: fc.boolean(),
});
const count = fc.integer({ min: 1, max: 3 });

describe.each(Object.entries(CLASSIFIERS))('Whatever the answer to %s', (name, classify) => {
  it('each message has one outcome, complete with why', () => {
    fc.assert(
      fc.property(answer, count, (given, messages) => {
        const submissions = classify(given, messages);
        expect(submissions).toHaveLength(messages);
        submissions.forEach(expectWellFormed);
      }),
      { numRuns: 500 },
    );
  });

  it('only a success is an acceptance', () => {
    const noSuccess = answer.filter((given) => given.status >= 300);
    fc.assert(
      fc.property(noSuccess, count, (given, messages) => {
        for (const { outcome } of classify(given, messages)) expect(outcome).not.toBe('accepted');
      }),
      { numRuns: 300 },
    );
  });

  it('an error of the server leaves it open, unless it says when to come again', () => {
    const ofServer = answer.filter((given) => {
      const isMaintenance = name === 'postmark' && given.body.includes('"ErrorCode":100');
      const isWaiting = retryAfterMs(given.headers['retry-after']) !== undefined;
      return !(given.status === 503 && (isWaiting || isMaintenance));
    });
    fc.assert(
      fc.property(ofServer, fc.integer({ min: 500, max: 999 }), count, (given, code, messages) => {
        if (given.status < 500 && code === 503) return;
        const serverError = { ...given, status: given.status < 500 ? code : given.status };
        for (const { outcome } of classify(serverError, messages)) expect(outcome).toBe('unknown');
      }),
      { numRuns: 300 },
    );
  });

  it('what is lost of a yes makes it no no', () => {
    fc.assert(
      fc.property(answer, count, fc.nat(200), (given, messages, at) => {
        const whole = classify({ ...given, isComplete: true }, messages);
        const cut = classify(
          { ...given, body: given.body.slice(0, at), isComplete: false },
          messages,
        );
        whole.forEach(({ outcome }, index) => {
          if (outcome === 'accepted') expect(SURELY_NOT).not.toContain(cut[index]?.outcome);
        });
      }),
      { numRuns: 500 },
    );
  });
});

describe('Without an answer', () => {
  const fault = fc.record({
    kind: fc.constant('fault' as const),
    code: fc.constantFrom('ECONNRESET', 'ECONNREFUSED', 'TIMEOUT', 'HPE_INVALID_CONSTANT'),
    isAborted: fc.boolean(),
    mayHaveArrived: fc.boolean(),
  });

  it('it is open whether an API has the message exactly where the request may have arrived', () => {
    fc.assert(
      fc.property(fault, (given) => {
        const submission = faultOutcome(given);
        expectWellFormed(submission);
        expect(submission.outcome).toBe(given.mayHaveArrived ? 'unknown' : 'unsent');
        expect(messageOutcome(given)).toEqual(submission);
        expect(bulkOutcomes(given, [outgoingEmail(), outgoingEmail()])).toEqual([
          submission,
          submission,
        ]);
      }),
    );
  });

  it('a status alone always means something', () => {
    fc.assert(
      fc.property(answer, word, (given, words) => {
        expectWellFormed(statusOutcome(given, { code: 'X', message: words }));
      }),
    );
  });
});

describe('Whatever becomes of a message by SMTP', () => {
  const STAGES: readonly SmtpStage[] = [
    ...(['connect', 'greeting', 'tls', 'auth', 'mail', 'rcpt', 'data', 'body', 'answer'] as const),
  ];
  const REASONS: readonly SmtpFaultReason[] = [
    ...(['reply', 'lost', 'timeout', 'aborted', 'closed', 'out-of-step', 'not-offered'] as const),
    ...(['smtputf8', 'dsn', 'size', 'envelope', 'content', 'token-refused', 'no-token'] as const),
  ];
  const replyCode = fc.integer({ min: 400, max: 599 });
  const refusal = fc.record({ recipient: fc.constant('a@x.org'), code: replyCode, text: word });
  const fault: fc.Arbitrary<SmtpFault> = fc.record(
    {
      stage: fc.constantFrom(...STAGES),
      reason: fc.constantFrom(...REASONS),
      text: word.map((text) => text.trim() || 'no'),
      replyCode,
      nodeCode: fc.constantFrom('ECONNRESET', 'EAUTH', 'CERT_HAS_EXPIRED', 'ERR_TLS_CERT_X'),
      refused: fc.array(refusal, { minLength: 1, maxLength: 3 }),
    },
    { requiredKeys: ['stage', 'reason', 'text'] },
  );
  /** Where not all recipients were refused, one by one. */
  const unnamed = fault.filter(({ refused }) => refused === undefined);
  const outcomeOf = (error: SmtpFault) =>
    submissionOf({ error }, { messageId: '<m@x.org>', secrets: [] });

  it('it has one outcome, complete with why, and a fault is never an acceptance', () => {
    fc.assert(
      fc.property(fault, (given) => {
        expectWellFormed(outcomeOf(given));
        expect(outcomeOf(given).outcome).not.toBe('accepted');
      }),
      { numRuns: 500 },
    );
  });

  it('the further it came, the less it is surely not taken', () => {
    fc.assert(
      fc.property(unnamed, fc.constantFrom(...STAGES), (given, stage) => {
        if (outcomeOf(given).outcome !== 'unknown') return;
        if (STAGES.indexOf(stage) <= STAGES.indexOf(given.stage)) return;
        expect(outcomeOf({ ...given, stage }).outcome).toBe('unknown');
      }),
      { numRuns: 2000 },
    );
  });

  it('after the final dot only a reply says that it was not taken', () => {
    fc.assert(
      fc.property(unnamed, (given) => {
        const { outcome } = outcomeOf({ ...given, stage: 'answer' });
        expect(outcome === 'unknown').toBe(given.reason !== 'reply');
      }),
    );
  });

  it('it is taken for those who were, and each of the others has a refusal of its own', () => {
    const refused = fc.array(refusal, { maxLength: 3 });
    fc.assert(
      fc.property(refused, (others) => {
        const submission = submissionOf(
          { accepted: ['ok@x.org'], refused: others, response: '250', stage: 'answer' },
          { messageId: '<m@x.org>', secrets: [] },
        );
        expect(submission).toMatchObject({ outcome: 'accepted', messageId: '<m@x.org>' });
        const rows = submission.recipients ?? [];
        expect(rows).toHaveLength(others.length === 0 ? 0 : others.length + 1);
        rows.slice(1).forEach(({ outcome, failure }) => {
          expect(SURELY_NOT).toContain(outcome);
          if (outcome === 'rejected') expect(failure?.retryable).toBe(false);
        });
      }),
    );
  });
});
