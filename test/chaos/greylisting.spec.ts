import { startMailBridge } from '../fixtures/application.js';
import { message } from '../fixtures/scripted-provider.js';
import { SmtpScriptPeer, say, type Script } from '../fixtures/smtp-script-peer.js';

const LATER = say('450 4.2.0 greylisted, come back later');
const NEVER = say('550 5.1.1 no such mailbox');

let peer: SmtpScriptPeer;

afterEach(() => peer.close());

/** A MailBridge whose server follows that script until it has taken a message. */
async function start(script: Script) {
  peer = await SmtpScriptPeer.start({ script: (_, number) => (number === 1 ? script : {}) });
  return startMailBridge({
    provider: 'smtp',
    defaults: { from: 'sender@example.com' },
    retry: { minDelayMs: 1, maxDelayMs: 1 },
    providers: { smtp: { host: '127.0.0.1', port: peer.port } },
  });
}

const all = { ...message(), to: ['a@example.org', 'b@example.org', 'c@example.org'] };
const copies = () => peer.messages.map(({ to }) => to);

describe('Greylisting', () => {
  it('has only the recipients that were deferred sent to again', async () => {
    const mail = await start({ rcpt: [LATER, say('250 ok')] });
    const response = await mail.send(all);
    expect(response).toMatchObject({ outcome: 'accepted', attempts: 2 });
    expect(response).not.toHaveProperty('recipients');
    expect(copies()).toEqual([['b@example.org', 'c@example.org'], ['a@example.org']]);
  });

  it('has everybody sent to again who was deferred, once', async () => {
    const mail = await start({ rcpt: [LATER, LATER, LATER, say('250 ok')] });
    const response = await mail.send(all);
    expect(response).toMatchObject({ outcome: 'accepted', attempts: 2 });
    expect(copies()).toEqual([['a@example.org', 'b@example.org', 'c@example.org']]);
  });

  it('has nobody sent to again who was refused for good', async () => {
    const mail = await start({ rcpt: [NEVER, LATER, say('250 ok')] });
    const response = await mail.send(all);
    expect(response).toMatchObject({
      outcome: 'accepted',
      recipients: expect.arrayContaining([
        expect.objectContaining({ address: 'a@example.org', outcome: 'rejected' }),
        { address: 'b@example.org', outcome: 'accepted' },
      ]),
    });
    expect(copies()).toEqual([['c@example.org'], ['b@example.org']]);
  });
});
