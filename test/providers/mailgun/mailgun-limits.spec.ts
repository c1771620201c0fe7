import type { EmailMessageDto } from 'nest-mailbridge';
import { HELLO, startMailgun } from './mailgun.fixture.js';

type Message = Partial<EmailMessageDto>;
const people = (count: number) => Array.from({ length: count }, (_, i) => `p${i}@example.org`);
const options = (mailgun: object) => ({ providerOptions: { mailgun: mailgun as never } });
const inDays = (days: number) => new Date(Date.now() + days * 24 * 3600_000);

const REFUSED: readonly [string, Message, RegExp][] = [
  ['1,001 recipients', { to: people(1001) }, /1001 recipients \(1000/],
  ['nobody in to', { to: undefined, cc: 'c@example.org' }, /without to/],
  ['11 tags', { tags: Array.from({ length: 11 }, (_, i) => `t${i}`) }, /11 tags \(10/],
  ['a tag outside ASCII', { tags: ['ž'] }, /not ASCII/],
  ['a long tag', { tags: ['t'.repeat(129)] }, /129 characters \(128/],
  ['a schedule beyond three days', { sendAt: inDays(3.1) }, /3 days/],
  ['a return path', { returnPath: 'bounces@example.com' }, /returnPath/],
  ['an address outside ASCII', { to: 'žluť@example.org' }, /internationalAddress/],
  [
    'more than 16 KB of headers',
    { headers: { 'X-A': 'a b '.repeat(2000), 'X-B': 'a b '.repeat(2200) } },
    /\d+ bytes together \(16 KB at most\)/,
  ],
  [
    'more than 16 KB of template data',
    { text: undefined, templateId: 't', templateData: { a: 'x'.repeat(17_000) } },
    /16 KB/,
  ],
  [
    'more metadata than events give back',
    {
      metadata: Object.fromEntries(Array.from({ length: 5 }, (_, i) => [`k${i}`, 'v'.repeat(900)])),
    },
    /4 KB at most/,
  ],
  ['metadata in the place of the id', { metadata: { mailbridge_id: 'x' } }, /mailbridge_id/],
  ['a text beside a template', { templateId: 't' }, /text beside a templateId/],
  [
    'more than 25 MB with attachments encoded',
    { attachments: [{ filename: 'a.bin', content: Buffer.alloc(19_000_000) }] },
    /25 MB at most/,
  ],
  ...[
    'from',
    'to',
    'cc',
    'bcc',
    'subject',
    'text',
    'html',
    'amp-html',
    'template',
    'attachment',
    'inline',
    'recipient-variables',
    'h:X-A',
    'v:mailbridge_id',
    't:variables',
    'O:tag',
  ].map((key): [string, Message, RegExp] => [
    `provider options that set ${key}`,
    options({ [key]: 'evil@attacker.example' }),
    new RegExp(`providerOptions.mailgun.${key}`),
  ]),
  ['provider options that are no text', options({ 'o:tag': { a: 1 } }), /text, numbers/],
];

describe('What Mailgun cannot carry is refused before anything is sent', () => {
  it.each(REFUSED)('%s', async (_, message, words) => {
    const { mail, mailgun } = await startMailgun();
    await expect(mail.send({ ...HELLO, ...message })).rejects.toMatchObject({
      name: 'UnsupportedFeatureError',
      message: expect.stringMatching(words) as string,
    });
    expect(mailgun.server.requests).toEqual([]);
  });

  it('but not what is just within the limits', async () => {
    const { mail, mailgun } = await startMailgun({ maxScheduleDays: 7 });
    await mail.send({ ...HELLO, to: people(1000), sendAt: inDays(6.9) });
    await mail.send({
      ...HELLO,
      tags: Array.from({ length: 10 }, (_, i) => `${i}`.repeat(128)),
      headers: { 'X-A': 'a b '.repeat(2400), 'X-B': 'a b '.repeat(1100) },
    });
    expect(mailgun.mails).toHaveLength(1001);
    expect(mailgun.problems).toEqual([]);
  });

  it('and where that is only a warning, the message goes without it', async () => {
    const { mail, mailgun } = await startMailgun({}, 'warn');
    await mail.send({
      ...HELLO,
      id: 'own',
      metadata: { mailbridge_id: 'other' },
      returnPath: 'bounces@example.com',
      providerOptions: { mailgun: { to: 'evil@attacker.example', 'h:Bcc': 'x', 'o:dkim': false } },
    });
    expect(mailgun.calls).toEqual([
      {
        from: 'Shop <shop@example.com>',
        to: ['ada@example.org'],
        subject: 'Hello',
        text: 'Hello Ada',
        'v:mailbridge_id': 'own',
        'o:dkim': 'no',
      },
    ]);
  });
});
