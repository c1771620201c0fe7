import fc from 'fast-check';
import { normalizeDefaults, normalizeMessage } from '../../lib/message/normalize.js';
import type { MessageFeature } from '../../lib/message/outgoing-email.js';
import { CONTEXT, message, normalize, problemPaths, problemsOf } from './normalizing.js';

const ada = { address: 'ada@example.org' };
const CONTROLS = /[\p{Cc}\u2028\u2029]/u;

describe('a message becomes a read-only outgoing email', () => {
  it('has everything filled in', () => {
    expect(normalize()).toEqual({
      id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      from: { address: 'shop@example.com' },
      to: [ada],
      cc: [],
      bcc: [],
      replyTo: [],
      subject: 'Hello',
      text: 'Hello Ada',
      attachments: [],
      headers: {},
      tags: [],
      metadata: {},
      features: new Set(),
    });
  });

  it('keeps each field in its normal form', () => {
    const parts = {
      id: 'order_7-b',
      from: 'Shop <shop@x.org>',
      to: ['Ada <ada@example.org>', { address: 'bob@x.org' }],
      cc: 'c@x.org',
      bcc: ['d@x.org'],
      replyTo: 'help@x.org',
      html: '<p>Hi</p>',
      substitutions: { name: 'Ada', n: 5, yes: true },
      templateId: 7,
      templateData: { items: [{ at: new Date(0) }], none: null, left: undefined },
      headers: { 'List-Unsubscribe': '<https://x.org/u>' },
      tags: ['a', 'b', 'a'],
      metadata: { order: '7' },
      priority: 'high',
      sendAt: '2030-01-31T09:00:00+01:00',
      trackOpens: true,
      trackClicks: false,
      stream: 'broadcast',
      returnPath: 'bounce@bücher.example',
      providerOptions: { sendgrid: { asm: { group_id: 1 } } },
    };
    expect(normalize(parts)).toMatchObject({
      ...parts,
      from: { name: 'Shop', address: 'shop@x.org' },
      to: [{ name: 'Ada', address: 'ada@example.org' }, { address: 'bob@x.org' }],
      cc: [{ address: 'c@x.org' }],
      bcc: [{ address: 'd@x.org' }],
      replyTo: [{ address: 'help@x.org' }],
      templateData: { items: [{ at: '1970-01-01T00:00:00.000Z' }], none: null },
      tags: ['a', 'b'],
      sendAt: new Date('2030-01-31T08:00:00Z'),
      returnPath: 'bounce@xn--bcher-kva.example',
    });
  });

  it('takes undefined for absent and does not show it', () => {
    expect(
      Object.keys(normalize({ cc: undefined, html: undefined, stream: undefined })),
    ).not.toContain('html');
  });

  it('cannot be changed, neither directly nor through what it was made of', () => {
    const input = message({
      to: ['ada@example.org'],
      tags: ['a'],
      templateId: 1,
      templateData: { a: { b: 1 } },
      sendAt: new Date(0),
    });
    const email = normalizeMessage(input, CONTEXT);
    (input['to'] as string[]).push('evil@x.org');
    (input['tags'] as string[]).push('evil');
    (input['templateData'] as { a: { b: number } }).a.b = 2;
    (input['sendAt'] as Date).setTime(5);
    expect(() => Object.assign(email, { subject: 'Evil' })).toThrow(TypeError);
    expect(email).toMatchObject({
      to: [ada],
      tags: ['a'],
      templateData: { a: { b: 1 } },
      sendAt: new Date(0),
    });
  });

  it('gives each message an id of its own', () => {
    expect(normalize().id).not.toBe(normalize().id);
  });

  it('replaces a lone surrogate by U+FFFD wherever people read', () => {
    const email = normalize({ subject: 'a\ud800b', text: '\udc00', html: 'x\ud800' });
    expect([email.subject, email.text, email.html]).toEqual(['a\ufffdb', '\ufffd', 'x\ufffd']);
  });
});

