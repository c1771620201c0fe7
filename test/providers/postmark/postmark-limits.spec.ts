import type { EmailMessageDto } from 'nest-mailbridge';
import { HELLO, startPostmark } from './postmark.fixture.js';

type Message = Partial<EmailMessageDto>;
const fields = (count: number) =>
  Object.fromEntries(Array.from({ length: count }, (_, i) => [`k${i}`, 'v']));
const people = (count: number) => Array.from({ length: count }, (_, i) => `p${i}@example.org`);
const options = (postmark: object) => ({ providerOptions: { postmark: postmark as never } });

const REFUSED: readonly [string, Message, RegExp][] = [
  ['51 recipients', { to: people(50), cc: people(20), bcc: 'x@example.org' }, /51 recipients \(50/],
  ['two tags', { tags: ['a', 'b'] }, /2 tags \(1 at most\)/],
  ['a schedule', { sendAt: new Date(Date.now() + 60_000) }, /sendAt/],
  ['a return path', { returnPath: 'bounces@example.com' }, /returnPath/],
  ['an address outside ASCII', { to: 'žluť@example.org' }, /internationalAddress/],
  ['10 metadata fields', { metadata: fields(10) }, /10 metadata fields \(10 at most, one of which/],
  ['a long metadata name', { metadata: { ['n'.repeat(21)]: 'v' } }, /21 characters \(20 at most\)/],
  ['a long metadata value', { metadata: { n: 'v'.repeat(81) } }, /81 characters \(80 at most\)/],
  ['metadata equal but for case', { metadata: { Name: 'a', name: 'b' } }, /but for their case/],
  ['metadata in the place of the id', { metadata: { MailBridge_ID: 'x' } }, /mailbridge_id/],
  ['a long stream name', { stream: 's'.repeat(31) }, /31 characters \(30 at most\)/],
  ['a body of more than 5 MB', { html: 'x'.repeat(5_000_001) }, /html of 5000001 bytes \(5 MB/],
  [
    'a body that its values make too long',
    { text: '{{a}}'.repeat(60), substitutions: { a: 'x'.repeat(100_000) } },
    /text of 6000000 bytes \(5 MB/,
  ],
  [
    'attachments of more than 10 MB',
    { attachments: [{ filename: 'a.bin', content: Buffer.alloc(7_600_000) }] },
    /10 MB at most/,
  ],
  ['a subject beside a template', { templateId: 'welcome' }, /subject beside a templateId/],
  ['no open tracking, where the server may track', { trackOpens: false }, /serverTracksOpens/],
  ...[
    'From',
    'To',
    'Cc',
    'bcc',
    'ReplyTo',
    'Subject',
    'HtmlBody',
    'TextBody',
    'Headers',
    'attachments',
    'TemplateModel',
    'TemplateId',
    'TemplateAlias',
  ].map((key): [string, Message, RegExp] => [
    `provider options that set ${key}`,
    options({ [key]: 'evil@attacker.example' }),
    new RegExp(`providerOptions.postmark.${key}`),
  ]),
  ['provider options with too much metadata', options({ Metadata: fields(10) }), /10 at most/],
  ['provider options with metadata that is no text', options({ Metadata: { n: 1 } }), /no text/],
];

describe('What Postmark cannot carry is refused before anything is sent', () => {
  it.each(REFUSED)('%s', async (_, message, words) => {
    const { mail, postmark } = await startPostmark();
    const sending = mail.send({ ...HELLO, ...message });
    await expect(sending).rejects.toMatchObject({
      name: 'UnsupportedFeatureError',
      message: expect.stringMatching(words) as string,
    });
    expect(postmark.server.requests).toEqual([]);
  });

  it('but not what is just within the limits', async () => {
    const { mail, postmark } = await startPostmark({ serverTracksOpens: false });
    await mail.send({
      ...HELLO,
      to: people(50),
      metadata: { ...fields(8), ['n'.repeat(20)]: '🚀'.repeat(80) },
      stream: 's'.repeat(30),
      trackOpens: false,
      html: 'x'.repeat(5_000_000),
    });
    expect(postmark.problems).toEqual([]);
    expect(postmark.mails[0]).toMatchObject({ TrackOpens: false });
  });

  it('and where that is only a warning, the message goes without it', async () => {
    const { mail, postmark } = await startPostmark({}, 'warn');
    await mail.send({
      ...HELLO,
      tags: ['a', 'b'],
      metadata: { mailbridge_id: 'other' },
      id: 'own',
      providerOptions: { postmark: { to: 'evil@attacker.example', Headers: [], Tag: 'c' } },
    });
    expect(postmark.mails).toEqual([
      {
        From: 'Shop <shop@example.com>',
        To: 'ada@example.org',
        Subject: 'Hello',
        TextBody: 'Hello Ada',
        Tag: 'c',
        Metadata: { mailbridge_id: 'own' },
      },
    ]);
  });
});
