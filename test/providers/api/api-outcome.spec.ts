import {
  faultOutcome,
  statusOutcome,
  unexpectedAnswer,
} from '../../../lib/providers/api/api-outcome.js';
import type { HttpAnswer } from '../../../lib/transport/http/http-result.js';

const answer = (status: number, headers: HttpAnswer['headers'] = {}): HttpAnswer => ({
  kind: 'answer',
  status,
  headers,
  body: '',
  isComplete: true,
});
const meaning = (status: number, headers?: HttpAnswer['headers']) =>
  statusOutcome(answer(status, headers), { code: 'CODE', message: 'in words' });

const REFUSED = ['rejected', 'validation', 'message', false] as const;
const CONFIGURATION = ['unsent', 'configuration', 'provider', false] as const;
const NOT_NOW = ['unsent', 'unavailable', 'provider', true] as const;
const OPEN = ['unknown', 'server-error', 'provider', false] as const;

describe('A status without more means', () => {
  it.each<[number, readonly [string, string, string, boolean]]>([
    [300, CONFIGURATION],
    [302, CONFIGURATION],
    [399, CONFIGURATION],
    [400, REFUSED],
    [401, ['unsent', 'auth', 'provider', false]],
    [402, ['unsent', 'quota', 'provider', false]],
    [403, ['unsent', 'auth', 'provider', false]],
    [404, CONFIGURATION],
    [405, CONFIGURATION],
    [406, CONFIGURATION],
    [407, CONFIGURATION],
    [408, NOT_NOW],
    [409, ['unknown', 'unknown', 'provider', false]],
    [410, CONFIGURATION],
    [413, REFUSED],
    [415, CONFIGURATION],
    [418, REFUSED],
    [421, NOT_NOW],
    [422, REFUSED],
    [425, NOT_NOW],
    [429, ['unsent', 'rate-limit', 'provider', true]],
    [499, REFUSED],
    [299, OPEN],
    [500, OPEN],
    [502, OPEN],
    [503, OPEN],
    [504, OPEN],
    [520, OPEN],
  ])('%i', (status, [outcome, category, scope, retryable]) => {
    expect(meaning(status)).toEqual({
      outcome,
      failure: {
        code: 'CODE',
        message: 'in words',
        statusCode: status,
        category,
        scope,
        retryable,
      },
    });
  });

  it('503 with Retry-After: surely not taken, come again then', () => {
    expect(meaning(503, { 'retry-after': '0' })).toMatchObject({
      outcome: 'unsent',
      failure: { category: 'unavailable', scope: 'provider', retryable: true, retryAfterMs: 0 },
    });
  });

  it('no Retry-After asks for no wait', () => {
    expect(meaning(429)).not.toHaveProperty('failure.retryAfterMs');
  });

  it('Retry-After changes nothing of the others, but is passed on', () => {
    for (const status of [400, 429, 500, 504]) {
      const { outcome } = meaning(status);
      expect(meaning(status, { 'retry-after': '2' })).toMatchObject({
        outcome,
        failure: { retryAfterMs: 2_000 },
      });
    }
  });
});

describe('Without an answer that makes sense', () => {
  it.each([
    [false, false, 'unsent', 'network', true],
    [false, true, 'unsent', 'timeout', true],
    [true, false, 'unknown', 'network', false],
    [true, true, 'unknown', 'timeout', false],
  ])(
    'a request that may have arrived (%s), ended by us (%s): %s',
    (mayHaveArrived, isAborted, outcome, category, retryable) => {
      const given = { kind: 'fault', mayHaveArrived, isAborted, code: 'ECONNRESET' } as const;
      expect(faultOutcome(given)).toEqual({
        outcome,
        failure: {
          code: 'ECONNRESET',
          category,
          scope: 'network',
          retryable,
          message: expect.stringMatching(
            mayHaveArrived ? /before the answer came/ : /not be handed over/,
          ) as string,
        },
      });
    },
  );

  it('a success that is not the provider’s leaves it open', () => {
    expect(unexpectedAnswer(answer(204))).toMatchObject({
      outcome: 'unknown',
      failure: {
        code: 'UNEXPECTED_ANSWER',
        statusCode: 204,
        message: expect.stringContaining('204') as string,
      },
    });
  });
});