describe('a field that is wrong is refused, with its path', () => {
  const controls = [
    'hi\r\nBcc: evil@attacker.example\r\n\r\nbody',
    'a\nb',
    'a\rb',
    'a\0b',
    'a\u0085b',
    'a\u2028b',
    'a\tb',
  ];
  const deep = JSON.parse('{"a":'.repeat(10_000) + '1' + '}'.repeat(10_000)) as unknown;
  const deepest = JSON.parse('{"a":'.repeat(100) + '1' + '}'.repeat(100)) as unknown;
  const cyclic: Record<string, unknown> = {};
  cyclic['self'] = cyclic;
  // Each level refers twice to the one below: 2^40 values if anybody walks it.
  let bomb: unknown = {};
  for (let level = 0; level < 40; level++) bomb = { a: bomb, b: bomb };

  it.each<[string, Record<string, unknown>, string]>([
    ...controls.map((text): [string, Record<string, unknown>, string] => [
      'control in subject',
      { subject: text },
      'subject',
    ]),
    ...controls.map((text): [string, Record<string, unknown>, string] => [
      'control in header',
      { headers: { 'X-A': text } },
      'headers.X-A',
    ]),
    ...controls.map((text): [string, Record<string, unknown>, string] => [
      'control in tag',
      { tags: ['ok', text] },
      'tags[1]',
    ]),
    ...controls.map((text): [string, Record<string, unknown>, string] => [
      'control in metadata',
      { metadata: { a: text } },
      'metadata.a',
    ]),
    ...controls.map((text): [string, Record<string, unknown>, string] => [
      'control in stream',
      { stream: text },
      'stream',
    ]),
    ...controls.map((text): [string, Record<string, unknown>, string] => [
      'control in templateId',
      { templateId: text },
      'templateId',
    ]),
    ...controls.map((text): [string, Record<string, unknown>, string] => [
      'control in returnPath',
      { returnPath: `${text}@x.org` },
      'returnPath',
    ]),
    ...controls.map((text): [string, Record<string, unknown>, string] => [
      'control in a name',
      { from: { name: text, address: 'a@x.org' } },
      'from',
    ]),
    ['a subject of 100 KB', { subject: 'x'.repeat(100_000) }, 'subject'],
    ['a subject of 999 bytes', { subject: 'ž'.repeat(499) + 'x' }, 'subject'],
    ['a subject that is no text', { subject: 5 }, 'subject'],
    ['null', { subject: null }, 'subject'],
    ['NUL in a body', { text: 'a\0b' }, 'text'],
    ['a body from a file', { html: { path: '/etc/passwd' } }, 'html'],
    ['a body from an address', { text: { href: 'http://169.254.169.254/' } }, 'text'],
    ['two senders', { from: ['a@x.org', 'b@x.org'] }, 'from'],
    ['a foreign sender', { from: 'f@example.com\r\nX: 1' }, 'from'],
    ['one bad recipient in a list', { to: ['ok@example.com', 'root'] }, 'to[1]'],
    ['a hole in a list', { cc: ['ok@example.com', undefined] }, 'cc[1]'],
    ['a list that claims to be endless', { to: Object.assign([], { length: 4e9 }) }, 'to'],
    ['a display name as return path', { returnPath: 'A <a@x.org>' }, 'returnPath'],
    ['an id with a space', { id: 'a b' }, 'id'],
    ['an id with a line end', { id: 'a\n' }, 'id'],
    ['an id of 65', { id: 'x'.repeat(65) }, 'id'],
    ['a tag of 10 KB', { tags: ['x'.repeat(10_000)] }, 'tags[0]'],
    ['an empty tag', { tags: [''] }, 'tags[0]'],
    ['a tag that is no text', { tags: [5] }, 'tags[0]'],
    ['tags as text', { tags: 'a' }, 'tags'],
    ['a header in a metadata key', { metadata: { 'a\r\nX: 1': 'v' } }, 'metadata[0]'],
    ['a metadata value that is no text', { metadata: { a: 5 } }, 'metadata.a'],
    ['a metadata value of 1,001', { metadata: { a: 'x'.repeat(1_001) } }, 'metadata.a'],
    [
      'a prototype in metadata',
      { metadata: JSON.parse('{"__proto__": "x"}') as unknown },
      'metadata.__proto__',
    ],
    [
      'a prototype in headers',
      { headers: JSON.parse('{"__proto__": "x"}') as unknown },
      'headers.__proto__',
    ],
    [
      'a prototype in substitutions',
      { substitutions: JSON.parse('{"__proto__": "x"}') as unknown },
      'substitutions.__proto__',
    ],
    [
      'a constructor in substitutions',
      { substitutions: { constructor: 'x' } },
      'substitutions.constructor',
    ],
    [
      'a prototype deep in template data',
      { templateId: 1, templateData: JSON.parse('{"a":[{"__proto__":{"x":1}}]}') as unknown },
      'templateData',
    ],
    [
      'a prototype in provider options',
      { providerOptions: JSON.parse('{"__proto__":{}}') as unknown },
      'providerOptions.__proto__',
    ],
    ['an unknown priority', { priority: 'urgent' }, 'priority'],
    ['a priority of the prototype', { priority: 'constructor' }, 'priority'],
    ['a time without a zone', { sendAt: '2030-01-31T09:00:00' }, 'sendAt'],
    ['a day that there is not', { sendAt: '2030-02-30T09:00:00Z' }, 'sendAt'],
    ['an hour that there is not', { sendAt: '2030-02-20T25:00:00Z' }, 'sendAt'],
    ['no date', { sendAt: new Date(Number.NaN) }, 'sendAt'],
    ['a number for a time', { sendAt: 1e12 }, 'sendAt'],
    ['text for a flag', { trackOpens: 'true' }, 'trackOpens'],
    ['a template id of -1', { templateId: -1 }, 'templateId'],
    ['a template id of 1.5', { templateId: 1.5 }, 'templateId'],
    ['template data without a template', { templateData: { a: 1 } }, 'templateData'],
    ['cyclic template data', { templateId: 1, templateData: cyclic }, 'templateData'],
    ['template data 101 deep', { templateId: 1, templateData: { a: deepest } }, 'templateData'],
    ['template data 10,000 deep', { templateId: 1, templateData: deep }, 'templateData'],
    [
      'template data that grows when it is copied',
      { templateId: 1, templateData: { bomb } },
      'templateData',
    ],
    [
      'template data with a getter that throws',
      {
        templateId: 1,
        templateData: {
          get a() {
            throw new Error('secret');
          },
        },
      },
      'templateData',
    ],
    [
      'template data with a toJSON that throws',
      {
        templateId: 1,
        templateData: {
          a: {
            toJSON() {
              throw new Error('secret');
            },
          },
        },
      },
      'templateData',
    ],
    [
      'template data with a function',
      { templateId: 1, templateData: { a: () => 1 } },
      'templateData',
    ],
    ['template data with a map', { templateId: 1, templateData: { a: new Map() } }, 'templateData'],
    ['template data with NaN', { templateId: 1, templateData: { a: Number.NaN } }, 'templateData'],
    ['template data with a bigint', { templateId: 1, templateData: { a: 1n } }, 'templateData'],
    ['template data that is a list', { templateId: 1, templateData: [] }, 'templateData'],
    [
      'a substitution whose toString throws',
      {
        substitutions: {
          a: {
            toString() {
              throw new Error('secret');
            },
          },
        },
      },
      'substitutions.a',
    ],
    ['a substitution that is infinite', { substitutions: { a: Infinity } }, 'substitutions.a'],
    [
      'provider options that are no object',
      { providerOptions: { smtp: 5 } },
      'providerOptions.smtp',
    ],
    ['an unknown key', { envelope: { to: ['e@x.org'] } }, 'envelope'],
    ['a key that another library knows', { disableFileAccess: false }, 'disableFileAccess'],
    ['a key that another library knows', { auth: { user: 'x' } }, 'auth'],
    ['a key that another library knows', { dkim: {} }, 'dkim'],
    ['a key that another library knows', { raw: 'From: x' }, 'raw'],
    [
      'a getter that throws',
      {
        get subject() {
          throw new Error('secret');
        },
      },
      'subject',
    ],
  ])('%s', (_case, parts, path) => {
    const input = Object.defineProperties(message(), Object.getOwnPropertyDescriptors(parts));
    expect(problemsOf(input).map((problem) => problem.path)).toEqual([path]);
  });

  it('but data of a hundred levels is fine', () => {
    expect(normalize({ templateId: 1, templateData: deepest }).templateData).toEqual(deepest);
  });

  it('names every problem at once, and in the error none of the values', () => {
    const input = {
      to: ['ok@example.com', 'secret-one@', 'secret-two@'],
      subject: 'secret-three\r\n',
      headers: { Bcc: 'secret-four@x.org', 'X-Fine': 'yes' },
      metadata: { 'secret-five@x.org': 5 },
      'secret-six@x.org': 1,
    };
    const paths = ['to[1]', 'to[2]', 'subject', 'headers.Bcc', 'metadata[0]', '[4]'];
    expect(problemsOf(input).map(({ path }) => path)).toEqual(paths);
    expect(() => normalizeMessage(input, CONTEXT)).toThrow(
      expect.not.objectContaining({ message: expect.stringContaining('secret') }),
    );
  });

  it('does not fill a log with a list of a hundred thousand mistakes', () => {
    const problems = problemsOf(message({ to: Array.from({ length: 100_000 }, () => 'x') }));
    expect(problems).toHaveLength(1_001);
    expect(problems.at(-1)?.message).toContain('99000');
  });

  const revoked = Proxy.revocable({}, {});
  revoked.revoke();
  it.each<[string, unknown]>([
    ['nothing', undefined],
    ['null', null],
    ['text', 'to: a@x.org'],
    ['a list', []],
    ['a function', () => message()],
    ['a revoked proxy', revoked.proxy],
    [
      'a proxy that throws',
      new Proxy(
        {},
        {
          ownKeys() {
            throw new Error('secret');
          },
        },
      ),
    ],
    [
      'an object that throws when asked what it is',
      {
        get [Symbol.toStringTag]() {
          throw new Error('secret');
        },
      },
    ],
    ['a revoked proxy as a field', message({ to: revoked.proxy })],
    ['a revoked proxy in a list', message({ to: ['a@x.org', revoked.proxy] })],
    ['a revoked proxy as an attachment', message({ attachments: [revoked.proxy] })],
    ['inherited fields only', Object.create(message())],
  ])('not a message: %s', (_case, input) => {
    expect(problemsOf(input).length).toBeGreaterThan(0);
  });
});

