import { renderContent, type SubstitutionValue } from 'nest-mailbridge';
import { CallRoom } from '../../../lib/providers/brevo/brevo-call-room.js';
import { brevoRefusal } from '../../fixtures/api/brevo-server.js';
import { outgoingEmail } from '../../fixtures/outgoing-email.js';
import { people, startBrevo } from './brevo.fixture.js';

const letter = { subject: 'News', html: '<p>News</p>', text: 'News' };

describe('Messages of one sender go out as versions of one call', () => {
  it('whatever each of them says, with its own message id in order', async () => {
    const { mail, server } = await startBrevo();
    const messages = people(100).map((to, i) => ({
      to,
      subject: `Subject ${i % 3}`,
      html: `<p>${i % 5}</p>`,
      text: `${i % 7}`,
    }));
    const { responses, providerCalls } = await mail.sendBulk(messages);
    expect(providerCalls).toBe(1);
    expect(server.problems).toEqual([]);
    expect(server.calls[0]).not.toHaveProperty('to');
    expect(server.mails).toMatchObject(messages.map(({ to, ...said }) => ({ to: [to], ...said })));
    expect(responses.map(({ messageId }) => messageId)).toEqual(
      server.mails.map(({ messageId }) => messageId),
    );
  });

  it('a text that all share stands once', async () => {
    const { mail, server } = await startBrevo();
    await mail.sendBulk(people(3).map((to) => ({ ...letter, to })));
    expect(server.calls[0]).toMatchObject({ subject: 'News', htmlContent: '<p>News</p>' });
    expect(server.calls[0]?.messageVersions).toEqual(
      people(3).map((email) => ({ to: [{ email }] })),
    );
  });

  it('different templates, each with its data and with or without a subject', async () => {
    const { mail, server } = await startBrevo();
    await mail.sendBulk([
      { to: 'a@example.org', templateId: 1, templateData: { n: 'a' }, subject: 'Own' },
      { to: 'b@example.org', templateId: 2, templateData: { n: 'b' } },
      { to: 'c@example.org', templateId: 1 },
      // H6: empty params are refused.
      { to: 'd@example.org', templateId: 1, templateData: {} },
    ]);
    expect(server.problems).toEqual([]);
    expect(server.calls).toHaveLength(1);
    expect(server.mails.map((each) => [each.templateId, each.params, each.subject])).toEqual([
      [1, { n: 'a' }, 'Own'],
      [2, { n: 'b' }, undefined],
      [1, undefined, undefined],
      [1, undefined, undefined],
    ]);
  });

  it('a reply-to is that of its own message only', async () => {
    const { mail, server } = await startBrevo();
    await mail.sendBulk([
      { ...letter, to: 'a@example.org', replyTo: 'r@example.org' },
      { ...letter, to: 'b@example.org' },
    ]);
    expect(server.calls).toHaveLength(1);
    expect(server.mails.map(({ replyTo }) => replyTo)).toEqual(['r@example.org', undefined]);
  });

  it('an address that several messages go to gets each of them', async () => {
    const { mail, server } = await startBrevo();
    await mail.sendBulk(
      [1, 2, 3].map((n) => ({ ...letter, to: 'ada@example.org', subject: `News ${n}` })),
    );
    expect(server.mails.map(({ to, subject }) => [to[0], subject])).toEqual([
      ['ada@example.org', 'News 1'],
      ['ada@example.org', 'News 2'],
      ['ada@example.org', 'News 3'],
    ]);
  });

  it('never with a neighbour that a call cannot tell apart', async () => {
    const { mail, server } = await startBrevo();
    const different = [
      letter,
      { ...letter, from: 'other@example.com' },
      { ...letter, tags: ['t'] },
      { ...letter, headers: { 'X-N': '1' } },
      { ...letter, metadata: { n: '1' } },
      { ...letter, priority: 'high' as const },
      { ...letter, sendAt: new Date(Date.now() + 60_000) },
      { ...letter, stream: '203.0.113.7' },
      { ...letter, text: undefined },
      { ...letter, attachments: [{ filename: 'a.txt', content: 'a' }] },
      { ...letter, attachments: [{ filename: 'a.txt', content: 'b' }] },
      { ...letter, providerOptions: { brevo: { tags: ['x'] } } },
      { subject: 'T', templateId: 1 },
    ];
    const { successful } = await mail.sendBulk(
      different.map((each, i) => ({ ...each, to: `p${i}@example.org` })),
    );
    expect(successful).toBe(different.length);
    expect(server.calls).toHaveLength(different.length);
    expect(server.problems).toEqual([]);
  });

  it('at most 1,000 versions and 2,000 recipients a call', async () => {
    const { mail, server } = await startBrevo();
    const to = people(2_200);
    const { successful } = await mail.sendBulk(
      to.map((each, i) => ({
        ...letter,
        to: each,
        cc: [`c${i}@example.org`, `d${i}@example.org`],
      })),
    );
    expect(successful).toBe(2_200);
    expect(server.problems).toEqual([]);
    expect(server.mails.flatMap((each) => each.to).toSorted()).toEqual(to.toSorted());
  });

  it('at most 1,000 KB of params a call; what is over goes with the next', async () => {
    const room = new CallRoom();
    const email = outgoingEmail({ templateId: 1, templateData: { a: 'x'.repeat(90_000) } });
    expect(Array.from({ length: 12 }, () => room.takes({ ...email })).filter(Boolean)).toHaveLength(
      11,
    );
    const { mail, server } = await startBrevo();
    const { successful } = await mail.sendBulk(
      people(15).map((to) => ({ to, templateId: 1, templateData: { a: 'x'.repeat(90_000) } })),
    );
    expect(successful).toBe(15);
    expect(server.calls.map(({ messageVersions }) => messageVersions?.length)).toEqual([11, 4]);
  });
});

