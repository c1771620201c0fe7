import { isUnsupportedFeatureError } from 'nest-mailbridge';
import { startSes } from '../../fixtures/ses-mail.js';

const basic = { to: 'ada@example.org', subject: 'Hello', text: 'Hi' };
const headers = (count: number) =>
  Object.fromEntries(Array.from({ length: count }, (_, at) => [`X-${at}`, 'v']));
const options = (ses: Record<string, unknown>) => ({ providerOptions: { ses } });

const REFUSED: [string, object, RegExp][] = [
  ['a time to send at', { sendAt: new Date(Date.now() + 3_600_000) }, /sendAt/],
  ['an address outside ASCII', { to: 'žluť@example.org' }, /internationalAddress/],
  ['S9: neither body nor attachment', { text: undefined }, /a message without a body/],
  ['S9: an empty body and no attachment', { text: '' }, /a message without a body/],
  ['51 recipients', { to: Array.from({ length: 51 }, (_, at) => `p${at}@example.org`) }, /\b50\b/],
  ['16 headers', { headers: headers(16) }, /16 headers.*15/],
  ['13 headers and a priority', { headers: headers(13), priority: 'low' }, /16 headers.*15/],
  [
    'a header longer than 995',
    { headers: { 'X-Long': `${'a'.repeat(500)} ${'b'.repeat(500)}` } },
    /X-Long.*1001.*995/,
  ],
  [
    'a header longer than 995 as encoded',
    { headers: { 'X-Long': 'é '.repeat(300) } },
    /X-Long.*995/,
  ],
  [
    'metadata longer than a header',
    { metadata: { a: 'a b '.repeat(200), b: 'a b '.repeat(100) } },
    /X-Metadata.*995/,
  ],
  [
    'a cid of 79',
    { attachments: [{ filename: 'a.png', content: 'x', cid: 'c'.repeat(79) }] },
    /cid.*78/,
  ],
  [
    'template data over 262,144',
    {
      subject: undefined,
      text: undefined,
      templateId: 't',
      templateData: { x: 'x'.repeat(262_144) },
    },
    /262144/,
  ],
  ['a subject beside a template', { text: undefined, templateId: 't' }, /subject/],
  [
    'options that are the message’s own',
    options({ Destination: { ToAddresses: ['e@example.org'] } }),
    /Destination/,
  ],
  ['options for its content', options({ Content: {} }), /Content/],
  ['options for its labels', options({ EmailTags: [] }), /EmailTags/],
  ['the name of API v1', options({ Tags: [] }), /Tags/],
];

describe('What SES cannot carry is refused before anything is sent', () => {
  it.each(REFUSED)('%s', async (_, message, why) => {
    const { mail, server } = await startSes();
    const error: unknown = await mail.send({ ...basic, ...message }).catch((e: unknown) => e);
    expect(isUnsupportedFeatureError(error)).toBe(true);
    expect((error as Error).message).toMatch(why);
    expect(server.calls).toEqual([]);
  });

  it('40 MB with attachments encoded', async () => {
    const { mail, server } = await startSes({}, { limits: { bytes: 60_000_000 } });
    const attachments = [{ filename: 'a.bin', content: Buffer.alloc(30_500_000) }];
    await expect(mail.send({ ...basic, attachments })).rejects.toThrow(/40000000/);
    expect(server.calls).toEqual([]);
  });

  it('with a warning instead, forbidden options are left out', async () => {
    const { mail, server } = await startSes({}, { unsupportedFeatures: 'warn' });
    await mail.send({ ...basic, ...options({ FromEmailAddress: 'evil@example.net' }) });
    expect(server.deliveries[0]!.from).toBe('Shop <shop@example.com>');
  });

  it('what is within the limits goes', async () => {
    const { mail, server } = await startSes();
    await mail.send({ ...basic, headers: headers(15) });
    await mail.send({ ...basic, to: Array.from({ length: 50 }, (_, at) => `p${at}@example.org`) });
    expect(server.deliveries).toHaveLength(2);
    expect(server.problems).toEqual([]);
  });
});
