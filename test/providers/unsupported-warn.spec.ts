import type { MailBridgeService } from 'nest-mailbridge';
import { isUnsupportedFeatureError } from 'nest-mailbridge';
import { API_PROVIDERS } from '../fixtures/api/api-providers.js';
import { ApiServer } from '../fixtures/api/api-server.js';
import { startMailBridge } from '../fixtures/application.js';
import { ONCE } from '../fixtures/once.js';

type Message = Partial<Parameters<MailBridgeService['send']>[0]>;

const BASIC = { to: 'ada@example.org', subject: 'Hello', text: 'Hi' };
const DAY = 24 * 60 * 60 * 1000;
const FAR = new Date(Date.now() + 10 * DAY);
const STEPS = Array.from({ length: 12 }, (_, i) => `t${i}-`);
const FILE = { filename: 'a.txt', content: 'x' };
const TEMPLATE: Message = { templateId: 'd-1', subject: undefined, text: 'MARK' };

let server: ApiServer;

beforeEach(async () => {
  server = await ApiServer.start(() => ({ status: 500 }));
});

afterEach(() => server.close());

/** What was sent, as text; `undefined` where the message was refused before. */
async function sent(name: string, message: Message): Promise<string | undefined> {
  const { options, accepted } = new Map(API_PROVIDERS).get(name)!;
  server.behaviour = () => accepted;
  const mail = await startMailBridge({
    ...ONCE,
    provider: name,
    defaults: { from: 'shop@example.com' },
    unsupportedFeatures: 'warn',
    providers: { [name]: options(server.url) },
  });
  try {
    const { outcome } = await mail.send({ ...BASIC, ...message });
    expect(outcome).toBe('accepted');
  } catch (error) {
    expect(isUnsupportedFeatureError(error)).toBe(true);
    expect(server.requests).toEqual([]);
    return undefined;
  }
  expect(server.requests).toHaveLength(1);
  return server.requests[0]!.raw.toString('utf8');
}

const LEFT_OUT: [
  provider: string,
  what: string,
  message: Message,
  without: RegExp,
  has?: RegExp,
][] = [
  ['sendgrid', '11th tag and more', { tags: STEPS }, /t10-|t11-/, /t9-/],
  ['sendgrid', 'a tag outside ASCII', { tags: ['ok', 'MARKů'] }, /MARK/, /"ok"/],
  ['sendgrid', 'metadata that its events have', { metadata: { status: 'MARK', a: 'b' } }, /MARK/],
  ['sendgrid', 'metadata over 10,000 bytes', { metadata: many(12, 950) }, /xxx/],
  ['sendgrid', 'a reserved header', { headers: { 'X-SG-ID': 'MARK', 'X-A': 'ok' } }, /MARK/, /X-A/],
  ['sendgrid', 'a pool of one letter', { stream: 'x' }, /ip_pool_name/],
  ['sendgrid', 'texts beside a dynamic template', TEMPLATE, /MARK|content/, /d-1/],
  ['sendgrid', 'a return path', { returnPath: 'MARK@example.com' }, /MARK/],
  [
    'postmark',
    'the 10th entry of metadata and more',
    { metadata: many(12, 1) },
    /k(?:9|10|11)"/,
    /k8"/,
  ],
  [
    'postmark',
    'a value of 81 characters',
    { metadata: { k: 'x'.repeat(81), l: 'ok' } },
    /xxx/,
    /"l"/,
  ],
  ['postmark', 'a name of 21 characters', { metadata: { ['n'.repeat(21)]: 'MARK' } }, /MARK/],
  ['postmark', 'a name in another case', { metadata: { a: 'ok', A: 'MARK' } }, /MARK/, /ok/],
  [
    'postmark',
    'metadata of provider options',
    { providerOptions: { postmark: { Metadata: { k: 'x'.repeat(81) }, InlineCss: true } } },
    /xxx/,
    /InlineCss/,
  ],
  ['postmark', 'a second tag', { tags: ['ok', 'MARK'] }, /MARK/, /ok/],
  ['postmark', 'a long stream', { stream: 'MARK'.repeat(8) }, /MARK/],
  ['postmark', 'a body beside a template', TEMPLATE, /MARK|TextBody/, /d-1/],
  ['postmark', 'the switch that it ignores', { trackOpens: false }, /TrackOpens/],
  ['mailgun', 'a tag outside ASCII', { tags: ['MARKů', 'ok'] }, /MARK/, /ok/],
  ['mailgun', 'a tag of 129 characters', { tags: ['x'.repeat(129)] }, /xxx/],
  ['mailgun', 'metadata over 4 KB', { metadata: many(5, 900) }, /xxx/],
  ['mailgun', 'an unknown option', { providerOptions: { mailgun: { 'h:Bcc': 'MARK' } } }, /MARK/],
  ['mailgun', 'a body beside a template', { ...TEMPLATE, html: 'MARK' }, /MARK/, /d-1/],
  ['brevo', 'metadata outside ASCII', { metadata: { city: 'MARKů', a: 'ok' } }, /MARK/, /ok/],
  ['brevo', 'a header outside ASCII', { headers: { 'X-C': 'MARKů', 'X-A': 'ok' } }, /MARK/, /X-A/],
  [
    'brevo',
    'a header that it takes as an order',
    { headers: { 'sender.ip': '192.0.2.1' } },
    /192\.0/,
  ],
  ['brevo', 'a stream that is no IP', { stream: 'MARK' }, /MARK|sender\.ip/],
  ['brevo', 'a second reply-to', { replyTo: ['a@x.org', 'mark@x.org'] }, /mark/, /a@x\.org/],
  ['brevo', 'bodies beside a template', { templateId: 7, html: 'MARK' }, /MARK/, /"templateId":7/],
  ['brevo', 'tracking', { trackOpens: true }, /track/i],
  ['ses', 'bodies beside a template', TEMPLATE, /MARK/, /d-1/],
  ['ses', 'an option of another field', { providerOptions: { ses: { Content: 'MARK' } } }, /MARK/],
  [
    'ses',
    'a header over 995 characters',
    { headers: { 'X-L': 'ab '.repeat(400), 'X-A': 'ok' } },
    /ab ab/,
    /X-A/,
  ],
  [
    'ses',
    'metadata over 995 characters',
    { metadata: { a: 'ab '.repeat(300), b: 'ab '.repeat(300) } },
    /ab ab/,
  ],
];