describe('headers that would change the meaning of the message are refused', () => {
  const reserved =
    'From Sender To Cc Bcc Reply-To Return-Path Subject Date Message-ID MIME-Version Content-Type Content-Transfer-Encoding Content-Disposition DKIM-Signature ARC-Seal Received Resent-To Authentication-Results X-SMTPAPI X-Mailgun-Tag X-PM-Message-Stream X-SES-CONFIGURATION-SET X-Mailin-Tag X-Sib-Id X-MSYS-API X-MC-BccAddress X-Mailjet-Campaign X-MJ-CustomID Apparently-To'.split(
      ' ',
    );

  it.each(reserved.flatMap((name) => [name, name.toLowerCase(), name.toUpperCase()]))(
    '%s',
    (name) => {
      expect(problemPaths({ headers: { [name]: 'x' } })).toEqual([`headers.${name}`]);
    },
  );

  it.each(['', 'X A', 'X:A', 'X-A\r\nBcc', 'X-\u00e9', 'x'.repeat(79), ' Bcc', 'Bcc '])(
    'the name %j',
    (name) => {
      expect(problemPaths({ headers: { [name]: 'x' } })).toHaveLength(1);
    },
  );

  it.each<[string, unknown]>([
    ['prepared ones', { prepared: true, value: 'v\r\nBcc: e@x.org' }],
    ['lists', ['a', 'b']],
    ['numbers', 5],
    ['an empty one', ''],
    ['10,001 bytes', 'x '.repeat(5_001)],
    ['900 characters without a space', 'x'.repeat(900)],
  ])('the value: %s', (_case, value) => {
    expect(problemPaths({ headers: { 'X-A': value } })).toEqual(['headers.X-A']);
  });

  it('the same name twice in another case', () => {
    expect(problemPaths({ headers: { 'X-A': '1', 'x-a': '2' } })).toEqual(['headers.x-a']);
  });

  it.each(['X-Priority', 'importance', 'X-MSMail-Priority'])('%s along with priority', (name) => {
    expect(problemPaths({ headers: { [name]: '1' }, priority: 'high' })).toEqual([
      `headers.${name}`,
    ]);
    expect(problemPaths({ headers: { [name]: '1' } })).toEqual([]);
  });

  it('others are kept as given', () => {
    const headers = {
      'List-Unsubscribe': '<mailto:u@x.org>',
      'X-Contentious': 'x'.repeat(899),
      References: '<a@x.org>',
    };
    expect(normalize({ headers }).headers).toEqual(headers);
  });
});

