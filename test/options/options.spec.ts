import { readFileSync } from 'node:fs';
import { isConfigurationError } from 'nest-mailbridge';
import { optionsFromEnvironment } from '../../lib/options/mail-bridge.config.js';
import { resolveOptions } from '../../lib/options/resolve-options.js';

function problemsOf(work: () => unknown): string[] {
  try {
    work();
  } catch (error) {
    if (isConfigurationError(error))
      return error.problems.map(({ path, message }) => `${path}: ${message}`);
    throw error;
  }
  return [];
}

describe('Options are checked at start', () => {
  it('with every problem named at once', () => {
    const problems = problemsOf(() =>
      resolveOptions({
        provider: 'mailbox',
        timeoutMs: 0,
        unsupportedFeatures: 'ignore' as 'warn',
        defaults: { from: 'nobody' },
        bulk: { concurrency: 1.5, lookAhead: -1 },
        shutdown: { drainTimeoutMs: Number.NaN },
        limits: { recipients: 0, bytes: '1' as unknown as number },
        providers: { mailbox: { maxMessages: 0, maxInFlight: 0, defaults: { replyTo: 'x' } } },
      }),
    );
    expect(problems.map((problem) => problem.slice(0, problem.indexOf(':'))).toSorted()).toEqual([
      'bulk.concurrency',
      'bulk.lookAhead',
      'defaults.from',
      'limits.bytes',
      'limits.recipients',
      'providers.mailbox.defaults.replyTo',
      'providers.mailbox.maxInFlight',
      'providers.mailbox.maxMessages',
      'shutdown.drainTimeoutMs',
      'timeoutMs',
      'unsupportedFeatures',
    ]);
  });

  it.each([
    [{ provider: 'mailbox', retries: 3 }, 'retries'],
    [{ provider: 'mailbox', bulk: { concurency: 3 } }, 'bulk.concurency'],
    [{ provider: 'mailbox', providers: { mailbox: { max: 1 } } }, 'providers.mailbox.max'],
    [{ provider: 'mailbox', defaults: { form: 'a@example.com' } }, 'defaults.form'],
  ])('and unknown keys refused: %j', (options, path) => {
    expect(problemsOf(() => resolveOptions(options as never)).join()).toContain(path);
  });

  it.each([null, 'smtp', 3, []])('and anything but an object: %j', (options) => {
    expect(problemsOf(() => resolveOptions(options as never))).not.toEqual([]);
  });

  it('with smtp told that it needs a host', () => {
    expect(problemsOf(() => resolveOptions({})).join()).toMatch(/SMTP_HOST/);
  });

  it('while the options of a custom provider are its own matter', () => {
    const options = { provider: 'acme', providers: { acme: { anything: true, maxInFlight: 3 } } };
    expect(resolveOptions(options).providers.get('acme')?.channel.maxInFlight).toBe(3);
  });

  it("and a provider's defaults stand over the common ones", () => {
    const { providers } = resolveOptions({
      provider: 'mailbox',
      defaults: { from: 'a@example.com', tags: ['all'] },
      providers: { mailbox: { defaults: { from: 'b@example.com', tags: ['box'] } } },
    });
    expect(providers.get('mailbox')?.defaults).toMatchObject({
      from: { address: 'b@example.com' },
      tags: expect.arrayContaining(['all', 'box']) as unknown,
    });
  });
});

const CERTIFICATE_FILE = 'test/fixtures/tls/localhost.cert.pem';
const CERTIFICATE = readFileSync(CERTIFICATE_FILE, 'utf8');

