import { setTimeout as delay } from 'node:timers/promises';
import {
  MailProvider,
  accepted,
  rejected,
  type BatchRules,
  type MailBridgeOptions,
  type OutgoingEmail,
  type Submission,
} from 'nest-mailbridge';
import { startMailBridge } from '../fixtures/application.js';
import { SCRIPTED, ScriptedProvider, message, messages } from '../fixtures/scripted-provider.js';

@MailProvider('batching')
class BatchingProvider extends ScriptedProvider {
  override readonly batching: BatchRules = {
    maxMessages: 10,
    key: ({ subject, attachments }) => (attachments.length > 0 ? undefined : subject),
  };
  readonly calls: string[][] = [];
  answer = (emails: readonly OutgoingEmail[]): readonly Submission[] =>
    emails.map(({ id }) => accepted(`m-${id}`));

  override async sendBatch(emails: readonly OutgoingEmail[]): Promise<readonly Submission[]> {
    await delay(1);
    this.calls.push(emails.map(({ to }) => to[0]!.address));
    return this.answer(emails);
  }
}

let provider: BatchingProvider;
const start = (options: MailBridgeOptions = {}) => {
  provider = new BatchingProvider();
  const all = { ...SCRIPTED, ...options, provider: 'batching' };
  return startMailBridge(all, [{ provide: BatchingProvider, useValue: provider }]);
};

describe('A provider with native batches gets messages that may share a call together', () => {
  it('as many as it takes, each with its own outcome', async () => {
    const mail = await start();
    expect(mail.supportsBulkSending()).toBe(true);
    const result = await mail.sendBulk(messages(35).map((each, i) => ({ ...each, id: `m${i}` })));
    expect(provider.calls.map(({ length }) => length)).toEqual([10, 10, 10, 5]);
    expect(result).toMatchObject({ total: 35, successful: 35, providerCalls: 4 });
    expect(result.responses.map(({ messageId }) => messageId)).toEqual(
      messages(35).map((_, i) => `m-m${i}`),
    );
  });

  it('also when kinds of messages alternate in the source', async () => {
    const mail = await start();
    const mixed = messages(40).map((each, i) => ({
      ...each,
      subject: i % 2 === 0 ? 'even' : 'odd',
    }));
    const result = await mail.sendBulk(mixed);
    expect(result).toMatchObject({ successful: 40, providerCalls: 4 });
    expect(
      provider.calls.every(
        (call) => new Set(call.map((to) => Number(/\d+/.exec(to)) % 2)).size === 1,
      ),
    ).toBe(true);
  });

  it('one that shares with none goes alone', async () => {
    const mail = await start();
    const batch = messages(3);
    const alone = { ...message(), attachments: [{ filename: 'a.txt', content: 'a' }] };
    const result = await mail.sendBulk([...batch, alone]);
    expect(result).toMatchObject({ successful: 4, providerCalls: 2 });
    expect(provider.calls).toHaveLength(1);
    expect(provider.sent).toHaveLength(1);
  });

  it('fewer where the options say so', async () => {
    const mail = await start({ providers: { batching: { maxBatchSize: 4 } } });
    await mail.sendBulk(messages(10));
    expect(provider.calls.map(({ length }) => length)).toEqual([4, 4, 2]);
  });

  it('fewer bytes where the options say so', async () => {
    const mail = await start({ providers: { batching: { maxBatchBytes: 25_000 } } });
    const result = await mail.sendBulk(
      messages(10).map((each) => ({ ...each, text: 'x'.repeat(10_000) })),
    );
    expect(result.successful).toBe(10);
    expect(Math.max(...provider.calls.map(({ length }) => length))).toBe(2);
  });

  it('without waiting long for company from a slow source', async () => {
    const mail = await start();
    const source = (async function* () {
      yield message('first@example.com');
      while (provider.sent.length === 0) await delay(5);
      yield message('second@example.com');
    })();
    await expect(mail.sendBulk(source)).resolves.toMatchObject({ total: 2, successful: 2 });
  });

  it('and loses nothing of a source that pauses while the provider is busy', async () => {
    const mail = await start();
    const source = (async function* () {
      for (const each of messages(12)) {
        yield each;
        await delay(60);
      }
    })();
    provider.answer = (emails) => emails.map(() => accepted());
    const send = provider.send.bind(provider);
    provider.send = async (email, context) => {
      await delay(200);
      return send(email, context);
    };
    const result = await mail.sendBulk(source, { concurrency: 1 });
    expect(result).toMatchObject({ total: 12, successful: 12, complete: true });
  });

  it('nor an error of such a source', async () => {
    const mail = await start();
    const source = (async function* () {
      yield message();
      await delay(60);
      throw new Error('gone');
    })();
    const send = provider.send.bind(provider);
    provider.send = async (email, context) => {
      await delay(200);
      return send(email, context);
    };
    await expect(mail.sendBulk(source, { concurrency: 1 })).rejects.toMatchObject({
      name: 'BulkSourceError',
      response: { total: 1, successful: 1 },
    });
  });

  it('and nothing of a refused message', async () => {
    const mail = await start();
    const result = await mail.sendBulk([...messages(4), message('nobody'), ...messages(4)]);
    expect(provider.calls.map(({ length }) => length)).toEqual([8]);
    expect(result.responses.map(({ outcome }) => outcome)).toEqual([
      ...Array.from({ length: 4 }, () => 'accepted'),
      'rejected',
      ...Array.from({ length: 4 }, () => 'accepted'),
    ]);
  });
});

describe('The results of a batch are mapped back by position', () => {
  it('each entry has its own', async () => {
    const mail = await start();
    provider.answer = (emails) =>
      emails.map(({ id }) => (id === 'm2' ? rejected({ code: 'NO', message: 'no' }) : accepted()));
    const result = await mail.sendBulk(messages(5).map((each, i) => ({ ...each, id: `m${i}` })));
    expect(result.responses.map(({ outcome }) => outcome)).toEqual([
      'accepted',
      'accepted',
      'rejected',
      'accepted',
      'accepted',
    ]);
  });

  it.each([
    ['too few', (emails: readonly OutgoingEmail[]) => emails.slice(1).map(() => accepted())],
    [
      'too many',
      (emails: readonly OutgoingEmail[]) => [...emails, ...emails].map(() => accepted()),
    ],
    ['none', () => undefined as never],
  ])('and %s of them leave the fate of all unknown', async (_, answer) => {
    const mail = await start();
    provider.answer = answer;
    const result = await mail.sendBulk(messages(5));
    expect(result.outcomes.unknown).toBe(5);
  });
});

describe('An abort', () => {
  it('cancels what was taken ahead and not tried', async () => {
    const mail = await start({ bulk: { concurrency: 1, lookAhead: 50 } });
    const abort = new AbortController();
    let taken = 0;
    const source = (function* () {
      for (const each of messages(1000)) {
        taken += 1;
        yield each;
      }
    })();
    provider.answer = (emails) => {
      abort.abort();
      return emails.map(() => accepted());
    };
    const result = await mail.sendBulk(source, { signal: abort.signal });
    expect(result).toMatchObject({ total: taken, successful: 10, complete: false });
    expect(result.outcomes.cancelled).toBe(taken - 10);
    expect(taken).toBeLessThanOrEqual(10 + 10 + 50);
  });
});
