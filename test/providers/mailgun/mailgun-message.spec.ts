import { Readable } from 'node:stream';
import type { EmailMessageDto } from 'nest-mailbridge';
import { HELLO, startMailgun } from './mailgun.fixture.js';

type Message = Partial<EmailMessageDto>;
const TOMORROW = new Date(Math.floor(Date.now() / 1000) * 1000 + 24 * 3600_000);

const CASES: readonly [string, Message, object][] = [
  ['text', {}, { to: ['ada@example.org'], subject: 'Hello', text: 'Hello Ada' }],
  ['html', { html: '<p>Grüße 🚀</p>' }, { html: '<p>Grüße 🚀</p>', text: 'Hello Ada' }],
  ['the sender of the defaults', {}, { from: 'Shop <shop@example.com>' }],
  [
    'names, quoted where they have punctuation',
    {
      to: [
        { name: 'King, "Ada"', address: 'ada@example.org' },
        { name: 'Łódź', address: 'l@example.org' },
      ],
    },
    { to: ['"King, \\"Ada\\"" <ada@example.org>', 'Łódź <l@example.org>'] },
  ],
  [
    'cc, bcc and several reply-to',
    {
      cc: 'c@example.org',
      bcc: ['b1@example.org', 'b2@example.org'],
      replyTo: ['r1@example.com', 'R <r2@example.com>'],
    },
    {
      cc: ['c@example.org'],
      bcc: ['b1@example.org', 'b2@example.org'],
      'h:Reply-To': 'r1@example.com, R <r2@example.com>',
    },
  ],
  [
    'H15: names outside ASCII that need quotes come encoded, others as they are',
    {
      from: { name: 'Łódź (Zamówienia)', address: 'shop@example.com' },
      to: [
        { name: 'Kůň, Ž.', address: 'a@example.org' },
        { name: 'Žluťoučký Kůň', address: 'b@example.org' },
        { name: 'King, Ada (Countess)', address: 'c@example.org' },
      ],
      cc: { name: '"Ů"', address: 'd@example.org' },
      replyTo: ['r@example.org', { name: 'Ž@Ů', address: 's@example.org' }],
    },
    {
      from: '=?UTF-8?Q?=C5=81=C3=B3d=C5=BA_=28Zam=C3=B3wienia=29?= <shop@example.com>',
      to: [
        '=?UTF-8?Q?K=C5=AF=C5=88=2C_=C5=BD=2E?= <a@example.org>',
        'Žluťoučký Kůň <b@example.org>',
        '"King, Ada (Countess)" <c@example.org>',
      ],
      cc: ['=?UTF-8?Q?=22=C5=AE=22?= <d@example.org>'],
      'h:Reply-To': 'r@example.org, =?UTF-8?B?xb1Axa4=?= <s@example.org>',
    },
  ],
  [
    'an attachment',
    { attachments: [{ filename: 'a "b" ž.csv', content: 'a;ž' }] },
    {
      attachment: [
        {
          filename: 'a "b" ž.csv',
          contentType: 'text/csv; charset=utf-8',
          size: 4,
          content: 'a;\xc5\xbe',
        },
      ],
    },
  ],
  [
    'an inline image, found by its file name',
    {
      html: '<img src="cid:logo">',
      attachments: [{ filename: 'l.png', content: Buffer.from([0x89, 0, 13, 10]), cid: 'logo' }],
    },
    { inline: [{ filename: 'logo', contentType: 'image/png', size: 4, content: '\x89\0\r\n' }] },
  ],
  [
    'a streamed attachment',
    { attachments: [{ filename: 's.txt', content: () => Readable.from(['one ', 'two']) }] },
    { attachment: [{ filename: 's.txt', contentType: 'text/plain', size: 7, content: 'one two' }] },
  ],
  [
    'headers and priority',
    { headers: { 'X-Order': '4711' }, priority: 'low' },
    { 'h:X-Order': '4711', 'h:X-Priority': '5 (Lowest)', 'h:Importance': 'Low' },
  ],
  ['tags', { tags: ['welcome', 'spring'] }, { 'o:tag': ['welcome', 'spring'] }],
  [
    'metadata and the id',
    { id: 'order-7', metadata: { customer: 'c-81' } },
    { 'v:customer': 'c-81', 'v:mailbridge_id': 'order-7' },
  ],
  [
    'tracking',
    { trackOpens: true, trackClicks: false },
    { 'o:tracking-opens': 'yes', 'o:tracking-clicks': 'no' },
  ],
  [
    'a schedule',
    { sendAt: TOMORROW },
    { 'o:deliverytime': TOMORROW.toUTCString().replace('GMT', '+0000') },
  ],
  ['an IP pool as the stream', { stream: 'pool-1' }, { 'o:sending-ip-pool': 'pool-1' }],
  [
    'provider options, which win',
    {
      tags: ['a'],
      providerOptions: {
        mailgun: {
          'o:tag': ['b', 'c'],
          'o:require-tls': true,
          'o:sending-ip': '192.0.2.1',
          'v:extra': 7,
        },
      },
    },
    { 'o:tag': ['b', 'c'], 'o:require-tls': 'yes', 'o:sending-ip': '192.0.2.1', 'v:extra': '7' },
  ],
  [
    'substitutions',
    { subject: '{{a}}', text: '{{a}}', html: '{{a}}', substitutions: { a: `<"$&">%recipient.x%` } },
    {
      subject: `<"$&">%recipient.x%`,
      text: `<"$&">%recipient.x%`,
      html: '&lt;&quot;$&amp;&quot;&gt;%recipient.x%',
    },
  ],
  [
    'a stored template with nested data',
    { text: undefined, templateId: 'welcome', templateData: { items: [1, { a: '<"' }] } },
    { template: 'welcome', subject: 'Hello', 't:variables': '{"items":[1,{"a":"<\\""}]}' },
  ],
];

