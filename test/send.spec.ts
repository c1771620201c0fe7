import { inspect } from 'node:util';
import {
  accepted,
  isAttachmentError,
  isEmailSendError,
  isInvalidMessageError,
  isMailBridgeError,
  isUnsupportedFeatureError,
  rejected,
  unknown,
  unsent,
  type EmailSendError,
  type MailBridgeService,
} from 'nest-mailbridge';
import { Readable } from 'node:stream';
import { startMailBridge } from './fixtures/application.js';
import { SCRIPTED, ScriptedProvider, message, type Script } from './fixtures/scripted-provider.js';

const provider = new ScriptedProvider();
let mail: MailBridgeService;

beforeEach(async () => {
  provider.sent.length = 0;
  mail = await startMailBridge({ ...SCRIPTED, timeoutMs: 200 }, [
    { provide: ScriptedProvider, useValue: provider },
  ]);
});

const thrown = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => undefined,
    (error: unknown) => error,
  );

describe('send() resolves when a provider accepted the message', () => {
  it('with what became of it', async () => {
    provider.script = () => ({ outcome: 'accepted', messageId: 'm-1' });
    await expect(mail.send({ ...message(), id: 'order-1' })).resolves.toEqual({
      id: 'order-1',
      outcome: 'accepted',
      success: true,
      provider: 'scripted',
      messageId: 'm-1',
      attempts: 1,
      history: [
        { provider: 'scripted', outcome: 'accepted', durationMs: expect.any(Number) as number },
      ],
    });
  });

  it('and gives a message without an id a UUID', async () => {
    const { id } = await mail.send(message());
    expect(id).toMatch(/^[0-9a-f-]{36}$/);
    expect(provider.sent[0]?.id).toBe(id);
  });
});

describe('send() throws when it was not accepted, and says whether sending again is safe', () => {
  const cases: [string, Script, string, boolean, boolean?][] = [
    ['rejected', () => rejected({ code: 'NO', message: 'no' }), 'rejected', false],
    ['unsent', () => unsent({ code: 'LATER', message: 'later' }), 'unsent', true, true],
    [
      'unsent for good',
      () => unsent({ code: 'NO_KEY', message: 'no', category: 'auth', retryable: false }),
      'unsent',
      true,
    ],
    ['unknown', () => unknown({ code: 'LOST', message: 'lost' }), 'unknown', false],
    ['thrown', () => Promise.reject(new Error('broken')), 'unknown', false],
    ['no answer in time', () => new Promise(() => undefined), 'unknown', false],
    ['an answer that makes no sense', () => ({ outcome: 'sent' }) as never, 'unknown', false],
    ['no answer at all', () => undefined as never, 'unknown', false],
    [
      'a cancellation, which no provider can know',
      () => ({ outcome: 'cancelled' }) as never,
      'unknown',
      false,
    ],
    ['a failure without its failure', () => ({ outcome: 'unsent' }) as never, 'unknown', false],
  ];
  it.each(cases)('%s', async (_, script, outcome, safeToRetry, shouldRetry = false) => {
    provider.script = script;
    const error = (await thrown(mail.send(message()))) as EmailSendError;
    expect(isEmailSendError(error)).toBe(true);
    expect(error).toMatchObject({ safeToRetry, shouldRetry });
    expect(error.toJSON()).toMatchObject({ safeToRetry, shouldRetry });
    expect(error.response).toMatchObject({ outcome, success: false, attempts: 1 });
    expect(error.response.failure?.code).toEqual(expect.any(String));
  });

  it('and tells the provider by its signal that time is up, taking its word for what happened', async () => {
    provider.script = (_, { signal }) =>
      new Promise((resolve) => {
        signal.addEventListener('abort', () =>
          resolve(unsent({ code: 'STOPPED', message: 'in time' })),
        );
      });
    const error = (await thrown(mail.send(message()))) as EmailSendError;
    expect(error.response).toMatchObject({ outcome: 'unsent', failure: { code: 'STOPPED' } });
  });
});

