import type { OutgoingEmail } from '../../../lib/message/outgoing-email.js';
import { outgoingEmail } from '../../fixtures/outgoing-email.js';
import { smtpProvider } from '../../fixtures/smtp-provider.js';
import { SmtpScriptPeer } from '../../fixtures/smtp-script-peer.js';

const attempt = () => ({ signal: new AbortController().signal, attempt: 1 });
let peer: SmtpScriptPeer;
afterEach(() => peer.close());

async function send(extensions: string[], email: Partial<OutgoingEmail>, options: object = {}) {
  peer = await SmtpScriptPeer.start({ extensions });
  const provider = smtpProvider({ host: '127.0.0.1', port: peer.port, ...options });
  return provider.send(outgoingEmail(email), attempt());
}

const commands = (verb: string) => peer.commands.filter((command) => command.startsWith(verb));

describe('SMTPUTF8', () => {
  const international = {
    to: [{ address: 'žluť@xn--bcher-kva.example' }],
    features: new Set(['internationalAddress'] as const),
  };

  it('is asked for where an address needs it', async () => {
    expect(await send(['SMTPUTF8', '8BITMIME'], international)).toMatchObject({
      outcome: 'accepted',
    });
    expect(commands('MAIL')).toEqual(['MAIL FROM:<shop@example.com> SMTPUTF8 BODY=8BITMIME']);
  });

  it('refuses the message where it is not offered, before anything is sent', async () => {
    expect(await send(['8BITMIME'], international)).toMatchObject({
      outcome: 'unsent',
      failure: { category: 'unsupported', scope: 'message', retryable: false },
    });
    expect(commands('MAIL')).toEqual([]);
  });

  it('is not asked for where no address needs it', async () => {
    await send(['SMTPUTF8', '8BITMIME'], {});
    expect(commands('MAIL')).toEqual(['MAIL FROM:<shop@example.com>']);
  });
});

describe('Delivery status notifications', () => {
  const dsn = { notify: ['failure', 'delay'], return: 'headers' };

  it('are asked for, with our id in the reports', async () => {
    expect(await send(['DSN'], {}, { dsn })).toMatchObject({ outcome: 'accepted' });
    expect(peer.commands).toContain('MAIL FROM:<shop@example.com> RET=HDRS ENVID=order-1');
    expect(peer.commands).toContain('RCPT TO:<ada@example.org> NOTIFY=FAILURE,DELAY');
  });

  it('follow the message rather than the configuration', async () => {
    const providerOptions = { smtp: { dsn: { notify: 'never', envid: 'mine+1' } } };
    await send(['DSN'], { providerOptions }, { dsn });
    expect(peer.commands).toContain('MAIL FROM:<shop@example.com> ENVID=mine+2B1');
    expect(peer.commands).toContain('RCPT TO:<ada@example.org> NOTIFY=NEVER');
  });

  it('are never silently left out', async () => {
    expect(await send(['8BITMIME'], {}, { dsn })).toMatchObject({
      outcome: 'unsent',
      failure: { category: 'unsupported', retryable: false, scope: 'message' },
    });
    expect(commands('MAIL')).toEqual([]);
  });

  it.each([
    [{ dsn: { notify: ['success\r\nRCPT TO:<e@attacker.example>'] } }],
    [{ dsn: { envid: '1\r\nRCPT TO:<e@attacker.example>' } }],
    [{ dsn: { orcpt: 'rfc822;e@attacker.example' } }],
    [{ size: '1\r\nRCPT TO:<e@attacker.example>' }],
    [{ envelope: { to: ['e@attacker.example'] } }],
  ])('and nothing else gets in that way: %j', async (smtp) => {
    expect(await send(['DSN'], { providerOptions: { smtp } })).toMatchObject({
      outcome: 'rejected',
      failure: { category: 'validation', scope: 'message' },
    });
    expect(peer.connections).toBe(0);
  });
});

describe('The size of a message', () => {
  it('is told beforehand', async () => {
    await send(['SIZE 100000'], {});
    const size = Number(/SIZE=(\d+)/.exec(commands('MAIL')[0] ?? '')?.[1]);
    const onTheWire = `${peer.messages[0]?.body}\r\n`.length;
    // What nodemailer adds is the line break at the end, where the message has none.
    expect(onTheWire - size).toBeLessThanOrEqual(2);
    expect(size).toBeGreaterThan(0);
  });
});

describe('A content that cannot be read', () => {
  it('ends no message, and is the fault of the message', async () => {
    const content = () => {
      throw new Error('/secret/path is gone');
    };
    const submission = await send(['PIPELINING'], {
      attachments: [{ filename: 'a.txt', content }],
    });
    expect(submission).toMatchObject({ outcome: 'rejected', failure: { scope: 'message' } });
    expect(peer.messages).toEqual([]);
  });
});
