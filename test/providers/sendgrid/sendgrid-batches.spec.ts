import { renderContent, type SubstitutionValue } from 'nest-mailbridge';
import { CallRoom } from '../../../lib/providers/sendgrid/sendgrid-call-room.js';
import { apiProvider } from '../../fixtures/api/api-providers.js';
import { outgoingEmail } from '../../fixtures/outgoing-email.js';
import { refusal } from '../../fixtures/api/sendgrid-server.js';
import { people, startSendGrid } from './sendgrid.fixture.js';

const letter = { subject: 'News', html: '<p>News</p>', text: 'News' };

describe('Messages of one content go out in one call', () => {
  it('each in a personalization of its own, with its own id, and one id of the call for all', async () => {
    const { mail, server } = await startSendGrid();
    const messages = people(120).map((to, i) => ({
      ...letter,
      to,
      id: `m${i}`,
      metadata: { n: `${i}` },
    }));
    const { responses, providerCalls } = await mail.sendBulk(messages);
    expect(providerCalls).toBe(1);
    expect(server.problems).toEqual([]);
    expect(server.mails.map((each) => [each.to, each.arguments])).toEqual(
      messages.map(({ to, id, metadata }) => [[to], { ...metadata, mailbridge_id: id }]),
    );
    expect(new Set(responses.map(({ messageId }) => messageId))).toEqual(new Set(['sg-1']));
  });

  it('at most 1,000 recipients a call, all messages of it together', async () => {
    const { mail, server } = await startSendGrid();
    const to = people(2_500);
    const { successful } = await mail.sendBulk(
      to.map((each, i) => ({ ...letter, to: each, cc: i % 5 === 0 ? `cc${i}@example.org` : [] })),
    );
    expect(successful).toBe(2_500);
    expect(server.problems).toEqual([]);
    expect(server.mails.flatMap((each) => each.to).toSorted()).toEqual(to.toSorted());
    expect(server.calls.length).toBeLessThan(50);
  });

  it('also where subject, headers, moment, metadata and template data are each its own', async () => {
    const { mail, server } = await startSendGrid();
    const sendAt = (i: number) => new Date(Date.now() + i * 60_000);
    const messages = people(3).map((to, i) => ({
      to,
      ...letter,
      subject: `News ${i}`,
      headers: { 'X-N': `n${i}` },
      sendAt: sendAt(i + 1),
    }));
    await mail.sendBulk(messages);
    expect(server.calls).toHaveLength(1);
    expect(server.problems).toEqual([]);
    expect(server.mails.map(({ subject, headers, sendAt: at }) => [subject, headers, at])).toEqual(
      messages.map((each) => [
        each.subject,
        each.headers,
        Math.floor(each.sendAt.getTime() / 1000),
      ]),
    );
  });

  it('never with a neighbour that says something else: nobody gets a field of another', async () => {
    const { mail, server } = await startSendGrid();
    const base = { to: 'a@example.org', ...letter };
    const different = [
      { ...base, html: '<p>Other</p>' },
      { ...base, text: undefined },
      { ...base, from: 'other@example.com' },
      { ...base, replyTo: 'r@example.org' },
      { ...base, tags: ['t'] },
      { ...base, trackOpens: false },
      { ...base, trackClicks: false },
      { ...base, stream: 'pool-b' },
      { ...base, attachments: [{ filename: 'a.txt', content: 'a' }] },
      { ...base, attachments: [{ filename: 'a.txt', content: 'b' }] },
      { ...base, providerOptions: { sendgrid: { asm: { group_id: 1 } } } },
    ];
    const templates = [{ templateId: 'd-1' }, { templateId: 'd-2' }];
    // Each beside one that differs in nothing else.
    const messages = [...different.flatMap((each) => [base, each]), ...templates];
    const { successful } = await mail.sendBulk(
      messages.map((each, i) => ({ ...each, to: `p${i}@example.org` })),
    );
    expect(successful).toBe(messages.length);
    expect(server.calls).toHaveLength(1 + different.length + templates.length);
  });

  it('a header of one message is in no other', async () => {
    const { mail, server } = await startSendGrid();
    await mail.sendBulk([
      { ...letter, to: 'a@example.org', headers: { 'X-A': '1' } },
      { ...letter, to: 'b@example.org' },
    ]);
    expect(server.calls).toHaveLength(1);
    expect(server.mails.map(({ headers }) => headers)).toEqual([{ 'X-A': '1' }, {}]);
  });

  it('and an address that several messages go to gets each of them', async () => {
    const { mail, server } = await startSendGrid();
    const to = ['ada@example.org', 'bob@example.org', 'ADA@example.org', 'ada@example.org'];
    const { responses } = await mail.sendBulk(
      to.map((each, i) => ({ ...letter, to: each, id: `m${i}` })),
    );
    expect(responses.map(({ outcome }) => outcome)).toEqual([
      'accepted',
      'accepted',
      'accepted',
      'accepted',
    ]);
    expect(new Set(server.mails.map(({ arguments: own }) => own['mailbridge_id']))).toEqual(
      new Set(['m0', 'm1', 'm2', 'm3']),
    );
    // They are in flight at a time, and arrive in any order.
    const sizes = server.calls.map(({ personalizations }) => personalizations.length);
    expect(sizes).toHaveLength(3);
    expect(Math.max(...sizes)).toBe(2);
  });

  it('H1: tells the planner which mailboxes may stand only once in a call', () => {
    const provider = apiProvider('sendgrid', 'http://127.0.0.1:9');
    const unique = (parts: Parameters<typeof outgoingEmail>[0]) =>
      provider.batching?.unique?.(outgoingEmail(parts));
    expect(unique({ to: [{ address: 'Ada@Example.org' }] })).toEqual(['ada@example.org']);
    const cc = [{ address: 'cc@example.org' }];
    expect(unique({ cc, bcc: [{ address: 'B@example.org' }] })).toEqual([
      'ada@example.org',
      'cc@example.org',
      'b@example.org',
    ]);
  });

  it('at most 10,000 substitutions a call: the eleventh of a thousand messages is one too many', () => {
    const names = Array.from({ length: 11 }, (_, i) => `v${i}`);
    const text = names.map((name) => `{{${name}}}`).join(' ');
    const substitutions = Object.fromEntries(names.map((name) => [name, 'x']));
    const room = new CallRoom();
    const fits = people(1_000).map((address) =>
      room.takes(outgoingEmail({ to: [{ address }], text, substitutions })),
    );
    expect(fits.filter(Boolean)).toHaveLength(909);
  });
});