describe('N3: what was never tried is safe to send again', () => {
  it('when it was cancelled', async () => {
    const error = await thrown(mail.send(message(), { signal: AbortSignal.abort() }));
    expect(error).toMatchObject({ safeToRetry: true, shouldRetry: true });
    expect(isEmailSendError(error) && error.response.outcome).toBe('cancelled');
  });

  it('when MailBridge is closed', async () => {
    await mail.close();
    const error = await thrown(mail.send(message()));
    expect(error).toMatchObject({ code: 'CLOSED', safeToRetry: true });
    expect(JSON.parse(JSON.stringify(error))).toMatchObject({ code: 'CLOSED', safeToRetry: true });
  });
});

describe('Nothing leaves when the input is wrong', () => {
  it('an invalid message', async () => {
    const error = await thrown(mail.send({ to: 'nobody', subject: 'a\r\nBcc: x', text: 'x' }));
    expect(isInvalidMessageError(error) && error.problems.map(({ path }) => path)).toEqual([
      'to',
      'subject',
    ]);
  });

  it('a feature that the provider lacks', async () => {
    const error = await thrown(mail.send({ to: 'a@example.com', templateId: 'welcome' }));
    expect(isUnsupportedFeatureError(error) && error.features).toEqual(['templateId']);
  });

  it('an attachment that cannot be read', async () => {
    const content = new Readable({
      read() {
        this.destroy(new Error('disk'));
      },
    });
    const error = await thrown(
      mail.send({ ...message(), attachments: [{ filename: 'a.txt', content }] }),
    );
    expect(isAttachmentError(error) && error.path).toBe('attachments[0]');
  });

  it.each([{ lane: 'urgent' }, { provider: 3 }, { signal: 'now' }])(
    'an option: %j',
    async (options) => {
      expect(await thrown(mail.send(message(), options as never))).toMatchObject({
        name: 'ConfigurationError',
      });
    },
  );

  afterEach(() => expect(provider.sent).toEqual([]));
});

describe('An abort', () => {
  it('before the message was tried cancels it', async () => {
    const error = (await thrown(
      mail.send(message(), { signal: AbortSignal.abort() }),
    )) as EmailSendError;
    expect(error.response).toMatchObject({ outcome: 'cancelled', attempts: 0 });
    expect(provider.sent).toEqual([]);
  });

  it('does not tear a message from its provider', async () => {
    const abort = new AbortController();
    provider.script = async () => {
      abort.abort();
      return { outcome: 'accepted' };
    };
    await expect(mail.send(message(), { signal: abort.signal })).resolves.toMatchObject({
      success: true,
    });
  });
});

describe('An attachment that stalls', () => {
  const stalled = () => ({
    ...message(),
    attachments: [{ filename: 'a.txt', content: new Readable({ read: () => undefined }) }],
  });

  it('is given up with an abort: the message was never tried', async () => {
    const abort = new AbortController();
    const sending = thrown(mail.send(stalled(), { signal: abort.signal }));
    abort.abort();
    expect((await sending) as EmailSendError).toMatchObject({
      response: { outcome: 'cancelled' },
    });
  });

  it('is given up with a shutdown, which waits for that', async () => {
    const sending = thrown(mail.send(stalled()));
    await mail.close();
    expect((await sending) as EmailSendError).toMatchObject({
      response: { outcome: 'cancelled' },
    });
  });

  it('is an error of its own when its time is up', async () => {
    expect(isAttachmentError(await thrown(mail.send(stalled())))).toBe(true);
  });
});

describe('What a provider returns as plain objects', () => {
  it('is completed and cleaned', async () => {
    provider.script = () =>
      ({
        outcome: 'unsent',
        failure: { code: 'X', message: 'ada@example.com Bearer planted\r\n' + 'z'.repeat(900) },
      }) as never;
    const { response } = (await thrown(mail.send(message()))) as EmailSendError;
    expect(response.failure).toMatchObject({
      scope: 'provider',
      category: 'unknown',
      retryable: true,
    });
    expect(response.failure?.message).toMatch(/^\[address\] Bearer planted z+…$/);
    expect(response.failure?.message.length).toBeLessThanOrEqual(500);
  });

  it('is accepted without what an accepted message does not have', async () => {
    provider.script = () =>
      ({ outcome: 'accepted', messageId: null, failure: { code: 'X' } }) as never;
    const response = await mail.send(message());
    expect(response).not.toHaveProperty('failure');
    expect(response).not.toHaveProperty('messageId');
  });

  it('is not accepted when no recipient was', async () => {
    provider.script = () =>
      ({
        outcome: 'accepted',
        recipients: [{ address: 'a@example.com', outcome: 'rejected' }],
      }) as never;
    expect(((await thrown(mail.send(message()))) as EmailSendError).response.outcome).toBe(
      'unknown',
    );
  });
});

