import { apiProvider } from '../../fixtures/api/api-providers.js';
import { outgoingEmail } from '../../fixtures/outgoing-email.js';
import { HELLO, startMailgun } from './mailgun.fixture.js';

const NEWSLETTER = {
  subject: 'For {{name}}',
  html: '<p>{{name}}: <a href="https://example.com/u/{{token}}">leave</a></p>',
  text: '{{name}}: https://example.com/u/{{token}}',
};
const subscribers = (count: number) =>
  Array.from({ length: count }, (_, i) => ({
    ...NEWSLETTER,
    id: `id-${i}`,
    to: { name: `Person ${i}`, address: `person${i}@example.org` },
    substitutions: { name: `Name ${i}`, token: `tok-${i}` },
    metadata: { customer: `c-${i}`, campaign: 'spring' },
    headers: { 'List-Unsubscribe': `<https://example.com/u/tok-${i}>`, 'X-Campaign': 'spring' },
    tags: ['news'],
  }));
const same = (count: number) =>
  Array.from({ length: count }, (_, i) => ({
    ...HELLO,
    to: `person${i}@example.org`,
    id: `id-${i}`,
  }));

describe('Messages of one content share a call', () => {
  it('a personalised newsletter: 1,000 at a time, each with what is its own', async () => {
    const { mail, mailgun } = await startMailgun();
    const result = await mail.sendBulk(subscribers(1500));
    expect(result.successful).toBe(1500);
    // How many are taken together depends on how fast they come.
    expect(result.providerCalls).toBeLessThan(15);
    expect(Math.max(...mailgun.calls.map(({ to }) => to!.length))).toBeLessThanOrEqual(1000);
    expect(mailgun.problems).toEqual([]);
    expect(mailgun.mails).toHaveLength(1500);
    const got = new Map(mailgun.mails.map((each) => [each.recipient, each]));
    for (let i = 0; i < 1500; i += 1) {
      expect(got.get(`person${i}@example.org`)).toMatchObject({
        to: `Person ${i} <person${i}@example.org>`,
        subject: `For Name ${i}`,
        text: `Name ${i}: https://example.com/u/tok-${i}`,
        html: `<p>Name ${i}: <a href="https://example.com/u/tok-${i}">leave</a></p>`,
        headers: { 'List-Unsubscribe': `<https://example.com/u/tok-${i}>`, 'X-Campaign': 'spring' },
        variables: { mailbridge_id: `id-${i}`, customer: `c-${i}`, campaign: 'spring' },
      });
    }
  });

  it('what all have in common stands there once', async () => {
    const { mail, mailgun } = await startMailgun();
    await mail.sendBulk(subscribers(3));
    expect(mailgun.calls[0]).toMatchObject({ 'h:X-Campaign': 'spring', 'v:campaign': 'spring' });
    expect(mailgun.calls[0]!['recipient-variables']).not.toContain('spring');
  });

  it('one recipient never sees another', async () => {
    const { mail, mailgun } = await startMailgun();
    await mail.sendBulk(same(5));
    expect(mailgun.calls).toHaveLength(1);
    expect(mailgun.mails.every(({ to, recipient }) => to === recipient)).toBe(true);
  });

  it('also with one file for all, and not with different ones', async () => {
    const { mail, mailgun } = await startMailgun();
    const large = Buffer.alloc(200_000, 'x');
    const contents = ['one', 'two', large, Buffer.alloc(200_000, 'y')];
    const messages = same(12).map((each, i) => ({
      ...each,
      attachments: [{ filename: 'a.txt', content: contents[i % 4]! }],
    }));
    await mail.sendBulk(messages);
    const files = mailgun.calls.map(({ to, attachment }) => {
      const [file] = attachment as readonly { content: string }[];
      return `${to!.length} times ${file!.content.slice(0, 3)}`;
    });
    // Several calls are in flight: they arrive in any order.
    expect(files.toSorted()).toEqual(['one', 'two', 'xxx', 'yyy'].map((name) => `3 times ${name}`));
  });

  it.each([
    ['sender', { from: 'other@example.com' }],
    ['subject', { subject: 'Other' }],
    ['text', { text: 'Other' }],
    ['html', { html: '<p>Other</p>' }],
    ['tags', { tags: ['other'] }],
    ['tracking', { trackOpens: false }],
    ['schedule', { sendAt: new Date(Date.now() + 3600_000) }],
    ['stream', { stream: 'other' }],
    ['header names', { headers: { 'X-Other': '1' } }],
    ['metadata names', { metadata: { other: '1' } }],
    ['provider options', { providerOptions: { mailgun: { 'o:dkim': 'no' } } }],
    ['reply-to', { replyTo: 'other@example.com' }],
    ['copies', { cc: 'c@example.org' }],
    ['several recipients', { to: ['x@example.org', 'y@example.org'] }],
    ['substitutions', { text: 'Hello Ada', substitutions: {} }],
  ])('a message with another %s goes in a call of its own', async (_, other) => {
    const { mail, mailgun } = await startMailgun();
    const [first, second, third] = same(3);
    await mail.sendBulk([first!, { ...second!, ...other }, third!]);
    expect(mailgun.calls).toHaveLength(2);
    expect(mailgun.problems).toEqual([]);
  });

  it('also where a percent sign follows a value', async () => {
    const { mail, mailgun } = await startMailgun();
    await mail.sendBulk(
      same(3).map((each, i) => ({ ...each, text: '{{n}}% off', substitutions: { n: i } })),
    );
    expect(mailgun.calls).toHaveLength(1);
    expect(mailgun.mails.map(({ text }) => text)).toEqual(['0% off', '1% off', '2% off']);
  });

  it('the values of reply-to, headers and metadata may differ', async () => {
    const { mail, mailgun } = await startMailgun();
    await mail.sendBulk(
      same(3).map((each, i) => ({
        ...each,
        replyTo: `r+${i}@example.com`,
        metadata: { n: `${i}` },
      })),
    );
    expect(mailgun.calls).toHaveLength(1);
    expect(mailgun.mails.map(({ headers }) => headers['Reply-To'])).toEqual([
      'r+0@example.com',
      'r+1@example.com',
      'r+2@example.com',
    ]);
  });
});

