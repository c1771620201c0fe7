import { measured } from './measured.js';

/** What a sink has counted while so many messages were sent to it. */
interface Counted {
  readonly accepted: number;
  /** Whether the application's `fetch` is still Node's. */
  readonly hasOwnFetch: boolean;
  readonly messages: number;
  readonly connections: number;
  readonly requests: number;
  readonly roundTrips: number;
}

/** Sends in a process of its own, with the built package, to a sink in another one. */
async function sent(sink: 'http' | 'smtp', settings: object, count: number): Promise<Counted> {
  const contender = sink === 'http' ? 'batch/mailbridge' : 'smtp/mailbridge';
  const args = [sink, contender, JSON.stringify(settings), String(count)];
  const counted = await measured<Counted>('sending', args);
  expect(counted).toMatchObject({ accepted: count, messages: count });
  return counted;
}

/** On a busy machine. */
const PATIENCE_MS = 120_000;

describe('2,000 messages take as many requests as their provider makes necessary', () => {
  it.each([
    ['postmark', 'different', 4],
    ['postmark', 'template', 4],
    ['sendgrid', 'template', 2],
    ['mailgun', 'template', 2],
    ['brevo', 'template', 2],
    ['brevo', 'different', 2],
    ['ses', 'template', 40],
  ])(
    '%s, %s: %i',
    async (provider, load, requests) => {
      const counted = await sent('http', { provider, load, concurrency: 10 }, 2_000);
      expect(counted.requests).toBe(requests);
    },
    PATIENCE_MS,
  );
});

describe('1,000 messages take no more connections than may be in use', () => {
  it.each(['sendgrid', 'postmark', 'mailgun', 'brevo', 'ses'])(
    '%s, one by one',
    async (provider) => {
      const settings = { provider, load: 'different', concurrency: 10, maxBatchSize: 1 };
      const { connections, requests } = await sent('http', settings, 1_000);
      expect(requests).toBe(1_000);
      expect(connections).toBeLessThanOrEqual(10);
    },
  );

  it(
    'smtp, in two round trips a message',
    async () => {
      const { connections, roundTrips } = await sent('smtp', { connections: 5 }, 1_000);
      expect(connections).toBeLessThanOrEqual(5);
      expect(roundTrips).toBeLessThanOrEqual(2_000);
    },
    PATIENCE_MS,
  );
});

describe('An application that sends over HTTP', () => {
  it('keeps its own fetch', async () => {
    const settings = { provider: 'sendgrid', load: 'template', concurrency: 1 };
    expect(await sent('http', settings, 1)).toMatchObject({ hasOwnFetch: true });
  });
});
