import { Readable } from 'node:stream';
import { startSes } from '../../fixtures/ses-mail.js';

const basic = { to: 'ada@example.org', subject: 'Hello', html: '<p>Hi</p>', text: 'Hi' };
const ID = '0b1e5a52-6a53-4a0e-9d8f-0c3c9f6f7a11';

type Case = readonly [what: string, message: object, expected: object];

const DELIVERED: Case[] = [
  [
    'html and text',
    {},
    { subject: 'Hello', html: '<p>Hi</p>', text: 'Hi', to: ['ada@example.org'] },
  ],
  ['the sender', {}, { from: 'Shop <shop@example.com>' }],
  ['bcc alone', { to: [], bcc: 'b@example.org' }, { to: [], bcc: ['b@example.org'] }],
  [
    'names, quoted where they must be',
    {
      to: [
        'Ada Lovelace <ada@example.org>',
        { name: 'Turing, Alan "x"', address: 'a@example.org' },
      ],
    },
    { to: ['Ada Lovelace <ada@example.org>', '"Turing, Alan \\"x\\"" <a@example.org>'] },
  ],
  [
    'names outside ASCII as encoded words',
    { to: { name: 'Łukasz', address: 'l@example.org' } },
    { to: ['=?UTF-8?Q?=C5=81ukasz?= <l@example.org>'] },
  ],
  [
    'international domains as punycode',
    { to: 'ada@bücher.example' },
    { to: ['ada@xn--bcher-kva.example'] },
  ],
  [
    'several reply-to addresses',
    { replyTo: ['r1@example.org', 'R Two <r2@example.org>'] },
    { replyTo: ['r1@example.org', 'R Two <r2@example.org>'] },
  ],
  [
    'words outside ASCII',
    { subject: 'Grüße 🚀', text: 'žluťoučký' },
    { subject: 'Grüße 🚀', text: 'žluťoučký' },
  ],
  [
    'braces that are plain text',
    { text: 'use {{name}}', html: '{{{x}}}' },
    { text: 'use {{name}}', html: '{{{x}}}' },
  ],
  [
    'substitutions, escaped in html only',
    { subject: 'To {{n}}', html: '<p>{{n}}</p>', text: '{{n}}', substitutions: { n: `<A&B "'=` } },
    { subject: `To <A&B "'=`, html: '<p>&lt;A&amp;B &quot;&#39;=</p>', text: `<A&B "'=` },
  ],
  ['the id', { id: ID }, { tags: { mailbridge_id: ID } }],
  [
    'tags and metadata as message tags',
    { id: ID, tags: ['welcome', 'spring'], metadata: { customer: 'c-81', plan: 'gold' } },
    {
      tags: {
        mailbridge_id: ID,
        tag: 'welcome',
        'tag-2': 'spring',
        customer: 'c-81',
        plan: 'gold',
      },
      headers: {},
    },
  ],
  [
    'labels that message tags cannot carry, in headers',
    {
      id: ID,
      tags: ['two words', 'one'],
      metadata: { plan: 'gold plus', mailbridge_id: 'mine', ok: 'é' },
    },
    {
      tags: { mailbridge_id: ID, 'tag-2': 'one' },
      headers: {
        'X-Tag': 'two words',
        'X-Metadata': '{"plan":"gold plus","mailbridge_id":"mine","ok":"\\u00e9"}',
      },
    },
  ],
  [
    'headers',
    { headers: { 'X-Order': 'o-1', 'X-City': 'Łódź' } },
    {
      headers: {
        'X-Order': 'o-1',
        'X-City': `=?UTF-8?B?${Buffer.from('Łódź').toString('base64')}?=`,
      },
    },
  ],
  [
    'priority',
    { priority: 'high' },
    {
      headers: { 'X-Priority': '1 (Highest)', 'X-MSMail-Priority': 'High', Importance: 'High' },
    },
  ],
  [
    'an attachment',
    { attachments: [{ filename: 'n.txt', content: 'words', contentType: 'text/plain' }] },
    {
      attachments: [
        {
          FileName: 'n.txt',
          RawContent: Buffer.from('words').toString('base64'),
          ContentType: 'text/plain; charset=utf-8',
          ContentTransferEncoding: 'BASE64',
          ContentDisposition: 'ATTACHMENT',
        },
      ],
    },
  ],
  [
    'an inline image, opened for the attempt',
    {
      attachments: [
        { filename: 'l.png', content: () => Readable.from([Buffer.from('png')]), cid: 'logo' },
      ],
    },
    {
      attachments: [
        {
          FileName: 'l.png',
          RawContent: Buffer.from('png').toString('base64'),
          ContentType: 'image/png',
          ContentTransferEncoding: 'BASE64',
          ContentDisposition: 'INLINE',
          ContentId: 'logo',
        },
      ],
    },
  ],
];