describe('Two messages to one address', () => {
  it('both arrive, in two calls', async () => {
    const { mail, mailgun } = await startMailgun();
    const messages = subscribers(4).map((each, i) =>
      i === 2 ? { ...each, to: 'PERSON0@example.org' } : each,
    );
    const result = await mail.sendBulk(messages);
    expect(result).toMatchObject({ successful: 4, providerCalls: 2 });
    expect(mailgun.mails.map(({ subject }) => subject!).toSorted()).toEqual([
      'For Name 0',
      'For Name 1',
      'For Name 2',
      'For Name 3',
    ]);
    // Both calls are in flight at a time.
    const [first, ...others] = result.responses.map(({ messageId }) => messageId);
    expect(others.map((each) => each === first)).toEqual([true, false, true]);
  });

  it('H1: since the planner is told which address may stand only once in a call', () => {
    const { batching } = apiProvider('mailgun', 'http://127.0.0.1:9');
    const email = outgoingEmail({ to: [{ address: 'Ada@Example.org' }] });
    expect(batching?.unique?.(email)).toEqual(['ada@example.org']);
  });

  it('also 300 messages to one address', async () => {
    const { mail, mailgun } = await startMailgun();
    const result = await mail.sendBulk(same(300).map((each) => ({ ...each, to: HELLO.to })));
    expect(result).toMatchObject({ successful: 300, providerCalls: 300 });
    expect(new Set(mailgun.mails.map(({ variables }) => variables['mailbridge_id'])).size).toBe(
      300,
    );
  });

  it('and a refused neighbour is found all the same', async () => {
    const { mail, mailgun } = await startMailgun();
    mailgun.invalid.add('person3@example.org');
    const messages = same(8).map((each, i) =>
      i === 5 ? { ...each, to: 'person0@example.org' } : each,
    );
    const result = await mail.sendBulk(messages);
    expect(result.outcomes).toMatchObject({ accepted: 7, rejected: 1 });
    expect(result.responses[3]!.outcome).toBe('rejected');
    expect(mailgun.mails).toHaveLength(7);
  });
});

describe('A refused call is taken apart', () => {
  it('the good ones go, each culprit is rejected with the words of Mailgun', async () => {
    const { mail, mailgun } = await startMailgun();
    mailgun.invalid.add('person17@example.org').add('person90@example.org');
    const result = await mail.sendBulk(same(128));
    expect(result.outcomes).toMatchObject({ accepted: 126, rejected: 2 });
    expect(result.responses[17]!.failure).toMatchObject({
      scope: 'recipient',
      statusCode: 400,
      message: "'to' parameter is not a valid address. please check documentation",
    });
    expect(result.providerCalls).toBeLessThanOrEqual(1 + 2 * 2 * 7);
    expect(new Set(mailgun.mails.map(({ recipient }) => recipient)).size).toBe(126);
    expect(mailgun.mails).toHaveLength(126);
  });

  it.each([
    [400, 'Domain mg.example.com is not allowed to send: The domain is unverified'],
    [400, "'from' parameter is not a valid address. please check documentation"],
    [400, 'Only 10 recipients per request is allowed on probation.'],
    [401, 'Forbidden'],
    [403, 'Domain mg.example.com is not allowed to send large batches yet'],
    [429, 'Domain is not allowed to send: recipient limit exceeded, try again after 120 seconds'],
  ])('but not for %i %s', async (status, message) => {
    const { mail, mailgun } = await startMailgun();
    mailgun.answers.push({ status, body: { message } });
    const result = await mail.sendBulk(same(20));
    expect(result).toMatchObject({ outcomes: { unsent: 20 }, providerCalls: 1 });
  });
});