describe('A message arrives at Mailgun with everything that it says', () => {
  it.each(CASES)('%s', async (_, message, expected) => {
    const { mail, mailgun } = await startMailgun();
    const sent = await mail.send({ ...HELLO, ...message });
    expect(sent).toMatchObject({ outcome: 'accepted', messageId: '<m-1@mg.example.com>' });
    expect(mailgun.calls).toEqual([expect.objectContaining(expected)]);
    expect(mailgun.calls[0]).not.toHaveProperty('recipient-variables');
    expect(mailgun.problems).toEqual([]);
  });

  it('recipients of one message see each other, and nobody sees bcc', async () => {
    const { mail, mailgun } = await startMailgun();
    await mail.send({ ...HELLO, to: ['a@example.org', 'b@example.org'], bcc: 'c@example.org' });
    expect(mailgun.mails.map(({ recipient, to }) => [recipient, to])).toEqual([
      ['a@example.org', 'a@example.org, b@example.org'],
      ['b@example.org', 'a@example.org, b@example.org'],
      ['c@example.org', 'a@example.org, b@example.org'],
    ]);
  });
});

describe('The options of the provider', () => {
  it('the test mode, whatever a message says', async () => {
    const { mail, mailgun } = await startMailgun({ sandbox: true });
    await mail.send({ ...HELLO, providerOptions: { mailgun: { 'o:testmode': false } } });
    expect(mailgun.calls[0]).toMatchObject({ 'o:testmode': 'yes' });
    expect(mailgun.problems).toEqual([]);
  });

  it('verify asks for the domain', async () => {
    const { mail } = await startMailgun();
    await expect(mail.verify()).resolves.toBeUndefined();
    const wrong = await startMailgun({ apiKey: 'wrong' });
    await expect(wrong.mail.verify()).rejects.toThrow(/status 401/);
    const elsewhere = await startMailgun({ domain: 'other.example.com' });
    await expect(elsewhere.mail.verify()).rejects.toThrow(/status 404/);
  });

  it.each([
    [{ apiKey: undefined }, /apiKey.*is missing: set it, or MAILGUN_API_KEY/],
    [{ domain: undefined }, /domain.*is missing: set it, or MAILGUN_DOMAIN/],
    [{ domain: 'a.example/b' }, /domain.*must be a domain/],
    [{ domain: '..' }, /domain.*must be a domain/],
    [{ region: 'asia' as never }, /region.*'us', 'eu'/],
    [{ maxScheduleDays: 8 }, /maxScheduleDays.*1 to 7/],
    [{ token: 'x' } as never, /token.*is not an option/],
  ])('%j is refused at start', async (options, words) => {
    await expect(startMailgun(options)).rejects.toThrow(words);
  });
});
