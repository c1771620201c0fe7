import type { MailBridgeService } from 'nest-mailbridge';
import type { SendGridBody } from '../../fixtures/api/sendgrid-server.js';
import { startSendGrid } from './sendgrid.fixture.js';

type Message = Parameters<MailBridgeService['send']>[0];

const basic = { to: 'ada@example.org', subject: 'Hello', html: '<p>Hi</p>', text: 'Hi' };
const HOUR = 60 * 60 * 1000;

async function bodyOf(message: Message): Promise<SendGridBody> {
  const { mail, server } = await startSendGrid();
  const { outcome } = await mail.send(message);
  expect(outcome).toBe('accepted');
  expect(server.problems).toEqual([]);
  expect(server.calls).toHaveLength(1);
  return server.calls[0]!;
}

const CASES: [what: string, message: Partial<Message>, arrives: object][] = [
  [
    'bodies, plain text first',
    {},
    {
      content: [
        { type: 'text/plain', value: 'Hi' },
        { type: 'text/html', value: '<p>Hi</p>' },
      ],
    },
  ],
  ['the sender with its name', {}, { from: { email: 'shop@example.com', name: 'Shop' } }],
  [
    'names outside ASCII as they are',
    { to: { name: 'Žluťoučký Kůň', address: 'kun@example.org' } },
    { personalizations: [{ to: [{ email: 'kun@example.org', name: 'Žluťoučký Kůň' }] }] },
  ],
  [
    'H8: names with a comma or semicolon in quotes, in every field',
    {
      from: { name: 'Doe; Jane', address: 'jane@example.com' },
      to: { name: 'Doe, "JD" \\ Žan', address: 'to@example.org' },
      cc: { name: 'Plain "Name"', address: 'cc@example.org' },
      bcc: { name: 'Doe, Jane', address: 'bcc@example.org' },
      replyTo: { name: 'Desk, Help', address: 'help@example.com' },
    },
    {
      from: { name: '"Doe; Jane"' },
      reply_to: { name: '"Desk, Help"' },
      personalizations: [
        {
          to: [{ name: '"Doe, \\"JD\\" \\\\ Žan"' }],
          cc: [{ name: 'Plain "Name"' }],
          bcc: [{ name: '"Doe, Jane"' }],
        },
      ],
    },
  ],
  [
    'to, cc and bcc',
    { cc: 'cc@example.org', bcc: ['b1@example.org', 'b2@example.org'] },
    {
      personalizations: [
        {
          to: [{ email: 'ada@example.org' }],
          cc: [{ email: 'cc@example.org' }],
          bcc: [{ email: 'b1@example.org' }, { email: 'b2@example.org' }],
        },
      ],
    },
  ],
  [
    'one reply-to',
    { replyTo: 'R <r@example.org>' },
    { reply_to: { email: 'r@example.org', name: 'R' } },
  ],
  [
    'several reply-to',
    { replyTo: ['r1@example.org', 'r2@example.org'] },
    { reply_to_list: [{ email: 'r1@example.org' }, { email: 'r2@example.org' }] },
  ],
  [
    'H12: several reply-to, each mailbox once',
    { replyTo: ['Help <r1@example.org>', 'r1@EXAMPLE.org', '"Two, R" <r2@example.org>'] },
    {
      reply_to_list: [
        { email: 'r1@example.org', name: 'Help' },
        { email: 'r2@example.org', name: '"Two, R"' },
      ],
    },
  ],
  [
    'H12: the same reply-to twice is one',
    { replyTo: ['r1@example.org', 'r1@example.org'] },
    { reply_to: { email: 'r1@example.org' } },
  ],
  [
    'H10: text as an attachment with no charset: SendGrid takes no parameters',
    { attachments: [{ filename: 'a.txt', content: 'Łódź' }] },
    { attachments: [{ type: 'text/plain' }] },
  ],
  [
    'an attachment, its type by its name',
    { attachments: [{ filename: 'a.pdf', content: Buffer.from('PDF') }] },
    {
      attachments: [
        { content: 'UERG', filename: 'a.pdf', type: 'application/pdf', disposition: 'attachment' },
      ],
    },
  ],
  [
    'an inline image by its cid',
    {
      attachments: [
        { filename: 'l.png', content: Buffer.from('PNG'), contentType: 'image/png', cid: 'logo' },
      ],
    },
    { attachments: [{ disposition: 'inline', content_id: 'logo', type: 'image/png' }] },
  ],
  [
    'custom headers, encoded where they are not ASCII',
    { headers: { 'X-Order': '4711', 'X-City': 'Łódź' } },
    { headers: { 'X-Order': '4711', 'X-City': '=?UTF-8?B?xYHDs2TFug==?=' } },
  ],
  [
    'a priority as the headers of mail programs',
    { priority: 'high' },
    { headers: { 'X-Priority': '1 (Highest)', 'X-MSMail-Priority': 'High', Importance: 'High' } },
  ],
  ['tags as categories', { tags: ['welcome', 'spring'] }, { categories: ['welcome', 'spring'] }],
  [
    'metadata and the id as custom arguments',
    { id: 'order-1', metadata: { customer: 'c-81' } },
    { personalizations: [{ custom_args: { customer: 'c-81', mailbridge_id: 'order-1' } }] },
  ],
  [
    'the tracking switches',
    { trackOpens: false, trackClicks: true },
    {
      tracking_settings: {
        open_tracking: { enable: false },
        click_tracking: { enable: true, enable_text: true },
      },
    },
  ],
  ['a stream as its IP pool', { stream: 'pool-a' }, { ip_pool_name: 'pool-a' }],
  [
    'a moment as seconds',
    { sendAt: new Date('2026-01-01T00:00:01.900Z') },
    { send_at: 1767225601 },
  ],
  [
    'provider options, merged last and deep',
    {
      trackOpens: true,
      providerOptions: {
        sendgrid: { tracking_settings: { ganalytics: { enable: true } }, asm: { group_id: 7 } },
      },
    },
    {
      tracking_settings: { open_tracking: { enable: true }, ganalytics: { enable: true } },
      asm: { group_id: 7 },
    },
  ],
];

