import { startMailBridge } from '../fixtures/application.js';
import { message } from '../fixtures/scripted-provider.js';
import {
  SmtpScriptPeer,
  say,
  type Move,
  type PeerOptions,
  type Script,
} from '../fixtures/smtp-script-peer.js';

const LATER = say('450 4.2.0 greylisted, come back later');
const NEVER = say('550 5.1.1 no such mailbox');

let peer: SmtpScriptPeer;

afterEach(() => peer.close());

/** A MailBridge whose server follows that script until it has taken a message. */
function start(script: Script) {
  return startWith((_, number) => (number === 1 ? script : {}));
}

async function startWith(script: NonNullable<PeerOptions['script']>) {
  peer = await SmtpScriptPeer.start({ script });
  return startMailBridge({
    provider: 'smtp',
    defaults: { from: 'sender@example.com' },
    retry: { baseDelayMs: 1, maxDelayMs: 1 },
    providers: { smtp: { host: '127.0.0.1', port: peer.port } },
  });
}

/** Puts those off whose address looks like that. */
const byRecipient =
  (deferred: RegExp): Move =>
  (line) =>
    (deferred.test(lastRecipient()) ? LATER : say('250 ok'))(line);

/** Puts every other recipient off once: those whose address begins with a `g`. */
const onceLater =
  (seen: Set<string>): Move =>
  (line) => {
    const address = lastRecipient();
    const isNew = address.startsWith('g') && !seen.has(address);
    seen.add(address);
    (isNew ? LATER : say('250 ok'))(line);
  };

/** Whom the server was just asked about; it answers at once. */
const lastRecipient = () => /<(.*?)>/.exec(peer.commands.at(-1)!)?.[1] ?? '';

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

  it('that does not end leaves only the deferred behind, and one copy with the others', async () => {
    const mail = await startWith(() => ({ rcpt: byRecipient(/^a@/) }));
    const response = await mail.send(all);
    expect(response).toMatchObject({
      outcome: 'accepted',
      attempts: 3,
      recipients: expect.arrayContaining([
        expect.objectContaining({ address: 'a@example.org', outcome: 'unsent' }),
        { address: 'b@example.org', outcome: 'accepted' },
        { address: 'c@example.org', outcome: 'accepted' },
      ]),
    });
    expect(copies()).toEqual([['b@example.org', 'c@example.org']]);
  });

  it('holds up no other message of a bulk, and everybody gets one copy', async () => {
    const seen = new Set<string>();
    const mail = await startWith(() => ({ rcpt: onceLater(seen) }));
    // As many as a small bulk may try again: the budget for that is the provider's.
    const bulk = Array.from({ length: 10 }, (_, i) => ({
      ...message(),
      to: i % 2 === 0 ? `g${i}@example.org` : [`g${i}@example.org`, `n${i}@example.org`],
    }));
    const { outcomes } = await mail.sendBulk(bulk, { concurrency: 4 });
    expect(outcomes).toMatchObject({ accepted: 10 });
    expect(copies().flat().toSorted()).toEqual(bulk.flatMap(({ to }) => to).toSorted());
  });
});