describe('what a message needs', () => {
  it.each<[string, Record<string, unknown>, string[]]>([
    ['a recipient', { text: 'x' }, ['to']],
    ['a recipient, and an empty list is none', { to: [], cc: [], text: 'x' }, ['to']],
    ['a recipient, be it a hidden one', { bcc: 'a@x.org', text: 'x' }, []],
    ['S9: anything at all', { to: 'a@x.org' }, ['html']],
    [
      'S9: anything that is not empty',
      { to: 'a@x.org', subject: '', html: '', text: '', attachments: [] },
      ['html'],
    ],
    ['S9: a subject will do', { to: 'a@x.org', subject: 'x' }, []],
    ['S9: also beside an empty text', { to: 'a@x.org', subject: 'x', text: '' }, []],
    [
      'S9: an attachment will do',
      { to: 'a@x.org', attachments: [{ filename: 'a', content: 'a' }] },
      [],
    ],
    [
      'S9: also beside an empty text',
      { to: 'a@x.org', text: '', attachments: [{ filename: 'a', content: 'a' }] },
      [],
    ],
    ['html will do', { to: 'a@x.org', html: 'x' }, []],
    ['a template will do', { to: 'a@x.org', templateId: 0 }, []],
    [
      'a field that is wrong is not missing besides',
      { to: 'x', html: 5, templateData: {}, templateId: -1 },
      ['to', 'html', 'templateId'],
    ],
  ])('%s', (_case, input, paths) => {
    expect(problemsOf(input).map(({ path }) => path)).toEqual(paths);
  });

  it('a sender, from the message or the configuration', () => {
    const context = { ...CONTEXT, defaults: {} };
    expect(problemsOf(message(), context)).toEqual([
      { path: 'from', message: 'is missing: set it on the message, or defaults.from / MAIL_FROM' },
    ]);
    expect(problemsOf(message({ from: 'root' }), context).map(({ path }) => path)).toEqual([
      'from',
    ]);
    expect(problemsOf(message({ from: 'a@x.org' }), context)).toEqual([]);
  });

  it('no more recipients than allowed, all fields together', () => {
    const people = (count: number) =>
      Array.from({ length: count }, (_, index) => `p${index}@x.org`);
    expect(problemPaths({ to: people(20), cc: people(20), bcc: people(10) })).toEqual([]);
    expect(problemPaths({ to: people(20), cc: people(20), bcc: people(11) })).toEqual(['to']);
  });

  it('no more bytes than allowed, bodies and attachments together', () => {
    const attachments = [{ filename: 'a', content: Buffer.alloc(500_000) }];
    expect(problemPaths({ text: 'x'.repeat(500_000), attachments })).toEqual([]);
    expect(problemPaths({ text: 'x'.repeat(499_999) + 'ž', attachments })).toEqual(['']);
  });
});

