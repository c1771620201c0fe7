import {
  RecipientLimitInterceptor,
  RedirectInterceptor,
  isConfigurationError,
  type EmailMessageDto,
  type MailInterceptor,
  type RedirectOptions,
} from 'nest-mailbridge';
import { startMailBridge } from '../fixtures/application.js';
import { SCRIPTED, ScriptedProvider, message, messages } from '../fixtures/scripted-provider.js';

let provider: ScriptedProvider;

function start(...interceptors: MailInterceptor[]) {
  provider = new ScriptedProvider();
  return startMailBridge({ ...SCRIPTED, interceptors }, [
    { provide: ScriptedProvider, useValue: provider },
  ]);
}

describe('A redirection', () => {
  const redirected = async (
    { to, cc, bcc }: Pick<EmailMessageDto, 'to' | 'cc' | 'bcc'>,
    options: Partial<RedirectOptions> = {},
  ) => {
    const mail = await start(
      new RedirectInterceptor({ to: 'Staging <dev@example.com>', ...options }),
    );
    await mail.send({ subject: 'Hello', text: 'Hello', to, cc, bcc });
    const { to: sentTo, cc: sentCc, bcc: sentBcc, headers } = provider.sent[0]!;
    const addresses = (list: readonly { address: string }[]) => list.map(({ address }) => address);
    return {
      to: addresses(sentTo),
      cc: addresses(sentCc),
      bcc: addresses(sentBcc),
      original: headers['X-Original-To'],
    };
  };

  it('takes every recipient out and says whom the message was for', async () => {
    expect(
      await redirected({
        to: ['ada@example.org', 'bob@example.org'],
        cc: 'cy@example.org',
        bcc: 'hidden@example.org',
      }),
    ).toEqual({
      to: ['dev@example.com'],
      cc: [],
      bcc: [],
      original: 'ada@example.org, bob@example.org, cy@example.org',
    });
  });

  it('leaves those on the list, by address and by domain, whatever their case', async () => {
    const allow = ['Tester@example.org', '@Example.NET'];
    expect(
      await redirected(
        {
          to: ['tester@EXAMPLE.org', 'ada@example.org'],
          cc: 'anybody@example.net',
          bcc: 'x@sub.example.net',
        },
        { allow },
      ),
    ).toEqual({
      to: ['tester@EXAMPLE.org', 'dev@example.com'],
      cc: ['anybody@example.net'],
      bcc: [],
      original: 'ada@example.org',
    });
  });

  it('tells nobody of hidden recipients', async () => {
    const { to, original } = await redirected(
      { to: 'a@example.net', bcc: 'hidden@example.org' },
      { allow: ['@example.net'] },
    );
    expect(to).toEqual(['a@example.net', 'dev@example.com']);
    expect(original).toBeUndefined();
  });

  it('leaves a message as it is that is only for those on the list', async () => {
    expect(await redirected({ to: 'a@example.net' }, { allow: ['@example.net'] })).toEqual({
      to: ['a@example.net'],
      cc: [],
      bcc: [],
      original: undefined,
    });
  });

  it('names the first twenty of many', async () => {
    const to = Array.from({ length: 25 }, (_, i) => `person${i}@example.org`);
    const { original } = await redirected({ to });
    expect(original).toMatch(/^person0@example\.org, .*person19@example\.org, and 5 more$/);
  });

  it('holds for a bulk and cannot be got past by an interceptor before it', async () => {
    const adding: MailInterceptor = {
      intercept: (email, next) =>
        next.handle({ ...email, bcc: [...email.bcc, { address: 'archive@example.org' }] }),
    };
    const mail = await start(adding, new RedirectInterceptor({ to: 'dev@example.com' }));
    await mail.sendBulk(messages(20));
    const reached = provider.sent.flatMap(({ to, cc, bcc }) => [...to, ...cc, ...bcc]);
    expect(new Set(reached.map(({ address }) => address))).toEqual(new Set(['dev@example.com']));
    expect(provider.sent).toHaveLength(20);
  });

  it('is refused where it leads nowhere, with every entry that is wrong', () => {
    const make = () => new RedirectInterceptor({ to: 'nobody', allow: ['a@b.example', '@', 'x'] });
    expect(make).toThrow(/RedirectInterceptor\.to: .*allow\[1\]: .*allow\[2\]: /);
    try {
      make();
    } catch (error) {
      expect(isConfigurationError(error)).toBe(true);
    }
  });
});

describe('A limit of recipients', () => {
  it('refuses what would go over it in one bulk, and counts anew for the next', async () => {
    const mail = await start(new RecipientLimitInterceptor(5));
    const three = { ...message(), to: ['a@example.com', 'b@example.com'], bcc: 'c@example.com' };
    const run = [three, three, message(), message(), message()];
    const { responses } = await mail.sendBulk(run);
    expect(responses.map(({ outcome }) => outcome)).toEqual([
      'accepted',
      'rejected',
      'accepted',
      'accepted',
      'rejected',
    ]);
    expect(responses[1]?.failure).toMatchObject({
      code: 'TOO_MANY_RECIPIENTS',
      message: 'A run may reach 5 recipients; this message would make it 6',
    });
    await expect(mail.sendBulk([three])).resolves.toMatchObject({ successful: 1 });
    await expect(mail.send(three)).resolves.toMatchObject({ outcome: 'accepted' });
  });

  it.each([0, -1, 1.5, Number.NaN])('cannot be %p', (max) => {
    expect(() => new RecipientLimitInterceptor(max)).toThrow(/at least 1/);
  });
});
