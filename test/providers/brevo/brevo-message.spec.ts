import type { MailBridgeService } from 'nest-mailbridge';
import type { BrevoBody } from '../../fixtures/api/brevo-server.js';
import { startBrevo } from './brevo.fixture.js';

type Message = Parameters<MailBridgeService['send']>[0];

const basic = { to: 'ada@example.org', subject: 'Hello', html: '<p>Hi</p>', text: 'Hi' };
const HOUR = 60 * 60 * 1000;
const tomorrow = new Date(Date.now() + 24 * HOUR);

async function bodyOf(message: Message, options: object = {}): Promise<BrevoBody> {
  const { mail, server } = await startBrevo(options);
  const { outcome, messageId } = await mail.send(message);
  expect([outcome, messageId]).toEqual(['accepted', '<20261122.1@smtp-relay.mailin.fr>']);
  expect(server.problems).toEqual([]);
  expect(server.calls).toHaveLength(1);
  return server.calls[0]!;
}

const CASES: [what: string, message: Partial<Message>, arrives: object][] = [
  [
    'sender, recipient, subject and bodies',
    {},
    {
      sender: { email: 'shop@example.com', name: 'Shop' },
      to: [{ email: 'ada@example.org' }],
      subject: 'Hello',
      htmlContent: '<p>Hi</p>',
      textContent: 'Hi',
    },
  ],
  [
    'cc and bcc, with their names',
    { cc: 'C <cc@example.org>', bcc: ['b@example.org'] },
    { cc: [{ email: 'cc@example.org', name: 'C' }], bcc: [{ email: 'b@example.org' }] },
  ],
  [
    'a name with letters outside ASCII and marks, encoded: else it would be lost',
    { to: { name: 'Kůň, Ž.', address: 'kun@example.org' } },
    { to: [{ email: 'kun@example.org', name: '=?UTF-8?Q?K=C5=AF=C5=88=2C_=C5=BD=2E?=' }] },
  ],
  [
    'other names as they are',
    {
      to: [
        { name: 'Žluťoučký Kůň', address: 'a@example.org' },
        { name: 'Lovelace, Ada', address: 'b@example.org' },
      ],
    },
    { to: [{ name: 'Žluťoučký Kůň' }, { name: 'Lovelace, Ada' }] },
  ],
  [
    'reply-to',
    { replyTo: 'R <r@example.org>' },
    { replyTo: { email: 'r@example.org', name: 'R' } },
  ],
  [
    'an attachment',
    { attachments: [{ filename: 'a.PDF', content: Buffer.from('PDF') }] },
    { attachment: [{ name: 'a.PDF', content: 'UERG' }] },
  ],
  ['custom headers', { headers: { 'X-Order': '4711 =?' } }, { headers: { 'X-Order': '4711 =?' } }],
  [
    'a priority',
    { priority: 'low' },
    { headers: { 'X-Priority': '5 (Lowest)', Importance: 'Low' } },
  ],
  ['tags', { tags: ['welcome', 'spring'] }, { tags: ['welcome', 'spring'] }],
  [
    'metadata and the id, in the header that its events give back',
    { id: 'order-1', metadata: { customer: 'c-81' } },
    { headers: { 'X-Mailin-custom': '{"customer":"c-81","mailbridge_id":"order-1"}' } },
  ],
  ['a moment', { sendAt: tomorrow }, { scheduledAt: tomorrow.toISOString() }],
  [
    'a stream as its dedicated IP',
    { stream: '203.0.113.7' },
    { headers: { 'sender.ip': '203.0.113.7' } },
  ],
  [
    'provider options, merged last',
    {
      tags: ['a'],
      providerOptions: { brevo: { tags: ['b'], batchId: '5c6cfa04-eed9-42c2-8b5c-6d470d978e9d' } },
    },
    { tags: ['b'], batchId: '5c6cfa04-eed9-42c2-8b5c-6d470d978e9d' },
  ],
];

