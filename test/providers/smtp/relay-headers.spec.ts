import { ValidationPipe } from '@nestjs/common';
import { EmailMessageDto, type EmailSendError, type MailBridgeOptions } from 'nest-mailbridge';
import { startMailBridge } from '../../fixtures/application.js';
import { readOptions } from '../../fixtures/smtp-provider.js';
import { SmtpScriptPeer } from '../../fixtures/smtp-script-peer.js';

const NAMES = [
  'X-SES-CONFIGURATION-SET',
  'X-PM-Message-Stream',
  'X-Mailgun-Variables',
  'X-Mailin-Tag',
  'X-Sib-Id',
  'X-SMTPAPI',
];
const valueOf = (name: string) => (name === 'X-SMTPAPI' ? '{"category": "news"}' : 'events');

let peer: SmtpScriptPeer;
beforeEach(async () => {
  peer = await SmtpScriptPeer.start();
});
afterEach(() => peer.close());

function start(smtp: object = {}, options: MailBridgeOptions = {}) {
  return startMailBridge({
    provider: 'smtp',
    defaults: { from: 'shop@example.com' },
    retry: { attempts: 1 },
    ...options,
    providers: { smtp: { host: '127.0.0.1', port: peer.port, ...smtp }, ...options.providers },
  });
}

const message = (headers: Record<string, string>) => ({
  to: 'ada@example.org',
  text: 'x',
  headers,
});
const failed = (work: Promise<unknown>) =>
  work.then(
    () => undefined,
    (error: EmailSendError) => error,
  );
const sentHeader = (name: string) =>
  peer.messages[0]?.body
    .split('\r\n')
    .find((line) => line.startsWith(`${name}: `))
    ?.slice(name.length + 2);

describe('S18: headers that steer a relay', () => {
  it.each(NAMES)('%s is carried where the application names it', async (name) => {
    const mail = await start({ relayHeaders: [name.toLowerCase()] });
    await mail.send(message({ [name]: valueOf(name) }));
    expect(sentHeader(name)).toBe(valueOf(name));
  });

  it.each(NAMES)('%s is refused without that, and where only others are named', async (name) => {
    const others = NAMES.filter((other) => other !== name);
    for (const smtp of [{}, { relayHeaders: [] }, { relayHeaders: others }]) {
      const mail = await start(smtp);
      expect(await failed(mail.send(message({ [name]: valueOf(name) })))).toMatchObject({
        code: 'INVALID_MESSAGE',
      });
    }
    expect(peer.messages).toEqual([]);
  });

  it('go with a bulk and with the defaults of the provider', async () => {
    const mail = await start({
      relayHeaders: ['X-SES-CONFIGURATION-SET', 'X-PM-Tag'],
      defaults: { headers: { 'X-SES-CONFIGURATION-SET': 'events' } },
    });
    const result = await mail.sendBulk({ messages: [message({ 'X-PM-Tag': 'news' })] });
    expect(result).toMatchObject({ successful: 1 });
    expect(sentHeader('X-SES-CONFIGURATION-SET')).toBe('events');
    expect(sentHeader('X-PM-Tag')).toBe('news');
  });

  it.each([
    '{"to": ["evil@attacker.example"]}',
    '{"category": "x", "TO": "evil@attacker.example"}',
    '{"\\u0074o": ["evil@attacker.example"]}',
    '{"filters": {"bcc": {"settings": {"enable": 1, "email": "evil@attacker.example"}}}}',
    '{"filters": {"forward_spam": {"settings": {"enable": 1}}}}',
    '["to"]',
    'no JSON',
  ])('X-SMTPAPI that adds recipients, or cannot be read, is refused always: %s', async (value) => {
    const mail = await start({ relayHeaders: ['X-SMTPAPI'] });
    expect(await failed(mail.send(message({ 'x-SmtpApi': value })))).toMatchObject({
      code: 'INVALID_MESSAGE',
    });
    expect(peer.messages).toEqual([]);
  });

  it.each([
    ['X-MSYS-API', '{"bcc": [{"email": "evil@attacker.example"}]}'],
    ['X-MSYS-API', '{"archive": [{"email": "evil@attacker.example"}]}'],
    ['X-MSYS-API', 'no JSON'],
    ['X-MC-BccAddress', 'evil@attacker.example'],
  ])('nor may %s add any: %s', async (name, value) => {
    const mail = await start({ relayHeaders: [name] });
    expect(await failed(mail.send(message({ [name]: value })))).toMatchObject({
      code: 'INVALID_MESSAGE',
    });
    expect(peer.messages).toEqual([]);
  });

  it('never come with a request body', async () => {
    const pipe = new ValidationPipe({ transform: true, whitelist: true });
    const check = (headers: Record<string, string>) =>
      pipe.transform(message(headers), { type: 'body', metatype: EmailMessageDto });
    await start({ relayHeaders: NAMES });
    for (const name of NAMES) {
      await expect(check({ [name]: valueOf(name) })).rejects.toMatchObject({ status: 400 });
    }
    await expect(check({ 'Feedback-ID': 'c1:shop' })).resolves.toBeInstanceOf(EmailMessageDto);
  });

  it.each(['error', 'warn'] as const)(
    'go to no other provider of a route, whose own they could be (%s)',
    async (unsupportedFeatures) => {
      const smtp = { relayHeaders: ['X-SES-CONFIGURATION-SET'] };
      const email = message({ 'X-SES-CONFIGURATION-SET': 'events' });
      const first = await start(smtp, { provider: ['mailbox', 'smtp'], unsupportedFeatures });
      expect(await first.send(email)).toMatchObject({ provider: 'smtp' });
      expect(await failed(first.send(email, { provider: 'mailbox' }))).toMatchObject({
        code: 'INVALID_MESSAGE',
      });
      const last = await start(
        { ...smtp, port: 1 },
        { provider: ['smtp', 'mailbox'], unsupportedFeatures },
      );
      expect(await failed(last.send(email))).toMatchObject({
        response: { outcome: 'unsent', provider: 'smtp' },
      });
    },
  );

  it('are named as such in the options', () => {
    const problemsOf = (relayHeaders: unknown) =>
      readOptions({ host: 'mail.example.com', relayHeaders }).problems.map(({ path }) => path);
    expect(problemsOf(NAMES)).toEqual([]);
    for (const wrong of [
      ['Bcc'],
      ['DKIM-Signature'],
      ['X-SES-A\r\nBcc'],
      ['X-SES-A: '],
      'X-SMTPAPI',
      [1],
    ]) {
      expect(problemsOf(wrong)).toEqual(['providers.smtp.relayHeaders']);
    }
  });

  it('are an option of smtp alone', async () => {
    const providers = { mailbox: { relayHeaders: ['X-SMTPAPI'] } };
    await expect(
      start({}, { providers: providers as MailBridgeOptions['providers'] }),
    ).rejects.toThrow('providers.mailbox.relayHeaders');
  });

  it('Feedback-ID steers nothing: it is allowed everywhere', async () => {
    const mail = await start();
    await mail.send(message({ 'Feedback-ID': 'c1:cust:news:shop' }));
    expect(sentHeader('Feedback-ID')).toBe('c1:cust:news:shop');
  });
});

describe('S18: the queue id of the final reply', () => {
  it('is in the response', async () => {
    const mail = await start();
    expect(await mail.send(message({}))).toMatchObject({ response: '250 taken' });
  });
});