describe('The environment', () => {
  it('is SMTP where it says nothing else, and an empty variable is as good as none', () => {
    const options = optionsFromEnvironment({
      MAIL_PROVIDER: '',
      SMTP_URL: 'smtp://127.0.0.1:2525',
      MAIL_FROM: ' ',
    });
    expect(options).toMatchObject({
      provider: 'smtp',
      providers: { smtp: { url: 'smtp://127.0.0.1:2525' } },
    });
    expect(options.defaults?.from).toBeUndefined();
  });

  it('sets what its variables say', () => {
    const options = optionsFromEnvironment({
      MAIL_FROM: 'a@example.com',
      MAIL_REPLY_TO: 'b@example.com',
      MAIL_CONCURRENCY: '7',
      MAIL_MAX_WAIT_MS: '0',
      MAIL_TIMEOUT_MS: '1234',
      MAIL_RETRY_ATTEMPTS: '5',
      MAIL_RATE_LIMIT: '2.5',
      SMTP_HOST: 'mail.example.com',
      SMTP_PORT: '2525',
      SMTP_USER: 'u',
      SMTP_PASSWORD: ' p ',
      SMTP_SECURE: 'true',
    });
    expect(options).toEqual({
      provider: 'smtp',
      defaults: { from: 'a@example.com', replyTo: 'b@example.com' },
      bulk: { concurrency: 7 },
      maxWaitMs: 0,
      timeoutMs: 1234,
      retry: { attempts: 5 },
      providers: {
        smtp: {
          rateLimit: 2.5,
          host: 'mail.example.com',
          port: 2525,
          secure: true,
          auth: { user: 'u', pass: ' p ' },
        },
      },
    });
  });

  it('makes a route of a list, and reads what its providers need and nothing else', () => {
    const options = optionsFromEnvironment({
      MAIL_PROVIDER: 'sendgrid, ses,acme',
      MAIL_API_KEY: 'SG.key',
      AWS_REGION: 'eu-west-1',
      SMTP_HOST: 'unused.example.com',
      BREVO_API_KEY: 'unused',
    });
    expect(options.provider).toEqual(['sendgrid', 'ses', 'acme']);
    expect(options.providers).toEqual({
      sendgrid: { apiKey: 'SG.key' },
      ses: { region: 'eu-west-1' },
      acme: {},
    });
  });

  it.each([
    [{ MAIL_CONCURRENCY: 'ten' }, 'MAIL_CONCURRENCY'],
    [{ MAIL_TIMEOUT_MS: '-1' }, 'MAIL_TIMEOUT_MS'],
    [{ SMTP_HOST: 'h', SMTP_SECURE: 'perhaps' }, 'SMTP_SECURE'],
    [{ SMTP_HOST: 'h', SMTP_USER: 'u' }, 'SMTP_PASSWORD'],
    [{ SMTP_HOST: 'h', SMTP_PASSWORD: 'p' }, 'SMTP_USER'],
    [{ SMTP_URL: 'smtp://h', SMTP_HOST: 'h' }, 'SMTP_HOST'],
    [{ SMTP_HOST: 'h', MAIL_RETRY_ATTEMPTS: '0' }, 'MAIL_RETRY_ATTEMPTS'],
    [{ SMTP_HOST: 'h', MAIL_RATE_LIMIT: 'fast' }, 'MAIL_RATE_LIMIT'],
    [{ MAIL_PROVIDER: 'smtp,', SMTP_HOST: 'h' }, 'MAIL_PROVIDER'],
    [{ MAIL_PROVIDER: 'smtp, smtp', SMTP_HOST: 'h' }, 'MAIL_PROVIDER'],
    [{ MAIL_PROVIDER: 'sendgrid,brevo', MAIL_API_KEY: 'k' }, 'MAIL_API_KEY'],
  ])('and says which one is wrong: %j', (variables, name) => {
    expect(problemsOf(() => optionsFromEnvironment(variables)).join()).toContain(`${name}: `);
  });

  it.each<[NodeJS.ProcessEnv, object]>([
    [{ SMTP_TLS: 'none' }, { tls: 'none' }],
    [{ SMTP_TLS: ' Required ' }, { tls: 'required' }],
    [{ SMTP_REJECT_UNAUTHORIZED: 'false' }, { rejectUnauthorized: false }],
    [{ SMTP_NAME: 'shop.example.com' }, { name: 'shop.example.com' }],
    [{ SMTP_CA: CERTIFICATE }, { ca: CERTIFICATE.trim() }],
    [{ SMTP_CA: CERTIFICATE.replaceAll('\n', '\\n') }, { ca: CERTIFICATE }],
    [{ SMTP_CA: CERTIFICATE_FILE }, { ca: CERTIFICATE }],
    [{ SMTP_TLS: '', SMTP_CA: ' ', SMTP_NAME: '', SMTP_REJECT_UNAUTHORIZED: '' }, {}],
  ])('S7: TLS goes with SMTP_URL and with SMTP_HOST: %#', (variables, expected) => {
    for (const server of [{ SMTP_URL: 'smtp://mailpit:1025' }, { SMTP_HOST: 'mailpit' }]) {
      const { smtp } = optionsFromEnvironment({ ...server, ...variables }).providers ?? {};
      const { url, host, ...rest } = { ...smtp };
      expect(url ?? host).toMatch(/mailpit/);
      expect(rest).toEqual(expected);
      expect(() =>
        resolveOptions(optionsFromEnvironment({ ...server, ...variables })),
      ).not.toThrow();
    }
  });

  it.each([
    [{ SMTP_TLS: 'maybe' }, 'SMTP_TLS'],
    [{ SMTP_REJECT_UNAUTHORIZED: 'perhaps' }, 'SMTP_REJECT_UNAUTHORIZED'],
    [{ SMTP_CA: '/no/such/file.pem' }, 'SMTP_CA'],
    [{ SMTP_CA: 'package.json' }, 'SMTP_CA'],
    [{ SMTP_NAME: 'a b' }, 'SMTP_NAME'],
  ])('S7: and which of these is wrong: %j', (variables, name) => {
    for (const server of [{ SMTP_URL: 'smtp://mailpit:1025' }, { SMTP_HOST: 'mailpit' }]) {
      const problems = problemsOf(() => optionsFromEnvironment({ ...server, ...variables }));
      expect(problems.join()).toContain(`${name}: `);
    }
  });

  it('never repeats a password', () => {
    const secret = 'hunter2-secret';
    const variables = { SMTP_URL: `smtp://user:${secret}@`, SMTP_PASSWORD: secret };
    const problems = [
      ...problemsOf(() => optionsFromEnvironment(variables)),
      ...problemsOf(() => resolveOptions({ providers: { smtp: { url: variables.SMTP_URL } } })),
    ];
    expect(problems.length).toBeGreaterThan(1);
    expect(problems.join()).not.toContain(secret);
  });
});