type Values = Record<string, SubstitutionValue>;

const TEXTS = {
  subject: 'For {{name}}',
  html: '<p>{{ name }}: <a href="https://example.org/?u={{token}}">{{token}}</a></p>',
  text: 'For {{name}}: {{token}}',
};

const NATIVE: [what: string, values: Values, texts?: Partial<typeof TEXTS>][] = [
  ['plain words', { name: 'Ada', token: 'tok-1' }],
  ['marks of html', { name: `Tom & "Jerry" <b>'x'</b>`, token: '1' }],
  ['numbers and truth', { name: 1.5, token: true }],
  ['what replacing reads as a pattern', { name: '$& $1 $$ %s %recipient.x%', token: '-name-' }],
  ['nothing', { name: '', token: '' }, { subject: 'S' }],
  ['line breaks in a body', { name: 'a', token: 'x\ny' }],
];

const RENDERED: [what: string, values: Values, texts?: Partial<typeof TEXTS>][] = [
  ['a value that is a placeholder', { name: '{{token}}', token: 'secret' }],
  ['a value that completes one', { name: 'token}}', token: '{{name' }],
  [
    'text that looks like a tag besides',
    { name: 'Ada', token: '1' },
    { html: '<style>a{{ b: 1 }}</style>{{name}}{{c|html}}' },
  ],
  [
    'text that an empty value would make a tag',
    { name: '', token: 'x' },
    { text: '{{{name}}{token}}' },
  ],
  ['more than 10,000 bytes', { name: 'Ada', token: 'x'.repeat(10_000) }],
];