describe('A message reaches Brevo with nothing lost', () => {
  it.each(CASES)('%s', async (_, message, arrives) => {
    expect(await bodyOf({ ...basic, ...message })).toMatchObject(arrives);
  });

  it('text only: with an html that shows it as written, since Brevo would make its own', async () => {
    const body = await bodyOf({ ...basic, html: undefined, text: '1 < 2\n  & so on' });
    expect(body).toMatchObject({
      textContent: '1 < 2\n  & so on',
      htmlContent: '<div style="white-space: pre-wrap">1 &lt; 2\n  &amp; so on</div>',
    });
  });

  it('html only', async () => {
    expect(await bodyOf({ ...basic, text: undefined })).not.toHaveProperty('textContent');
  });

  it.each([12, '12'])(
    'a template with its data and a subject of the message (%j)',
    async (templateId) => {
      const templateData = { name: 'Ada', items: [1, { deep: true }] };
      const body = await bodyOf({
        to: 'ada@example.org',
        subject: 'Own',
        templateId,
        templateData,
      });
      expect(body).toMatchObject({ templateId: 12, params: templateData, subject: 'Own' });
      expect(body).not.toHaveProperty('htmlContent');
    },
  );

  it.each([{}, { coupon: undefined }])(
    'H6: a template without data, since empty params are refused: %j',
    async (templateData) => {
      const body = await bodyOf({ to: 'ada@example.org', templateId: 12, templateData });
      expect(body).not.toHaveProperty('params');
    },
  );

  it('a moment that has passed: at once', async () => {
    expect(await bodyOf({ ...basic, sendAt: new Date(0) })).not.toHaveProperty('scheduledAt');
  });

  it('in the test mode when the options say so, and then Brevo sends nothing', async () => {
    const { mail, server } = await startBrevo({ sandbox: true });
    await mail.send(basic);
    expect(server.calls[0]).toMatchObject({ headers: { 'X-Sib-Sandbox': 'drop' } });
    expect(server.mails).toEqual([]);
  });

  it('with the key in its header, and no header of the message among those of the request', async () => {
    const { mail, server } = await startBrevo();
    await mail.send({ ...basic, headers: { 'X-Order': '4711' } });
    expect(server.server.requests[0]?.headers).toMatchObject({ 'api-key': 'xkeysib-the-key' });
    expect(server.server.requests[0]?.headers).not.toHaveProperty('x-order');
  });
});

function named(count: number, name = 'A Person With a Name'): { name: string; address: string }[] {
  return Array.from({ length: count }, (_, i) => ({ name, address: `person${i}@example.org` }));
}

const file = { filename: 'a.txt', content: 'x' };