describe('defaults', () => {
  const problems: string[] = [];
  const defaults = normalizeDefaults(
    {
      from: 'Shop <shop@x.org>',
      replyTo: 'help@x.org',
      headers: { 'X-App': 'shop', 'X-Priority': '1' },
      tags: ['app', 'b'],
    },
    'defaults',
    (path) => problems.push(path),
  );
  const context = { ...CONTEXT, defaults };

  it('fill what the message does not say', () => {
    expect(problems).toEqual([]);
    expect(normalizeMessage(message({ tags: ['a', 'b'] }), context)).toMatchObject({
      from: { name: 'Shop', address: 'shop@x.org' },
      replyTo: [{ address: 'help@x.org' }],
      headers: { 'X-App': 'shop', 'X-Priority': '1' },
      tags: ['a', 'b', 'app'],
    });
  });

  it('add to the headers of the message', () => {
    const { headers } = normalizeMessage(message({ headers: { 'X-Mine': '2' } }), context);
    expect(headers).toEqual({ 'X-App': 'shop', 'X-Priority': '1', 'X-Mine': '2' });
  });

  it('give way to the message, whatever the case of a header', () => {
    const parts = {
      from: 'me@x.org',
      replyTo: 'you@x.org',
      headers: { 'x-app': 'mine' },
      priority: 'low',
    };
    const email = normalizeMessage(message(parts), context);
    expect(email).toMatchObject({
      from: { address: 'me@x.org' },
      replyTo: [{ address: 'you@x.org' }],
    });
    expect(email.headers).toEqual({ 'x-app': 'mine' });
  });

  it('obey the rules of the message', () => {
    const found: string[] = [];
    normalizeDefaults(
      { from: 'root', headers: { Bcc: 'e@x.org' }, tags: [''], to: 'a@x.org' },
      'providers.smtp.defaults',
      (path) => found.push(path),
    );
    normalizeDefaults('x', 'defaults', (path) => found.push(path));
    expect(found).toEqual([
      'providers.smtp.defaults.from',
      'providers.smtp.defaults.headers.Bcc',
      'providers.smtp.defaults.tags[0]',
      'providers.smtp.defaults.to',
      'defaults',
    ]);
  });
});

