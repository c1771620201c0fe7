import { EmailMessageDto } from 'nest-mailbridge';
import { HELLO, startPostmark } from './postmark.fixture.js';

type Message = Partial<EmailMessageDto>;
const PIXEL = Buffer.from([0x89, 0x50, 0x4e, 0x47]);

const CASES: readonly [string, Message, object][] = [
  ['text', {}, { To: 'ada@example.org', Subject: 'Hello', TextBody: 'Hello Ada' }],
  ['html', { html: '<p>Hi</p>' }, { HtmlBody: '<p>Hi</p>', TextBody: 'Hello Ada' }],
  ['the sender of the defaults', {}, { From: 'Shop <shop@example.com>' }],
  [
    'names, quoted where they have punctuation',
    {
      from: { name: 'Sender, jr.', address: 'jr@example.com' },
      to: [
        { name: 'Ada "Countess" \\ King', address: 'ada@example.org' },
        { name: 'Łódź 🚀', address: 'l@example.org' },
        { name: '=?utf-8?q?x?=', address: 'x@example.org' },
      ],
    },
    {
      From: '"Sender, jr." <jr@example.com>',
      To: '"Ada \\"Countess\\" \\\\ King" <ada@example.org>, Łódź 🚀 <l@example.org>, "=?utf-8?q?x?=" <x@example.org>',
    },
  ],
  [
    'cc, bcc and several reply-to',
    {
      cc: ['c1@example.org', 'c2@example.org'],
      bcc: 'b@example.org',
      replyTo: ['r1@example.com', 'R Two <r2@example.com>'],
    },
    {
      Cc: 'c1@example.org, c2@example.org',
      Bcc: 'b@example.org',
      ReplyTo: 'r1@example.com, R Two <r2@example.com>',
    },
  ],
  [
    'an attachment',
    { attachments: [{ filename: 'a.csv', content: 'a;b' }] },
    {
      Attachments: [
        {
          Name: 'a.csv',
          Content: Buffer.from('a;b').toString('base64'),
          ContentType: 'text/csv; charset=utf-8',
        },
      ],
    },
  ],
  [
    'an inline image',
    {
      html: '<img src="cid:logo">',
      attachments: [{ filename: 'l.bin', content: PIXEL, contentType: 'image/png', cid: 'logo' }],
    },
    {
      Attachments: [
        {
          Name: 'l.bin',
          Content: PIXEL.toString('base64'),
          ContentType: 'image/png',
          ContentID: 'cid:logo',
        },
      ],
    },
  ],
  [
    'headers and priority',
    { headers: { 'X-Order': '4711' }, priority: 'high' },
    {
      Headers: [
        { Name: 'X-Order', Value: '4711' },
        { Name: 'X-Priority', Value: '1 (Highest)' },
        { Name: 'X-MSMail-Priority', Value: 'High' },
        { Name: 'Importance', Value: 'High' },
      ],
    },
  ],
  ['a tag', { tags: ['welcome'] }, { Tag: 'welcome' }],
  [
    'metadata and the id',
    { id: 'order-7', metadata: { customer: 'c-81' } },
    { Metadata: { customer: 'c-81', mailbridge_id: 'order-7' } },
  ],
  [
    'tracking',
    { trackOpens: true, trackClicks: true },
    { TrackOpens: true, TrackLinks: 'HtmlAndText' },
  ],
  ['no click tracking', { trackClicks: false }, { TrackLinks: 'None' }],
  ['a message stream', { stream: 'broadcast' }, { MessageStream: 'broadcast' }],
  [
    'provider options, merged last and deep',
    {
      id: 'x',
      tags: ['a'],
      metadata: { a: '1' },
      providerOptions: { postmark: { Tag: 'b', InlineCss: undefined, Metadata: { b: '2' } } },
    },
    { Tag: 'b', Metadata: { a: '1', b: '2', mailbridge_id: 'x' } },
  ],
  [
    'substitutions, rendered here and escaped in html',
    {
      subject: 'For {{name}}',
      html: '<b>{{ name }}</b> {{n.m}}',
      text: '{{name}} {{n.m}} {{other}',
      substitutions: { name: `<i>"$&" %x% {{n.m}} 'O`, 'n.m': 7 },
    },
    {
      Subject: `For <i>"$&" %x% {{n.m}} 'O`,
      HtmlBody: '<b>&lt;i&gt;&quot;$&amp;&quot; %x% {{n.m}} &#39;O</b> 7',
      TextBody: `<i>"$&" %x% {{n.m}} 'O 7 {{other}`,
    },
  ],
  ['braces without substitutions', { text: 'use {{name}}' }, { TextBody: 'use {{name}}' }],
];

