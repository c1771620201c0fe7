import {
  MailProvider,
  accepted,
  rejected,
  type EmailSendError,
  type MailBridgeOptions,
  type OutgoingEmail,
  type Submission,
} from 'nest-mailbridge';
import { startMailBridge } from './fixtures/application.js';
import { ScriptedProvider, message } from './fixtures/scripted-provider.js';

/** Takes five messages a call, those with the same subject together. */
@MailProvider('batching')
class Batching extends ScriptedProvider {
  override readonly batching = {
    maxMessages: 5,
    key: ({ subject = '' }: OutgoingEmail) => subject,
  };
  readonly calls: string[][] = [];

  override async send(email: OutgoingEmail): Promise<Submission> {
    const [submission] = await this.sendBatch([email]);
    return submission!;
  }

  override async sendBatch(emails: readonly OutgoingEmail[]): Promise<readonly Submission[]> {
    this.calls.push(emails.map(({ to }) => to[0]!.address));
    return emails.map(({ to }) =>
      to[0]?.address.startsWith('bad')
        ? rejected({ code: 'NO', message: 'no' })
        : accepted(`m-${to[0]?.address}`),
    );
  }
}

let provider: Batching;

async function start(options: MailBridgeOptions = {}) {
  provider = new Batching();
  return startMailBridge(
    {
      provider: 'batching',
      defaults: { from: 'sender@example.com' },
      coalesce: { windowMs: 5 },
      ...options,
    },
    [{ provide: Batching, useValue: provider }],
  );
}

const failure = (work: Promise<unknown>) =>
  work.then(
    () => undefined,
    (error: EmailSendError) => error,
  );
const to = (name: string, subject = 'Hello') => ({ ...message(`${name}@example.com`), subject });
const isSent = async () => {
  while (provider.calls.length === 0) await new Promise((resolve) => setImmediate(resolve));
};

describe('With coalesce, messages that are sent at the same time', () => {
  it('share calls, as many as a call takes', async () => {
    const mail = await start({ coalesce: { windowMs: 1000 } });
    const names = Array.from({ length: 10 }, (_, i) => `person${i}`);
    const responses = await Promise.all(names.map((name) => mail.send(to(name))));
    expect(provider.calls.map(({ length }) => length)).toEqual([5, 5]);
    expect(responses.map(({ messageId }) => messageId)).toEqual(
      names.map((name) => `m-${name}@example.com`),
    );
  });

  it('have each their own outcome', async () => {
    const mail = await start();
    const [good, bad] = [mail.send(to('good')), failure(mail.send(to('bad')))];
    await expect(good).resolves.toMatchObject({ outcome: 'accepted', attempts: 1 });
    expect((await bad)?.response).toMatchObject({ outcome: 'rejected', failure: { code: 'NO' } });
    expect(provider.calls).toHaveLength(1);
  });

  it('go alone where they can share no call', async () => {
    const mail = await start();
    await Promise.all([mail.send(to('a', 'One')), mail.send(to('b', 'Two'))]);
    expect(provider.calls).toEqual([['a@example.com'], ['b@example.com']]);
  });

  it('go by their lane: the urgent ones do not wait for the others', async () => {
    const mail = await start();
    await Promise.all([mail.send(to('a')), mail.send(to('b'), { lane: 'high' })]);
    expect(provider.calls).toHaveLength(2);
  });

  it('go by their route', async () => {
    const mail = await start();
    const route = ['batching'];
    await Promise.all([
      mail.send(to('a')),
      mail.send(to('b'), { provider: 'batching' }),
      mail.send(to('c'), { provider: route }),
    ]);
    expect(provider.calls).toEqual([['a@example.com', 'b@example.com', 'c@example.com']]);
  });

  it('still have their problems said to whoever sent them', async () => {
    const mail = await start();
    const [wrong, right] = [failure(mail.send({ ...to('a'), to: 'nobody' })), mail.send(to('b'))];
    expect(await wrong).toMatchObject({ name: 'InvalidMessageError' });
    await expect(right).resolves.toMatchObject({ outcome: 'accepted' });
  });
});

describe('A message goes at once and alone', () => {
  it('with a signal of its own, which can then still stop it', async () => {
    const mail = await start({ coalesce: { windowMs: 60_000 } });
    await mail.send(to('a'), { signal: new AbortController().signal });
    expect(provider.calls).toEqual([['a@example.com']]);
  });

  it('where nothing is said of coalesce', async () => {
    const mail = await start({ coalesce: undefined });
    await Promise.all([mail.send(to('a')), mail.send(to('b'))]);
    expect(provider.calls).toHaveLength(2);
  });
});

describe('A message that waits for company', () => {
  it('is cancelled by a shutdown, which does not wait for the rest of the time', async () => {
    const mail = await start({ coalesce: { windowMs: 60_000 } });
    const sending = failure(mail.send(to('a')));
    await mail.close();
    expect((await sending)?.response).toMatchObject({ outcome: 'cancelled', attempts: 0 });
    expect(provider.calls).toEqual([]);
  });

  it('makes the MailBridge busy, and what has left is waited for', async () => {
    const mail = await start();
    const sending = mail.send(to('a'));
    expect(mail.isBusy).toBe(true);
    await isSent();
    await mail.close();
    await expect(sending).resolves.toMatchObject({ outcome: 'accepted' });
  });
});

describe('The options of coalesce', () => {
  it.each([
    [{}, 'coalesce.windowMs: is missing'],
    [{ maxWaitMs: 0 }, 'coalesce.maxWaitMs: must be a whole number from 1 to 60000'],
    [{ maxWaitMs: 5, other: 1 }, 'coalesce.other: is not an option'],
  ])('%j are refused: %s', async (coalesce, problem) => {
    await expect(start({ coalesce })).rejects.toThrow(problem);
  });
});