describe('the features that a message asks for', () => {
  const file = { filename: 'a.txt', content: 'a' };

  it.each<[Record<string, unknown>, MessageFeature[]]>([
    [{}, []],
    [{ attachments: [file] }, ['attachments']],
    [{ attachments: [{ ...file, cid: 'a' }] }, ['attachments', 'inlineAttachments']],
    [{ headers: { 'X-A': '1' } }, ['headers']],
    [{ cc: 'žluť@x.org' }, ['internationalAddress']],
    [{ returnPath: 'žluť@x.org' }, ['internationalAddress', 'returnPath']],
    [{ to: 'a@bücher.example' }, []],
    [{ metadata: { a: 'b' } }, ['metadata']],
    [{ replyTo: 'a@x.org' }, []],
    [{ replyTo: ['a@x.org', 'b@x.org'] }, ['multipleReplyTo']],
    [{ tags: ['a'] }, ['tags']],
    [{ tags: ['a', 'b'] }, ['multipleTags', 'tags']],
    [{ priority: 'high' }, ['priority']],
    [{ priority: 'normal' }, []],
    [{ sendAt: new Date() }, ['sendAt']],
    [{ stream: 'a' }, ['stream']],
    [{ trackClicks: true, trackOpens: true }, ['trackClicks', 'trackOpens']],
    [{ trackOpens: false }, ['trackingOff']],
  ])('%j', (parts, features) => {
    expect([...normalize(parts).features].toSorted()).toEqual(features);
  });
});

describe('no input adds a line or a recipient', () => {
  const text = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 30 }),
    fc.constantFrom('a\r\nBcc: e@x.org', 'x', 'a@x.org, b@x.org'),
  );
  const address = fc.oneof(
    text,
    fc.record({ name: text, address: fc.oneof(text, fc.constant('ok@x.org')) }),
    fc.constant('Ok <ok@x.org>'),
  );
  const anyMessage = fc.record(
    {
      to: fc.array(address, { maxLength: 3 }),
      cc: address,
      from: address,
      subject: text,
      text,
      stream: text,
      returnPath: address,
      tags: fc.array(text, { maxLength: 2 }),
      headers: fc.dictionary(text, text, { maxKeys: 2 }),
      metadata: fc.dictionary(text, text, { maxKeys: 2 }),
      templateId: text,
    },
    { requiredKeys: ['to', 'text'] },
  );

  it('whatever the text of any field', () => {
    fc.assert(
      fc.property(anyMessage, (input) => {
        if (problemsOf(input).length > 0) return;
        const email = normalizeMessage(input, CONTEXT);
        const lines = [
          email.from,
          ...email.to,
          ...email.cc,
          email.subject,
          email.stream,
          email.returnPath,
          email.tags,
          Object.entries(email.headers),
          Object.entries(email.metadata),
          email.templateId,
        ];
        for (const line of lines.flatMap((each) => JSON.stringify(each) ?? [])) {
          expect(
            JSON.parse(line, (_key, value: unknown) =>
              typeof value === 'string' && CONTROLS.test(value) ? 'CONTROL' : value,
            ),
          ).toEqual(JSON.parse(line));
        }
        expect(email.to).toHaveLength(input.to.length);
        expect(email.cc).toHaveLength(input.cc === undefined ? 0 : 1);
        expect(email.bcc).toHaveLength(0);
      }),
      { numRuns: 1000 },
    );
  });
});