describe('A message arrives at Postmark with everything that it says', () => {
  it.each(CASES)('%s', async (_, message, expected) => {
    const { mail, postmark } = await startPostmark();
    const sent = await mail.send({ ...HELLO, ...message });
    expect(sent).toMatchObject({ outcome: 'accepted', messageId: 'pm-1' });
    expect(postmark.mails).toEqual([expect.objectContaining(expected)]);
    expect(postmark.paths).toEqual(['/email']);
    expect(postmark.problems).toEqual([]);
  });

  it('a copy without to', async () => {
    const { mail, postmark } = await startPostmark();
    await mail.send({ bcc: 'b@example.org', subject: 'Hidden', text: 'x' });
    expect(postmark.mails[0]).not.toHaveProperty('To');
    expect(postmark.problems).toEqual([]);
  });

  it('a streamed attachment, read for this attempt', async () => {
    const { Readable } = await import('node:stream');
    const { mail, postmark } = await startPostmark();
    const content = () => Readable.from(['one ', 'two']);
    await mail.send({ ...HELLO, attachments: [{ filename: 's.txt', content }] });
    const Content = Buffer.from('one two').toString('base64');
    expect(postmark.mails[0]).toMatchObject({
      Attachments: [{ Content, ContentType: 'text/plain' }],
    });
  });

  it.each([
    ['an alias', 'welcome', { TemplateAlias: 'welcome' }],
    ['a number', 12, { TemplateId: 12 }],
    ['a number as text', '12', { TemplateId: 12 }],
  ])('a stored template by %s', async (_, templateId, expected) => {
    const { mail, postmark } = await startPostmark();
    const templateData = { name: 'Ada', items: [1, { deep: '<&"' }] };
    await mail.send({ to: 'ada@example.org', templateId, templateData });
    await mail.send({ to: 'ada@example.org', templateId });
    expect(postmark.mails[0]).toMatchObject({ ...expected, TemplateModel: templateData });
    expect(postmark.mails[1]).toMatchObject({ ...expected, TemplateModel: {} });
    expect(postmark.paths).toEqual(['/email/withTemplate', '/email/withTemplate']);
    expect(postmark.problems).toEqual([]);
  });
});

describe('The options of the provider', () => {
  it('the message stream of messages that name none', async () => {
    const { mail, postmark } = await startPostmark({ messageStream: 'news' });
    await mail.send(HELLO);
    await mail.send({ ...HELLO, stream: 'own' });
    expect(postmark.mails.map(({ MessageStream }) => MessageStream)).toEqual(['news', 'own']);
  });

  it('the test mode: checked and answered, never sent', async () => {
    const { mail, postmark } = await startPostmark({ sandbox: true });
    await expect(mail.send(HELLO)).resolves.toMatchObject({ outcome: 'accepted' });
    expect(postmark.calls).toHaveLength(1);
    expect(postmark.mails).toEqual([]);
  });

  it('verify asks for the server of the token', async () => {
    const { mail } = await startPostmark();
    await expect(mail.verify()).resolves.toBeUndefined();
    const wrong = await startPostmark({ serverToken: 'wrong-token' });
    await expect(wrong.mail.verify()).rejects.toThrow(/status 401/);
  });

  it.each([
    [{ serverToken: undefined }, /serverToken.*is missing: set it, or POSTMARK_SERVER_TOKEN/],
    [{ serverToken: 'with space' }, /serverToken.*printable ASCII/],
    [{ baseUrl: 'http://api.example.com' }, /baseUrl.*https/],
    [{ messageStream: 's'.repeat(31) }, /messageStream.*30 characters/],
    [{ sandbox: 'yes' as never }, /sandbox.*true or false/],
    [{ apiKey: 'x' } as never, /apiKey.*is not an option/],
  ])('%j is refused at start', async (options, words) => {
    await expect(startPostmark(options)).rejects.toThrow(words);
  });
});
