import type { EmailSendError, MailBridgeOptions } from 'nest-mailbridge';
import { startMailBridge } from '../../fixtures/application.js';
import { SmtpScriptPeer, say, type Cue } from '../../fixtures/smtp-script-peer.js';

let peer: SmtpScriptPeer;
afterEach(() => peer.close());

/** A MailBridge whose server answers like this at that moment, for every message. */
async function start(cue: Cue, reply: string, options: MailBridgeOptions = {}) {
  peer = await SmtpScriptPeer.start({ script: () => ({ [cue]: say(reply) }) });
  return startMailBridge({
    provider: 'smtp',
    defaults: { from: 'shop@example.com' },
    retry: { attempts: 1 },
    providers: { smtp: { host: '127.0.0.1', port: peer.port } },
    ...options,
  });
}

const message = { to: 'ada@example.org', subject: 'x', text: 'x' };
const messages = (count: number) =>
  Array.from({ length: count }, (_, i) => ({ ...message, to: `ada${i}@example.org` }));
const failed = (work: Promise<unknown>) =>
  work.then(
    () => undefined,
    (error: EmailSendError) => error.response,
  );

const AUTH = { category: 'auth', scope: 'provider' };
const SENDER = { category: 'validation', scope: 'sender' };
const QUOTA = { category: 'quota', scope: 'sender' };

describe('What a server has against us is unsent, and the next provider is asked', () => {
  it.each<[string, Cue, string, object]>([
    ['S3', 'mail', '530 5.7.0 Authentication required', AUTH],
    ['S3', 'rcpt', '530 5.7.0 Authentication required', AUTH],
    ['S3', 'data', '530 5.7.0 Must issue a STARTTLS command first', AUTH],
    ['S3', 'dot', '535 5.7.8 Authentication credentials invalid', AUTH],
    ['S16', 'rcpt', '550 5.4.5 Daily SMTP relay limit exceeded', QUOTA],
    ['S16', 'dot', '550 5.4.5 Daily user sending quota exceeded', QUOTA],
    ['S16', 'dot', '550 5.7.60 Client does not have permissions to send as this sender', SENDER],
    ['S21', 'rcpt', '554 5.7.1 <ada@example.org>: Relay access denied', SENDER],
    ['S21', 'rcpt', '550 relay not permitted', SENDER],
  ])('%s: %s %s', async (_, cue, reply, failure) => {
    const mail = await start(cue, reply);
    expect(await failed(mail.send(message))).toMatchObject({
      outcome: 'unsent',
      failure: { ...failure, retryable: false },
    });
    await peer.close();
    const routed = await start(cue, reply, { provider: ['smtp', 'mailbox'] });
    expect(await routed.send(message)).toMatchObject({ outcome: 'accepted', provider: 'mailbox' });
  });

  it('S21: a bulk that is refused so has no rejected message, and the breaker stays closed', async () => {
    const mail = await start('rcpt', '554 5.7.1 Client host rejected: Access denied');
    const result = await mail.sendBulk({ messages: messages(60) });
    expect(result).toMatchObject({ outcomes: { unsent: 60, rejected: 0 } });
    expect(peer.commands.filter((command) => command.startsWith('RCPT'))).toHaveLength(60);
  });
});

describe('S20: a server without room is down for every message', () => {
  it.each<Cue>(['mail', 'rcpt', 'data', 'dot'])('the breaker opens (%s)', async (cue) => {
    const mail = await start(cue, '452 4.3.1 no room', {
      provider: ['smtp', 'mailbox'],
    });
    const result = await mail.sendBulk({ messages: messages(200) });
    expect(result).toMatchObject({ successful: 200 });
    expect(peer.commands.filter((command) => command.startsWith('MAIL')).length).toBeLessThan(50);
  });
});