function many(count: number, length: number): Record<string, string> {
  return Object.fromEntries(Array.from({ length: count }, (_, i) => [`k${i}`, 'x'.repeat(length)]));
}

describe("H5: with unsupportedFeatures 'warn' a message goes without what the provider cannot carry", () => {
  it.each(LEFT_OUT)('%s: %s', async (name, _, message, without, has = /mailbridge_id/) => {
    const body = await sent(name, message);
    expect(body).not.toMatch(without);
    expect(body).toMatch(has);
  });
});

const REFUSED: [provider: string, what: string, message: Message][] = [
  ['sendgrid', 'nobody in to', { to: undefined, bcc: 'b@example.org' }],
  ['sendgrid', 'sendAt in ten days', { sendAt: FAR }],
  ['sendgrid', 'an empty attachment', { attachments: [{ ...FILE, content: '' }] }],
  [
    'sendgrid',
    'an attachment beside good ones',
    { attachments: [FILE, { ...FILE, filename: 'ů' }] },
  ],
  ['sendgrid', 'a number as template', { templateId: 7 }],
  ['sendgrid', 'no subject', { subject: undefined }],
  ['postmark', 'sendAt', { sendAt: new Date(Date.now() + DAY) }],
  [
    'postmark',
    '51 recipients',
    { to: STEPS.flatMap((t) => [1, 2, 3, 4, 5].map((n) => `${t}${n}@x.org`)) },
  ],
  ['mailgun', 'nobody in to', { to: undefined, cc: 'c@example.org' }],
  ['mailgun', 'sendAt in ten days', { sendAt: FAR }],
  ['brevo', 'an attachment of an unlisted kind', { attachments: [{ ...FILE, filename: 'a.bin' }] }],
  ['brevo', 'an inline image', { attachments: [{ ...FILE, cid: 'a' }] }],
  ['brevo', 'a template by name beside a body', { templateId: 'welcome' }],
  ['brevo', 'sendAt in ten days', { sendAt: FAR }],
  ['brevo', 'a name of 71 letters', { to: { name: 'x'.repeat(71), address: 'a@example.org' } }],
  ['ses', 'sendAt', { sendAt: new Date(Date.now() + DAY) }],
  ['ses', 'an address outside ASCII', { to: 'žluť@example.org' }],
];

describe('H5: a message that would be another is refused also with a warning', () => {
  it.each(REFUSED)('%s: %s', async (name, _, message) => {
    expect(await sent(name, message)).toBeUndefined();
  });
});