const DYNAMIC = 'd-0123456789abcdef0123456789abcdef';

describe('A message reaches SendGrid with nothing lost', () => {
  it.each(CASES)('%s', async (_, message, arrives) => {
    expect(await bodyOf({ ...basic, ...message })).toMatchObject(arrives);
  });

  it('a dynamic template with any data', async () => {
    const templateData = { name: 'Ada', items: [1, { deep: true }] };
    const body = await bodyOf({ to: 'ada@example.org', templateId: DYNAMIC, templateData });
    expect(body).toMatchObject({
      template_id: DYNAMIC,
      personalizations: [{ dynamic_template_data: templateData }],
    });
    expect(body).not.toHaveProperty('content');
    expect(body).not.toHaveProperty('subject');
  });

  it('a legacy template with its tags', async () => {
    const body = await bodyOf({
      ...basic,
      templateId: '13b8f94f-bcae-4ec6-b752-70d6cb59f932',
      templateData: { '-name-': 'Ada', '-year-': 1843 },
    });
    expect(body.personalizations[0]?.substitutions).toEqual({ '-name-': 'Ada', '-year-': '1843' });
  });

  it('each mailbox once, where it first stands: SendGrid refuses a second time', async () => {
    const to = ['ada@example.org', 'Ada <ADA@example.org>'];
    const body = await bodyOf({ ...basic, to, cc: 'ada@EXAMPLE.org', bcc: 'bob@example.org' });
    expect(body.personalizations).toMatchObject([
      { to: [{ email: 'ada@example.org' }], bcc: [{ email: 'bob@example.org' }] },
    ]);
    expect(body.personalizations[0]).not.toHaveProperty('cc');
  });

  it('a streamed attachment, opened for the call', async () => {
    const { Readable } = await import('node:stream');
    const body = await bodyOf({
      ...basic,
      attachments: [
        { filename: 'a.txt', content: () => Readable.from([Buffer.from('str'), 'eam']) },
      ],
    });
    expect(body).toMatchObject({
      attachments: [{ content: Buffer.from('stream').toString('base64') }],
    });
  });

  it('in the test mode when the options say so, and then SendGrid sends nothing', async () => {
    const { mail, server } = await startSendGrid({ sandbox: true });
    expect((await mail.send(basic)).outcome).toBe('accepted');
    expect(server.calls[0]).toMatchObject({ mail_settings: { sandbox_mode: { enable: true } } });
    expect(server.mails).toEqual([]);
  });

  it('in the test mode when provider options say so', async () => {
    const { mail, server } = await startSendGrid();
    const mail_settings = { sandbox_mode: { enable: true } };
    const { outcome } = await mail.send({
      ...basic,
      providerOptions: { sendgrid: { mail_settings } },
    });
    expect(outcome).toBe('accepted');
    expect(server.mails).toEqual([]);
  });

  it('with the key as its credentials, and no header of the message among those of the request', async () => {
    const { mail, server } = await startSendGrid();
    await mail.send({ ...basic, headers: { 'X-Order': '4711' } });
    const [request] = server.server.requests;
    expect(request?.headers).toMatchObject({
      authorization: 'Bearer SG.the-key',
      'content-type': 'application/json',
    });
    expect(request?.headers).not.toHaveProperty('x-order');
  });
});

const longAgo = { sendAt: new Date(Date.now() + 73 * HOUR) };