type Values = Record<string, SubstitutionValue>;

const TEXTS = {
  subject: 'For {{name}}',
  html: '<p>{{ name }}: <a href="https://example.org/?u={{token}}">{{token}}</a></p>',
  text: 'For {{name}}: {{token}}',
};

const SUBSTITUTIONS: [what: string, isMerged: boolean, values: Values, texts?: object][] = [
  ['plain words', true, { name: 'Ada', token: 'tok-1' }],
  ['numbers and truth', true, { name: 1.5, token: true }],
  ['what replacing reads as a pattern', true, { name: '$1 $$ %s', token: '%recipient.x%' }],
  ['a text only', true, { name: 'Ada', token: '1' }, { html: undefined }],
  ['marks of html', false, { name: `Tom & "Jerry" <b>`, token: '1' }],
  ['a value with braces', false, { name: '{{params.token}}', token: 'secret' }],
  [
    'a text with tags of the template language',
    false,
    { name: 'Ada', token: '1' },
    { text: '{% if x %}{{name}}{# c #}' },
  ],
  ['braces around a placeholder', false, { name: 'Ada', token: '1' }, { text: '{{{name}}}' }],
  [
    'a name that is none there',
    false,
    { name: 'Ada', token: '1', 'a-b': 'c' },
    { text: '{{a-b}}' },
  ],
  [
    'a part that is left empty',
    false,
    { name: 'Ada', token: '' },
    { text: '{{token}}', html: '<p>x</p>' },
  ],
];

describe('Substitutions arrive exactly as they would be rendered here', () => {
  it.each(SUBSTITUTIONS)('%s (by Brevo: %j)', async (_, isMerged, values, texts = {}) => {
    const { mail, server } = await startBrevo();
    const messages = ['a@example.org', 'b@example.org'].map((to) => ({
      to,
      ...TEXTS,
      ...texts,
      substitutions: values,
    }));
    expect((await mail.sendBulk(messages)).successful).toBe(2);
    expect(server.problems).toEqual([]);
    expect(server.calls).toHaveLength(1);
    const { subject, html, text } = renderContent(messages[0]!);
    for (const arrived of server.mails) {
      expect(arrived).toMatchObject({
        subject,
        ...(html !== undefined && { html }),
        ...(text !== '' && { text }),
      });
      expect(arrived.params !== undefined).toBe(isMerged);
    }
  });

  it('and braces without values are plain text, never beside a neighbour that has params', async () => {
    const { mail, server } = await startBrevo();
    await mail.sendBulk([
      { to: 'a@example.org', ...TEXTS },
      { to: 'b@example.org', ...TEXTS, substitutions: { name: 'Bob', token: '2' } },
    ]);
    expect(server.calls).toHaveLength(2);
    expect(server.mails.find(({ to }) => to[0] === 'a@example.org')).toMatchObject(TEXTS);
  });
});

describe('A call that is refused because of one message goes without it', () => {
  it('the culprit is found by halving and rejected with the words of Brevo; the others go', async () => {
    const { mail, server } = await startBrevo();
    const to = people(64);
    server.refused.add(to[42]!);
    const { responses, outcomes, providerCalls } = await mail.sendBulk(
      to.map((each) => ({ ...letter, to: each })),
    );
    expect(outcomes).toMatchObject({ accepted: 63, rejected: 1 });
    expect(responses[42]?.failure).toMatchObject({
      code: 'invalid_parameter',
      category: 'validation',
      scope: 'message',
      statusCode: 400,
      message: 'email is not valid in to',
    });
    expect(providerCalls).toBeLessThanOrEqual(1 + 2 * 6);
    expect(server.mails).toHaveLength(63);
  });

  it.each([
    [
      'a sender that is not known',
      brevoRefusal(400, 'missing_parameter', 'valid sender email required'),
      'unsent',
    ],
    ['no credits', brevoRefusal(402, 'not_enough_credits', 'none left'), 'unsent'],
    ['no permission', brevoRefusal(400, 'permission_denied', 'no'), 'unsent'],
    ['a rate limit', brevoRefusal(429, 'too_many_requests', 'slow down'), 'unsent'],
    [
      'a template that all share',
      brevoRefusal(404, 'document_not_found', 'no such template'),
      'rejected',
    ],
    ['a code that nobody knows', brevoRefusal(400, 'strange', 'no'), 'rejected'],
  ])('but nothing is looked for after %s', async (_, answer, outcome) => {
    const { mail, server } = await startBrevo();
    server.answers.push(answer);
    const { outcomes } = await mail.sendBulk(people(8).map((to) => ({ ...letter, to })));
    expect(outcomes).toMatchObject({ [outcome]: 8 });
    expect(server.calls).toHaveLength(1);
  });
});
