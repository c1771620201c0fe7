import { ApiServer } from '../../fixtures/api/api-server.js';
import { awsError } from '../../fixtures/api/ses-server.js';
import { startSes } from '../../fixtures/ses-mail.js';

const servers: ApiServer[] = [];

afterEach(() => Promise.all(servers.splice(0).map((server) => server.close())));

const people = (count: number) => Array.from({ length: count }, (_, at) => `p${at}@example.org`);
const sizes = (calls: readonly { operation: string; input: any }[]) =>
  calls.map(({ input }) => Number(input.BulkEmailEntries?.length ?? 1)).toSorted((a, b) => a - b);

describe('Messages that SES can take together share a call', () => {
  it('1,003 of one stored template in 21 calls, each with its own data and result', async () => {
    const { mail, server } = await startSes();
    server.templates.set('news', { Subject: 'For {{name}}', Html: '<p>{{name}}</p>' });
    const result = await mail.sendBulk(
      people(1003).map((to, at) => ({
        id: `id-${at}`,
        to,
        templateId: 'news',
        templateData: { name: `N ${at}` },
      })),
    );
    expect(result).toMatchObject({ successful: 1003, providerCalls: 21 });
    expect(Math.max(...sizes(server.calls))).toBe(50);
    const byId = new Map(server.deliveries.map((each) => [each.tags['mailbridge_id'], each]));
    for (const [at, { id, messageId }] of result.responses.entries()) {
      expect(id).toBe(`id-${at}`);
      expect(byId.get(id)).toMatchObject({
        messageId,
        to: [`p${at}@example.org`],
        html: `<p>N ${at}</p>`,
        subject: `For N ${at}`,
      });
    }
    expect(server.problems).toEqual([]);
  });

  it('those alike but for their recipients', async () => {
    const { mail, server } = await startSes();
    const attachments = [{ filename: 'terms.pdf', content: Buffer.from('terms') }];
    await mail.sendBulk(people(120).map((to) => ({ to, subject: 'S', html: 'H', attachments })));
    expect(sizes(server.calls)).toEqual([20, 50, 50]);
    expect(server.deliveries).toHaveLength(120);
    expect(server.deliveries.every(({ attachments: files }) => files.length === 1)).toBe(true);
    expect(server.problems).toEqual([]);
  });

  it('recipients, tags, headers and metadata stay each with its own message', async () => {
    const { mail, server } = await startSes();
    const own = (at: number) => ({
      to: `p${at}@example.org`,
      ...(at % 2 === 0 && { bcc: `b${at}@example.org` }),
      subject: 'Same',
      text: 'Same',
      headers: { 'X-N': `n${at}` },
      tags: [`t${at}`],
      metadata: { m: `m${at}` },
    });
    await mail.sendBulk([0, 1, 2].map(own));
    expect(server.calls).toHaveLength(1);
    expect(server.deliveries).toMatchObject(
      [0, 1, 2].map((at) => ({
        to: [`p${at}@example.org`],
        bcc: at % 2 === 0 ? [`b${at}@example.org`] : [],
        headers: { 'X-N': `n${at}` },
        tags: { tag: `t${at}`, m: `m${at}` },
      })),
    );
  });

  it.each([
    ['sender', { from: 'other@example.com' }],
    ['subject', { subject: 'Other' }],
    ['reply-to', { replyTo: 'r@example.com' }],
    ['bounces', { returnPath: 'r@example.com' }],
    ['stream', { stream: 'other' }],
    ['tracking of opens', { trackOpens: false }],
    ['tracking of links', { trackClicks: false }],
    ['options', { providerOptions: { ses: { TenantName: 't' } } }],
    ['attachments', { attachments: [{ filename: 'a.txt', content: 'a' }] }],
    ['template', { subject: undefined, text: undefined, templateId: 'x' }],
  ])('not with a neighbour of another %s', async (_, other) => {
    const { mail, server } = await startSes();
    server.templates.set('x', { Subject: 'x' });
    const message = { to: 'a@example.org', subject: 'Same', text: 'Same' };
    const result = await mail.sendBulk([message, { ...message, ...other }, message]);
    expect(sizes(server.calls)).toEqual([1, 2]);
    expect(result.successful).toBe(3);
  });

  it('not with one of another stored template', async () => {
    const { mail, server } = await startSes();
    for (const name of ['x', 'y']) server.templates.set(name, { Subject: name });
    await mail.sendBulk(['x', 'y'].map((templateId) => ({ to: 'a@example.org', templateId })));
    expect(sizes(server.calls)).toEqual([1, 1]);
  });

  it('nor with one that says what another configuration has for a default', async () => {
    const message = { to: 'a@example.org', subject: 'Same', text: 'Same' };
    const other = await startSes({ configurationSet: 'news' });
    const { mail, server } = await startSes();
    await other.mail.sendBulk([message, message]);
    await mail.sendBulk([message, { ...message, stream: 'news' }]);
    expect(sizes(server.calls)).toEqual([1, 1]);
  });

  it('the same address twice gets both', async () => {
    const { mail, server } = await startSes();
    const to = 'twin@example.org';
    const result = await mail.sendBulk([
      { to, subject: 'For {{n}}', text: 't', substitutions: { n: 'one' } },
      { to, subject: 'For {{n}}', text: 't', substitutions: { n: 'two' } },
    ]);
    expect(server.calls).toHaveLength(1);
    expect(server.deliveries.map(({ subject }) => subject)).toEqual(['For one', 'For two']);
    expect(new Set(result.responses.map(({ messageId }) => messageId)).size).toBe(2);
  });
});