const REFUSED: [what: string, message: Partial<Message>, says: RegExp][] = [
  ['nobody in to', { to: [], cc: 'cc@example.org' }, /without to/],
  [
    '1,001 recipients',
    { to: Array.from({ length: 1001 }, (_, i) => `p${i}@example.org`) },
    /1001 recipients \(1000/,
  ],
  ['no subject', { subject: '' }, /without a subject/],
  [
    'a subject that its values leave empty',
    { subject: '{{a}}', substitutions: { a: '' } },
    /without a subject/,
  ],
  [
    'a body that its values leave empty',
    { html: undefined, text: '{{a}}', substitutions: { a: '' } },
    /empty body/,
  ],
  ['texts that a dynamic template overrides', { templateId: DYNAMIC }, /beside a dynamic template/],
  ['a number as template', { templateId: 12 }, /templateId as a number/],
  [
    'nested data of a legacy template',
    { templateId: 'legacy', templateData: { a: { b: 1 } } },
    /not text/,
  ],
  [
    'more than 10,000 bytes for a legacy template',
    { templateId: 'legacy', templateData: { a: 'x'.repeat(10_001) } },
    /10000 at most/,
  ],
  ['11 tags', { tags: Array.from({ length: 11 }, (_, i) => `t${i}`) }, /11 tags \(10 at most\)/],
  ['a tag outside ASCII', { tags: ['jaro ☀'] }, /tags that are not ASCII/],
  ['metadata that its events would lose', { metadata: { status: 'gold' } }, /metadata\.status/],
  [
    'metadata under the name of the id',
    { metadata: { mailbridge_id: 'x' } },
    /metadata\.mailbridge_id/,
  ],
  [
    'too much metadata',
    {
      metadata: Object.fromEntries(
        Array.from({ length: 11 }, (_, i) => [`k${i}`, 'x'.repeat(950)]),
      ),
    },
    /10000 at most/,
  ],
  ['more than 72 hours ahead', longAgo, /72 hours/],
  ['an IP pool of one letter', { stream: 'x' }, /2 to 64/],
  ['a return path', { returnPath: 'bounces@example.com' }, /returnPath/],
  ['an address outside ASCII', { to: 'žluť@example.org' }, /internationalAddress/],
  ['reserved headers', { headers: { 'x-SG-EID': '1' } }, /X-SG-ID/],
  [
    'an attachment name outside ASCII',
    { attachments: [{ filename: 'účet.pdf', content: 'x' }] },
    /not ASCII/,
  ],
  [
    'a content type with parameters',
    {
      attachments: [{ filename: 'a.txt', content: 'x', contentType: 'text/plain; charset=utf-8' }],
    },
    /parameters/,
  ],
  [
    'an empty attachment',
    { attachments: [{ filename: 'a.txt', content: '' }] },
    /empty attachment/,
  ],
  [
    'more than 30 MB',
    { attachments: [{ filename: 'a.bin', content: Buffer.alloc(23_000_000) }] },
    /30000000 at most/,
  ],
  ...[
    'personalizations',
    'from',
    'reply_to',
    'reply_to_list',
    'subject',
    'content',
    'template_id',
    'attachments',
    'headers',
    'Headers',
  ].map((key): [string, Partial<Message>, RegExp] => [
    `providerOptions.sendgrid.${key}`,
    { providerOptions: { sendgrid: { [key]: [] } } },
    new RegExp(`providerOptions\\.sendgrid\\.${key}`),
  ]),
  [
    'a copy by provider options',
    {
      providerOptions: {
        sendgrid: { mail_settings: { bcc: { enable: true, email: 'evil@example.com' } } },
      },
    },
    /mail_settings\.bcc/,
  ],
];

describe('What SendGrid cannot carry is refused before anything is sent', () => {
  it.each(REFUSED)('%s', async (_, message, says) => {
    const { mail, server } = await startSendGrid({}, { limits: { recipients: 2000 } });
    const sending = mail.send({ ...basic, ...message });
    await expect(sending).rejects.toMatchObject({
      name: 'UnsupportedFeatureError',
      message: expect.stringMatching(says) as string,
    });
    expect(server.calls).toEqual([]);
  });

  it('and provider options never touch the message, even where refusals are warnings', async () => {
    const { mail, server } = await startSendGrid({}, { unsupportedFeatures: 'warn' });
    await mail.send({
      ...basic,
      providerOptions: {
        sendgrid: {
          personalizations: [{ to: [{ email: 'evil@example.com' }] }],
          mail_settings: {
            bcc: { enable: true, email: 'evil@example.com' },
            footer: { enable: false },
          },
        },
      },
    });
    expect(JSON.stringify(server.calls)).not.toContain('evil@example.com');
    expect(server.calls[0]).toMatchObject({ mail_settings: { footer: { enable: false } } });
  });
});