const ASKED: Case[] = [
  [
    'where bounces go',
    { returnPath: 'b@example.com' },
    { FeedbackForwardingEmailAddress: 'b@example.com' },
  ],
  ['the stream as configuration set', { stream: 'news' }, { ConfigurationSetName: 'news' }],
  [
    'tracking switches, only those that are set',
    { trackOpens: false },
    { ConfigurationOverrides: { Tracking: { OpenTrackingEnabled: 'DISABLED' } } },
  ],
  [
    'provider options, merged last and deep',
    {
      trackOpens: true,
      stream: 'news',
      providerOptions: {
        ses: {
          ConfigurationSetName: 'other',
          TenantName: 't-1',
          ConfigurationOverrides: { Tracking: { ClickTrackingEnabled: 'DISABLED' } },
          ListManagementOptions: { ContactListName: 'list' },
        },
      },
    },
    {
      ConfigurationSetName: 'other',
      TenantName: 't-1',
      ConfigurationOverrides: {
        Tracking: { OpenTrackingEnabled: 'ENABLED', ClickTrackingEnabled: 'DISABLED' },
      },
      ListManagementOptions: { ContactListName: 'list' },
    },
  ],
  [
    'a stored template with its data',
    { templateId: 'welcome', templateData: { name: 'Ada', items: [1, { deep: 'é' }] } },
    {
      Content: {
        Template: {
          TemplateName: 'welcome',
          TemplateData: '{"name":"Ada","items":[1,{"deep":"é"}]}',
        },
      },
    },
  ],
  [
    'a stored template by its ARN, without data',
    { templateId: 'arn:aws:ses:eu-west-1:1:template/welcome' },
    {
      Content: {
        Template: { TemplateArn: 'arn:aws:ses:eu-west-1:1:template/welcome', TemplateData: '{}' },
      },
    },
  ],
];

describe('What a message says reaches SES', () => {
  it.each(DELIVERED)('%s', async (_, message, expected) => {
    const { mail, server } = await startSes();
    const response = await mail.send({ ...basic, ...message });
    expect(server.deliveries).toEqual([expect.objectContaining(expected)]);
    expect(response.messageId).toBe(server.deliveries[0]!.messageId);
    expect(server.problems).toEqual([]);
  });

  it.each(ASKED)('%s', async (_, message, expected) => {
    const { mail, server } = await startSes();
    server.templates.set('welcome', { Subject: 'Welcome' });
    server.templates.set('arn:aws:ses:eu-west-1:1:template/welcome', { Subject: 'Welcome' });
    await mail.send({
      to: 'ada@example.org',
      ...('templateId' in message ? {} : basic),
      ...message,
    });
    expect(server.calls[0]!.input).toMatchObject(expected);
    expect(server.problems).toEqual([]);
  });

  it('in test mode only the simulator gets anything', async () => {
    const { mail, server } = await startSes({ sandbox: true, configurationSet: 'own' });
    await mail.send({ ...basic, to: ['a@example.org', 'b@example.org'], bcc: 'c@example.org' });
    expect(server.deliveries[0]).toMatchObject({
      to: ['success+to-0@simulator.amazonses.com', 'success+to-1@simulator.amazonses.com'],
      bcc: ['success+bcc-0@simulator.amazonses.com'],
    });
    expect(server.calls[0]!.input).toMatchObject({ ConfigurationSetName: 'own' });
  });
});

describe('H13: an EndpointId without the signer that it needs', () => {
  const message = { ...basic, providerOptions: { ses: { EndpointId: 'abc123.xyz' } } };

  it('fails with the command that installs it, and nothing leaves', async () => {
    const { mail, server } = await startSes();
    const sent = mail.send(message);
    await expect(sent).rejects.toMatchObject({
      response: {
        outcome: 'unsent',
        failure: {
          code: 'NO_SIGV4A',
          category: 'configuration',
          retryable: false,
          message: expect.stringContaining('npm install @aws-sdk/signature-v4a') as string,
        },
      },
    });
    expect(server.calls).toEqual([]);
  });

  it('does not stop the messages without one', async () => {
    const { mail, server } = await startSes({}, { circuitBreaker: {} });
    const result = await mail.sendBulk([...Array.from({ length: 8 }, () => message), basic]);
    expect(result.outcomes).toMatchObject({ unsent: 8, accepted: 1 });
    expect([mail.circuitState(), server.deliveries.length]).toEqual(['closed', 1]);
  });
});