const REFUSED: [what: string, message: object, says: RegExp][] = [
  ['nobody in to', { to: [], bcc: 'b@example.org' }, /without to/],
  [
    '100 recipients',
    { to: Array.from({ length: 100 }, (_, i) => `p${i}@example.org`) },
    /100 recipients \(99 at most/,
  ],
  [
    'a name of 71 letters',
    { from: { name: 'x'.repeat(71), address: 'a@example.com' } },
    /70 characters/,
  ],
  ['no subject', { subject: undefined }, /without a subject/],
  [
    'a body that its values leave empty',
    { html: undefined, text: '{{a}}', substitutions: { a: '' } },
    /empty body/,
  ],
  ['two reply-to', { replyTo: ['a@example.org', 'b@example.org'] }, /multipleReplyTo/],
  [
    'a template by name',
    { templateId: 'welcome', html: undefined, text: undefined },
    /templateId that is no number/,
  ],
  ['bodies beside a template', { templateId: 12 }, /beside a template/],
  [
    'braces in the subject beside a template',
    { templateId: 12, html: undefined, text: undefined, subject: '{{x}}' },
    /braces/,
  ],
  [
    'too much for a template',
    { templateId: 12, html: undefined, text: undefined, templateData: { a: 'x'.repeat(100_000) } },
    /100000 at most/,
  ],
  ['an inline image', { attachments: [{ ...file, cid: 'a' }] }, /inlineAttachments/],
  [
    'an attachment without an extension',
    { attachments: [{ ...file, filename: 'notes' }] },
    /not on its list/,
  ],
  [
    'an attachment of another kind',
    { attachments: [{ ...file, filename: 'run.exe' }] },
    /not on its list/,
  ],
  [
    'an attachment name outside ASCII',
    { attachments: [{ ...file, filename: 'účet.txt' }] },
    /outside ASCII/,
  ],
  [
    'an attachment over 4 MB',
    { attachments: [{ ...file, content: Buffer.alloc(4_000_001) }] },
    /4000000 at most/,
  ],
  [
    'more than 20 MB',
    {
      attachments: Array.from({ length: 4 }, () => ({ ...file, content: Buffer.alloc(3_900_000) })),
    },
    /20000000 at most/,
  ],
  ['tracking switches', { trackOpens: false }, /trackingOff/],
  ['tracking', { trackClicks: true }, /trackClicks/],
  ['a return path', { returnPath: 'b@example.com' }, /returnPath/],
  ['an address outside ASCII', { to: 'žluť@example.org' }, /internationalAddress/],
  ['metadata outside ASCII', { metadata: { city: 'Łódź' } }, /metadata outside ASCII/],
  ['H7: a header outside ASCII', { headers: { 'X-City': 'Łódź' } }, /headers outside ASCII/],
  [
    'H7: a header with an encoded word',
    { headers: { 'X-City': 'in =?utf-8?Q?=C5=81?=' } },
    /headers outside ASCII/,
  ],
  [
    'H7: a header with a JSON escape',
    { headers: { 'X-Data': '{"city":"\\u0141"}' } },
    /headers outside ASCII/,
  ],
  [
    'H7: metadata with an encoded word',
    { metadata: { city: '=?utf-8?b?xYE=?=' } },
    /metadata outside ASCII/,
  ],
  ['H16: a To header over 4,096 characters', { to: named(99) }, /a To header of \d+ characters/],
  ['H16: a Cc header over 4,096 characters', { cc: named(98) }, /a Cc header of \d+ characters/],
  [
    'H16: a To header that long once its names are encoded',
    { to: named(40, 'Žluťoučký Kůň úpěl ďábelské ódy') },
    /a To header of \d+ characters/,
  ],
  ['metadata under the name of the id', { metadata: { mailbridge_id: 'x' } }, /mailbridge_id/],
  ['more than 72 hours ahead', { sendAt: new Date(Date.now() + 73 * HOUR) }, /72 hours/],
  ['a stream that is no IP', { stream: 'broadcast' }, /no dedicated IP/],
  ['headers that steer Brevo', { headers: { 'Sender.IP': '203.0.113.7' } }, /takes as orders/],
  ['an idempotency key of its own', { headers: { 'Idempotency-Key': 'x' } }, /takes as orders/],
  ...[
    'sender',
    'to',
    'cc',
    'bcc',
    'replyTo',
    'subject',
    'htmlContent',
    'textContent',
    'headers',
    'attachment',
    'messageVersions',
    'templateId',
    'params',
  ].map((key): [string, object, RegExp] => [
    `providerOptions.brevo.${key}`,
    { providerOptions: { brevo: { [key]: [] } } },
    new RegExp(`providerOptions\\.brevo\\.${key}`),
  ]),
];

describe('What Brevo cannot carry is refused before anything is sent', () => {
  it.each(REFUSED)('%s', async (_, message, says) => {
    const { mail, server } = await startBrevo();
    await expect(mail.send({ ...basic, ...message })).rejects.toMatchObject({
      name: 'UnsupportedFeatureError',
      message: expect.stringMatching(says) as string,
    });
    expect(server.calls).toEqual([]);
  });

  it('and provider options never touch the message, even where refusals are warnings', async () => {
    const { mail, server } = await startBrevo({}, { unsupportedFeatures: 'warn' });
    await mail.send({
      ...basic,
      providerOptions: { brevo: { BCC: [{ email: 'evil@example.com' }] } },
    });
    expect(server.calls).toHaveLength(1);
    expect(JSON.stringify(server.calls)).not.toContain('evil@example.com');
  });
});