describe('Text that Mailgun would take for a variable survives', () => {
  const AWKWARD = [
    '%recipient.s0%',
    '%recipient.f0%',
    '%Recipient.name%',
    '%recipient%',
    '100%{{name}}%',
    '%rec{{name}}',
    '{{name}}%%{{name}}',
  ];
  it.each(AWKWARD)('%s in what is shared', async (awkward) => {
    const { mail, mailgun } = await startMailgun();
    const messages = subscribers(3).map((each, i) => ({
      ...each,
      text: `${each.text} ${awkward}`,
      substitutions: { ...each.substitutions, name: `ipient.f${i}%` },
    }));
    await mail.sendBulk(messages);
    const texts = mailgun.mails.map(({ text }) => text);
    expect(texts).toEqual(
      messages.map(
        ({ substitutions: { name, token } }) =>
          `${name}: https://example.com/u/${token} ${awkward.replaceAll('{{name}}', name)}`,
      ),
    );
  });

  it.each([
    ['a value', { substitutions: { name: '%recipient.h0%', token: 't' } }],
    ['a header', { headers: { 'List-Unsubscribe': '%recipient.f0%', 'X-Campaign': 'x' } }],
    ['metadata', { metadata: { customer: '%recipient.f1%', campaign: 'x' } }],
  ])('in %s of one message; the others share a call', async (_, awkward) => {
    const { mail, mailgun } = await startMailgun();
    const messages = subscribers(10).map((each, i) => (i === 4 ? { ...each, ...awkward } : each));
    await mail.sendBulk(messages);
    expect(mailgun.calls.map(({ to }) => to!.length).toSorted((a, b) => a - b)).toEqual([1, 9]);
    const alone = mailgun.calls.find(({ to }) => to!.length === 1)!;
    expect(alone).not.toHaveProperty('recipient-variables');
    expect(JSON.stringify(alone)).toMatch(/%recipient\.[hf]\d%/);
  });

  it('values arrive as they are: quotes, braces, percent signs, html, line breaks', async () => {
    const { mail, mailgun } = await startMailgun();
    const name = `"'\\ {{token}} 50% $& <b>&amp; \u2028 ž🚀`;
    const text = '{{name}}\r\n{{token}}';
    const html = '<p>{{name}}</p>';
    await mail.sendBulk(
      [0, 1].map((i) => ({
        ...HELLO,
        text,
        html,
        to: `p${i}@example.org`,
        substitutions: { name, token: `line\r\n\r\n${i}` },
      })),
    );
    expect(mailgun.calls).toHaveLength(1);
    expect(mailgun.mails[1]).toMatchObject({
      text: `${name}\r\nline\r\n\r\n1`,
      html: `<p>&quot;&#39;\\ {{token}} 50% $&amp; &lt;b&gt;&amp;amp; \u2028 ž🚀</p>`,
    });
  });
});

describe('Stored templates', () => {
  const of = (templateData: readonly object[]) =>
    templateData.map((data, i) => ({
      to: `p${i}@example.org`,
      templateId: 'welcome',
      templateData: data as Record<string, unknown>,
    }));

  it.each([
    ['text of each recipient', [{ name: 'A "1"' }, { name: 'B' }, { name: '' }], 1],
    ['the same nested data', [{ items: [1] }, { items: [1] }], 1],
    ['different nested data', [{ items: [1] }, { items: [2] }], 2],
    ['numbers', [{ n: 1 }, { n: 2 }], 2],
    ['different names', [{ a: '1' }, { b: '1' }], 2],
    ['names that no variable has', [{ 'a b': '1' }, { 'a b': '2' }], 2],
  ])('with %s', async (_, data, calls) => {
    const { mail, mailgun } = await startMailgun();
    await mail.sendBulk(of(data));
    expect(mailgun.calls).toHaveLength(calls);
    expect(mailgun.mails.map(({ templateData }) => templateData)).toEqual(
      data.map((each) => expect.objectContaining(each) as object),
    );
    expect(mailgun.problems).toEqual([]);
  });

  it('data and metadata of one name do not meet', async () => {
    const { mail, mailgun } = await startMailgun();
    const messages = of([{ name: 'A' }, { name: 'B' }]).map((each) => ({
      ...each,
      metadata: { name: 'metadata' },
    }));
    await mail.sendBulk(messages);
    expect(mailgun.mails.map(({ templateData }) => templateData['name'])).toEqual(['A', 'B']);
    expect(mailgun.mails.map(({ variables }) => variables['name'])).toEqual([
      'metadata',
      'metadata',
    ]);
  });
});