const AWKWARD = [
  `O'Brien & "Söhne" <b>`,
  '100 % {x} $& $1 \\ %recipient.name%',
  'https://example.org/u?a=1&b=2#c',
  '',
  'line\nbreak',
  '</p><script>alert(1)</script>',
  '🚀',
];
const asHtml = (text: string) =>
  text.replace(
    /[&<>"']/g,
    (c) => `&${{ '&': 'amp', '<': 'lt', '>': 'gt', '"': 'quot', "'": '#39' }[c]};`,
  );

describe('Substitutions arrive exactly as they were given', () => {
  it('as template data in one call, whatever the values', async () => {
    const { mail, server } = await startSes();
    await mail.sendBulk(
      AWKWARD.map((value) => ({
        to: 'a@example.org',
        subject: 'S',
        html: '<p>{{ my.v-1 }}|{{other}}</p>',
        text: '{{other}}|{{my.v-1}}|{{ other }}',
        substitutions: { 'my.v-1': value, other: 7, unused: 'x' },
      })),
    );
    expect(server.calls).toHaveLength(1);
    expect(server.deliveries.map(({ html, text }) => [html, text])).toEqual(
      AWKWARD.map((value) => [`<p>${asHtml(value)}|7</p>`, `7|${value}|7`]),
    );
    expect(server.problems).toEqual([]);
  });

  it.each([
    ['other braces', 'a {{#if x}} {{v}}'],
    ['a third brace before', '{{{v}}'],
    ['a third brace behind', '{{v}}}'],
    ['a backslash before', 'C:\\{{v}}'],
    ['braces across', '{{ {{v}} }}'],
  ])('rendered here where SES would read more into the text: %s', async (_, text) => {
    const { mail, server } = await startSes();
    const message = { to: 'a@example.org', subject: 'S', text, substitutions: { v: 'value' } };
    await mail.sendBulk([message, message]);
    expect(server.calls.map(({ operation }) => operation)).toEqual(['SendEmail', 'SendEmail']);
    expect(server.deliveries[0]!.text).toBe(text.replace('{{v}}', 'value'));
  });

  it('rendered here where a value looks like a placeholder', async () => {
    const { mail, server } = await startSes();
    const message = (v: string) => ({
      to: 'a@example.org',
      subject: 'S',
      text: '{{v}}',
      substitutions: { v },
    });
    await mail.sendBulk([message('{{h0}}'), message('plain'), message('{{{{raw}}}}')]);
    expect(new Set(server.deliveries.map(({ text }) => text))).toEqual(
      new Set(['plain', '{{h0}}', '{{{{raw}}}}']),
    );
    expect(sizes(server.calls)).toEqual([1, 1, 1]);
  });

  it('braces without substitutions are plain text, also in a bulk', async () => {
    const { mail, server } = await startSes();
    const message = { to: 'a@example.org', subject: 'S', text: 'use {{t0}} here' };
    await mail.sendBulk([message, message]);
    expect(server.deliveries.map(({ text }) => text)).toEqual([message.text, message.text]);
  });
});

describe('Each entry of a call has its own outcome', () => {
  it('in the order of the messages', async () => {
    const { mail, server } = await startSes();
    const results: Record<number, object> = {
      1: { Status: 'MESSAGE_REJECTED', Error: 'no' },
      2: { Status: 'ACCOUNT_THROTTLED' },
    };
    server.entryResult = (_, at) => results[at];
    const message = { to: 'a@example.org', subject: 'S', text: 'T' };
    const { responses, providerCalls } = await mail.sendBulk([message, message, message, message]);
    expect(providerCalls).toBe(1);
    expect(responses.map(({ outcome }) => outcome)).toEqual([
      'accepted',
      'rejected',
      'unsent',
      'accepted',
    ]);
  });

  it('a call that is refused as a whole is not taken apart', async () => {
    const { mail, server } = await startSes();
    server.override = () => ({
      status: 400,
      headers: { 'x-amzn-errortype': 'BadRequestException' },
    });
    const message = { to: 'a@example.org', subject: 'S', text: 'T' };
    const result = await mail.sendBulk([message, message, message]);
    expect(result.outcomes.rejected).toBe(3);
    expect(server.calls).toHaveLength(1);
  });
});

describe('H3: a clock that is an hour off', () => {
  it('loses nothing of a bulk, uses up no attempt and says nothing against SES', async () => {
    const { mail, server } = await startSes({}, { bulk: { concurrency: 20 } });
    server.aheadMs = 3_600_000;
    const messages = people(600).map((to, n) => ({
      to,
      subject: 'S {{n}}',
      text: 'T {{n}}',
      substitutions: { n },
    }));
    const result = await mail.sendBulk(messages);
    expect(result).toMatchObject({ successful: 600, providerCalls: 12 });
    expect(result.responses.every(({ attempts }) => attempts === 1)).toBe(true);
    expect(mail.circuitState()).toBe('closed');
    expect(new Set(server.deliveries.flatMap(({ to }) => to)).size).toBe(600);
    expect(server.deliveries).toHaveLength(600);
  });

  it('and a wrong key: a refusal for good', async () => {
    const credentials = { accessKeyId: 'AKIALOOPBACK0000TEST', secretAccessKey: 'wrong' };
    const { mail, server } = await startSes({ credentials }, { retry: { attempts: 3 } });
    server.aheadMs = 3_600_000;
    const sent = mail.send({ to: 'ada@example.org', subject: 'S', text: 'T' });
    await expect(sent).rejects.toMatchObject({
      response: {
        outcome: 'unsent',
        attempts: 1,
        failure: { category: 'auth', retryable: false, statusCode: 403 },
      },
    });
    expect(server.calls).toHaveLength(2);
  });
});

describe('H2: an identity that SES has not verified', () => {
  const words = (address: string) =>
    `Email address is not verified. The following identities failed the check in region EU-WEST-1: ${address}`;
  const messages = people(3).map((to, n) => ({
    to,
    subject: 'S {{n}}',
    text: 'T {{n}}',
    substitutions: { n },
  }));

  async function startRoute() {
    const brevo = await ApiServer.start(() => ({ status: 201, body: { messageId: '<1@b>' } }));
    servers.push(brevo);
    const { mail, server } = await startSes(
      {},
      { provider: ['ses', 'brevo'] },
      {
        brevo: { apiKey: 'xkeysib-1', baseUrl: brevo.url },
      },
    );
    return { mail, server, brevo };
  }

  it('the sender, in one call or by entry: the next provider of the route is asked', async () => {
    const { mail, server, brevo } = await startRoute();
    server.override = ({ operation }) =>
      operation === 'SendEmail'
        ? awsError(400, 'MessageRejected', words('shop@example.com'))
        : undefined;
    server.entryResult = (_, at) =>
      at === 1 ? { Status: 'MESSAGE_REJECTED', Error: words('shop@example.com') } : undefined;
    expect(await mail.send(messages[0]!)).toMatchObject({ outcome: 'accepted', provider: 'brevo' });
    const { responses } = await mail.sendBulk(messages);
    expect(responses.map(({ outcome, provider }) => `${outcome} by ${provider}`)).toEqual([
      'accepted by ses',
      'accepted by brevo',
      'accepted by ses',
    ]);
    expect([server.deliveries.length, brevo.requests.length]).toEqual([2, 2]);
  });

  it('a recipient, in the sandbox: that message is refused, and the others go', async () => {
    const { mail, server, brevo } = await startRoute();
    server.override = ({ input }) =>
      JSON.stringify(input['BulkEmailEntries'] ?? input['Destination']).includes('p1@')
        ? awsError(400, 'MessageRejected', words('p1@example.org'))
        : undefined;
    const { responses } = await mail.sendBulk(messages);
    expect(responses.map(({ outcome }) => outcome)).toEqual(['accepted', 'rejected', 'accepted']);
    expect(responses[1]).toMatchObject({ failure: { scope: 'recipient', retryable: false } });
    expect(brevo.requests).toEqual([]);
  });
});