describe('Many messages at once', () => {
  it('print no warning', async () => {
    const warnings: Error[] = [];
    const note = (warning: Error) => warnings.push(warning);
    process.on('warning', note);
    provider.script = () => ({ outcome: 'accepted' });
    await Promise.all(Array.from({ length: 50 }, () => mail.send(message())));
    await mail.sendBulk(
      Array.from({ length: 50 }, () => message()),
      { concurrency: 20 },
    );
    await new Promise((resolve) => setImmediate(resolve));
    process.off('warning', note);
    expect(warnings).toEqual([]);
  });
});

describe('No error repeats an address, a body or a secret', () => {
  it.each(['rejected', 'unsent', 'unknown'] as const)('%s', async (outcome) => {
    const failure = {
      code: 'X',
      message: 'ada@example.com: 550 <ada@example.com> at https://user:hunter2@host said no\r\nbye',
      category: 'unknown',
      scope: 'recipient',
      retryable: false,
    } as const;
    provider.script = () => {
      const made = { rejected, unsent, unknown }[outcome](failure);
      return {
        ...made,
        recipients: [{ address: 'ada@example.com', outcome: 'rejected' }],
      } as never;
    };
    const error = await thrown(mail.send({ ...message(), text: 'one-time code 482913' }));
    const shown = [
      inspect(error, { depth: Infinity, showHidden: true }),
      JSON.stringify(error),
      String((error as Error).stack),
    ].join('\n');
    expect(shown).not.toMatch(/ada@example\.com|482913|hunter2/);
    expect(shown).toContain('[address]');
  });
});

describe('What can be asked of a MailBridge', () => {
  it('capabilities, with defaults for a provider that declares none', () => {
    expect(mail.supportsTemplates()).toBe(false);
    expect(mail.supportsBulkSending()).toBe(false);
    expect(mail.capabilities('scripted').features.has('attachments')).toBe(true);
  });

  it('verify(), which says so where there is no way', async () => {
    const error = await thrown(mail.verify());
    expect(isUnsupportedFeatureError(error)).toBe(true);
  });

  it('verify(), which passes on what does not hold, cleaned', async () => {
    class Unwell extends ScriptedProvider {
      override async verify() {
        throw new Error('login of ada@example.com failed');
      }
    }
    mail.registerProvider('unwell', new Unwell());
    const error = await thrown(mail.verify('unwell'));
    expect(isMailBridgeError(error)).toBe(true);
    expect(String(error)).toMatch(/'unwell'.*login of \[address\] failed/);
  });
});

describe('A message that some of its recipients have', () => {
  const failure = { code: '450', message: 'later' };
  const partly = () =>
    accepted('m-1', [
      { address: 'ada@example.com', outcome: 'accepted' },
      { address: 'busy@example.com', outcome: 'unsent', failure: failure as never },
    ]);
  const both = { ...message(), to: ['ada@example.com', 'busy@example.com'] };

  it.each([
    [
      'is tried again by a provider that reads to with nobody else in it',
      false,
      ['busy@example.com'],
    ],
    ['keeps what it shows for one that heeds envelopeTo', true, both.to],
  ])('%s', async (_, heedsEnvelopeTo, shown) => {
    const own = new ScriptedProvider();
    Object.assign(own, { heedsEnvelopeTo });
    own.script = partly;
    const retrying = await startMailBridge(
      { ...SCRIPTED, retry: { attempts: 2, baseDelayMs: 0 } },
      [{ provide: ScriptedProvider, useValue: own }],
    );
    const response = await retrying.send(both);
    expect(response.recipients?.map(({ outcome }) => outcome)).toEqual(['accepted', 'unsent']);
    expect(own.sent.map(({ to }) => to.map(({ address }) => address))).toEqual([both.to, shown]);
    expect(own.sent.map(({ envelopeTo }) => envelopeTo)).toEqual([undefined, ['busy@example.com']]);
  });
});
