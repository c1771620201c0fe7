import type { CapturedMail } from '../../../lib/providers/mailbox/captured-mail.js';
import { MailboxStore } from '../../../lib/providers/mailbox/mailbox.store.js';

describe('the mailbox finds a mail by what the test knows of it', () => {
  const store = new MailboxStore();
  store.add(mail('1', { envelope: { from: 'shop@example.com', to: ['Ada@example.org'] } }));
  store.add(mail('2', { subject: 'Your invoice 42', tags: ['invoice', 'paid'] }));
  store.add(mail('3', { from: { address: 'news@xn--bcher-kva.example' } }));
  store.add(
    mail('4', { envelope: { from: '', to: ['b@example.org', 'žluť@xn--bcher-kva.example'] } }),
  );

  it.each([
    ['every mail without a condition', {}, ['1', '2', '3', '4']],
    ['an undefined condition is none', { to: undefined }, ['1', '2', '3', '4']],
    ['its id', { id: '2' }, ['2']],
    ['a recipient', { to: 'Ada@example.org' }, ['1']],
    ['a recipient in another case', { to: 'ada@EXAMPLE.org' }, ['1']],
    ['a recipient among others', { to: 'b@example.org' }, ['4']],
    ['a recipient as people write it', { to: 'žluť@bücher.example' }, ['4']],
    ['not a part of an address', { to: 'example.org' }, []],
    ['the sender', { from: 'news@bücher.example' }, ['3']],
    ['a part of the subject', { subject: 'invoice' }, ['2']],
    ['a pattern', { subject: /^your INVOICE \d+$/i }, ['2']],
    ['a tag', { tag: 'paid' }, ['2']],
    ['all conditions at once', { tag: 'paid', subject: 'other' }, []],
  ])('%s', (_case, filter, expected) => {
    expect(store.find(filter).map(({ id }) => id)).toEqual(expected);
    expect(store.find(filter).map(({ id }) => id)).toEqual(expected);
  });

  it('all of them by a pattern that remembers its last match', () => {
    const alike = new MailboxStore();
    for (const id of ['1', '2', '3']) alike.add(mail(id, { subject: 'Hello' }));

    expect(alike.find({ subject: /Hello/g }).map(({ id }) => id)).toEqual(['1', '2', '3']);
  });

  it('or by a function', () => {
    expect(store.find(({ tags }) => tags.length === 2).map(({ id }) => id)).toEqual(['2']);
  });
});

describe('the mailbox holds no more than it may', () => {
  it('drops the oldest when there are too many', () => {
    const store = new MailboxStore({ maxMessages: 3, maxBytes: 1_000_000 });
    for (const id of ['1', '2', '3', '4', '5']) store.add(mail(id));

    expect(ids(store)).toEqual(['3', '4', '5']);
  });

  it('drops the oldest when they are too large, parsed parts counted', () => {
    const store = new MailboxStore({ maxMessages: 100, maxBytes: 1000 });
    store.add(mail('1', { raw: Buffer.alloc(400) }));
    store.add(mail('2', { text: 'x'.repeat(200) }));
    store.add(mail('3', { raw: Buffer.alloc(200) }));
    expect(ids(store)).toEqual(['1', '2', '3']);

    store.add(mail('4', { attachments: [attachment(300)] }));
    expect(ids(store)).toEqual(['2', '3', '4']);

    store.add(mail('5', { html: 'x'.repeat(400) }));
    expect(ids(store)).toEqual(['5']);
  });

  it('keeps the newest alone where it is larger than all may be', () => {
    const store = new MailboxStore({ maxMessages: 10, maxBytes: 100 });
    store.add(mail('1'));
    store.add(mail('2', { raw: Buffer.alloc(500) }));
    expect(ids(store)).toEqual(['2']);

    store.add(mail('3'));
    expect(ids(store)).toEqual(['3']);
  });

  it('starts from nothing after it was cleared', () => {
    const store = new MailboxStore({ maxMessages: 10, maxBytes: 100 });
    store.add(mail('1', { raw: Buffer.alloc(90) }));
    store.clear();
    expect(ids(store)).toEqual([]);

    store.add(mail('2', { raw: Buffer.alloc(60) }));
    store.add(mail('3', { raw: Buffer.alloc(40) }));
    expect(ids(store)).toEqual(['2', '3']);
  });

  it('20,000 mails leave the newest 1,000', () => {
    const store = new MailboxStore();
    for (let index = 0; index < 20_000; index++) store.add(mail(`${index}`));

    expect(store.messages).toHaveLength(1000);
    expect(store.messages[0]?.id).toBe('19000');
  });
});

describe('the list of mails', () => {
  it('is what was there when it was asked for', () => {
    const store = new MailboxStore();
    store.add(mail('1'));
    const before = store.messages;
    store.add(mail('2'));
    store.clear();

    expect(before.map(({ id }) => id)).toEqual(['1']);
  });
});

describe('arrivals are told as they happen', () => {
  it('from the subscription on, each once, already in the list', () => {
    const store = new MailboxStore();
    const seen: string[] = [];
    store.add(mail('early'));
    const subscription = store.arrivals$.subscribe(({ id }) => {
      seen.push(`${id} of ${store.messages.length}`);
    });
    store.add(mail('1'));
    store.add(mail('2'));
    subscription.unsubscribe();
    store.add(mail('late'));

    expect(seen).toEqual(['1 of 2', '2 of 3']);
  });

  it('until the mailbox closes, which leaves the mails readable', () => {
    const store = new MailboxStore();
    let completed = false;
    store.arrivals$.subscribe({ complete: () => (completed = true) });
    store.add(mail('1'));
    store.close();

    expect(completed).toBe(true);
    expect(ids(store)).toEqual(['1']);
  });
});

function mail(id: string, parts: Partial<CapturedMail> = {}): CapturedMail {
  return {
    id,
    capturedAt: new Date(),
    envelope: { from: 'shop@example.com', to: ['someone@example.net'] },
    headers: {},
    messageId: `<${id}@example.com>`,
    from: { address: 'shop@example.com' },
    to: [],
    cc: [],
    replyTo: [],
    attachments: [],
    raw: Buffer.alloc(0),
    tags: [],
    metadata: {},
    ...parts,
  };
}

function attachment(bytes: number) {
  return { contentType: 'application/pdf', content: Buffer.alloc(bytes) };
}

function ids(store: MailboxStore): string[] {
  return store.messages.map(({ id }) => id);
}