describe('Substitutions arrive exactly as they would be rendered here', () => {
  const two = (values: Values, texts: Partial<typeof TEXTS> = {}) =>
    ['a@example.org', 'b@example.org'].map((to, i) => ({
      to,
      ...TEXTS,
      ...texts,
      substitutions: i === 0 ? values : { name: 'Bob', token: 'tok-2' },
    }));

  it.each(NATIVE)('%s, as those of SendGrid in one call', async (_, values, texts = {}) => {
    const { mail, server } = await startSendGrid();
    const messages = two(values, texts);
    expect((await mail.sendBulk(messages)).successful).toBe(2);
    expect(server.problems).toEqual([]);
    expect(server.calls).toHaveLength(1);
    expect(server.mails).toMatchObject(messages.map(renderContent));
  });

  it.each(RENDERED)('%s, filled in here', async (_, values, texts = {}) => {
    const { mail, server } = await startSendGrid();
    const messages = two(values, texts);
    expect((await mail.sendBulk(messages)).successful).toBe(2);
    const mails = server.mails.toSorted((a, b) => a.to[0]!.localeCompare(b.to[0]!));
    expect(mails).toMatchObject(messages.map(renderContent));
    expect(server.calls[0]?.personalizations[0]).not.toHaveProperty('substitutions');
  });

  it('reply-to, where SendGrid would replace too, keeps its braces', async () => {
    const { mail, server } = await startSendGrid();
    const replyTo = { name: 'Write to {{name}}', address: 'r@example.org' };
    await mail.send({
      to: 'a@example.org',
      ...TEXTS,
      replyTo,
      substitutions: { name: 'Ada', token: '1' },
    });
    expect(server.calls[0]?.personalizations[0]).not.toHaveProperty('substitutions');
  });

  it('and without values braces are plain text, beside a neighbour that has values', async () => {
    const { mail, server } = await startSendGrid();
    await mail.sendBulk([
      { to: 'a@example.org', ...TEXTS },
      { to: 'b@example.org', ...TEXTS, substitutions: { name: 'Bob', token: '2' } },
    ]);
    expect(server.mails.find(({ to }) => to[0] === 'a@example.org')).toMatchObject(TEXTS);
  });
});

describe('A call that is refused because of one message goes without it', () => {
  it('the ones that the errors name are rejected with their words, the others go in one more call', async () => {
    const { mail, server } = await startSendGrid();
    const to = people(100);
    server.refused.add(to[7]!).add(to[42]!);
    const { responses, providerCalls } = await mail.sendBulk(
      to.map((each) => ({ ...letter, to: each })),
    );
    const rejected = responses.filter(({ outcome }) => outcome === 'rejected');
    expect(rejected.map(({ index }) => index)).toEqual([7, 42]);
    expect(rejected[0]?.failure).toMatchObject({
      code: 'HTTP_400',
      category: 'validation',
      scope: 'message',
      message: 'personalizations.7.to.0.email: Does not contain a valid address.',
    });
    expect(responses.filter(({ outcome }) => outcome === 'accepted')).toHaveLength(98);
    expect(providerCalls).toBe(2);
    expect(server.mails).toHaveLength(98);
  });

  it.each([
    ['an error without a place', refusal(400, 'Bad Request', null)],
    ['a call too large', refusal(413, 'payload too large', null)],
  ])('%s is looked for in halves', async (_, answer) => {
    const { mail, server } = await startSendGrid();
    server.answers.push(answer);
    const { successful } = await mail.sendBulk(people(8).map((to) => ({ ...letter, to })));
    expect(successful).toBe(8);
    expect(server.calls.map(({ personalizations }) => personalizations.length)).toEqual([8, 4, 4]);
  });

  it.each([
    ['content', refusal(400, 'The content is bad.', 'content.0.value'), 'rejected'],
    ['the template', refusal(400, 'The template_id must be valid.', 'template_id'), 'rejected'],
    ['the sender', refusal(400, 'The from email is bad.', 'from.email'), 'unsent'],
    [
      'a sender that is not verified',
      refusal(403, 'The from address is not verified.', 'from'),
      'unsent',
    ],
    ['the key', refusal(401, 'Maximum credits exceeded', null), 'unsent'],
  ])('but what all share is refused for all at once: %s', async (_, answer, outcome) => {
    const { mail, server } = await startSendGrid();
    server.answers.push(answer);
    const { outcomes } = await mail.sendBulk(people(8).map((to) => ({ ...letter, to })));
    expect(outcomes).toMatchObject({ [outcome]: 8 });
    expect(server.calls).toHaveLength(1);
  });
});
