import {
  ALL_FEATURES,
  isUnsupportedFeatureError,
  type MailBridgeService,
  type OutgoingEmail,
  type ProviderCapabilities,
  type UnsupportedPart,
} from 'nest-mailbridge';
import { Admission } from '../../lib/delivery/admission.js';
import type { ProviderChannel } from '../../lib/delivery/provider-channel.js';
import { message } from '../fixtures/scripted-provider.js';

type Message = Partial<Parameters<MailBridgeService['send']>[0]>;
type Says = (email: OutgoingEmail) => readonly (string | UnsupportedPart)[];

const NOTHING = new Set<never>();
const RULES = { defaults: { from: { address: 'shop@example.com' } } };
const FILE = { filename: 'a.txt', content: 'x' };
const FULL: Message = {
  replyTo: ['r1@example.com', 'r2@example.com'],
  headers: { 'X-A': 'a', 'X-B': 'b' },
  tags: ['one', 'two', 'three'],
  metadata: { order: '7', city: 'x' },
  priority: 'high',
  stream: 'news',
  returnPath: 'bounces@example.com',
  trackOpens: false,
  trackClicks: true,
  providerOptions: { acme: { a: { b: 1, c: 2 } }, other: { x: 1 } },
};
let warnings: string[];

beforeEach(() => (warnings = []));

type Lacks = { says?: Says } & Partial<ProviderCapabilities>;

function admissionOf({ says = () => [], ...rest }: Lacks, mode: 'error' | 'warn' = 'warn') {
  const warn = (text: string) => warnings.push(text);
  const limits = { recipients: 100, bytes: 1_000_000 };
  const admission = new Admission({
    limits,
    unsupportedFeatures: mode,
    warn,
    providerNames: () => ['acme', 'other'],
  });
  const capabilities = { templates: true, features: ALL_FEATURES, ...rest };
  const channel = { name: 'acme', capabilities, strategy: { unsupported: says } };
  return { admission, channel: channel as unknown as ProviderChannel };
}

/** Lets the message in for a provider that says what it cannot carry. */
function admit(written: Message, lacks: Lacks = {}, mode?: 'error' | 'warn'): OutgoingEmail {
  const { admission, channel } = admissionOf(lacks, mode);
  return admission.admit({ ...message(), ...written }, channel, RULES);
}

function refusal(...parameters: Parameters<typeof admit>): string {
  try {
    admit(...parameters);
  } catch (error) {
    if (isUnsupportedFeatureError(error)) return error.message;
  }
  throw new Error('it was let in');
}

describe("H5: with unsupportedFeatures 'warn' a message goes without", () => {
  it('every feature that the provider lacks and that it means the same without', () => {
    const email = admit(FULL, { features: NOTHING });
    expect(email).toMatchObject({
      replyTo: [{ address: 'r1@example.com' }],
      headers: {},
      tags: [],
      metadata: {},
      features: new Set(),
      text: 'Hello',
    });
    for (const field of ['priority', 'stream', 'returnPath', 'trackOpens', 'trackClicks']) {
      expect(email).not.toHaveProperty(field);
    }
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toMatch(/acme.*headers.*multipleTags.*trackingOff.*: sent without$/);
  });

  it('more than one tag, or as many as it takes', () => {
    const features = new Set([...ALL_FEATURES].filter((each) => each !== 'multipleTags'));
    expect(admit(FULL, { features }).tags).toEqual(['one']);
    expect(admit(FULL, { limits: { tags: 2 } }).tags).toEqual(['one', 'two']);
  });

  it.each<[what: string, parts: readonly UnsupportedPart[], left: object]>([
    ['a whole field', [{ reason: 'r', field: 'metadata' }], { metadata: {} }],
    ['one entry of a list', [{ reason: 'r', field: 'tags', at: [1] }], { tags: ['one', 'three'] }],
    [
      'several, also where two reasons speak of one',
      [
        { reason: 'r', field: 'tags', at: [0] },
        { reason: 's', field: 'tags', at: [2] },
        { reason: 't', field: 'tags', at: [0] },
      ],
      { tags: ['two'] },
    ],
    [
      'one entry of an object',
      [{ reason: 'r', field: 'headers', at: ['X-A'] }],
      { headers: { 'X-B': 'b' } },
    ],
    [
      'something deep inside',
      [{ reason: 'r', field: 'providerOptions', at: ['acme', 'a', 'b'] }],
      { providerOptions: { acme: { a: { c: 2 } }, other: { x: 1 } } },
    ],
    ['nothing where it is not there', [{ reason: 'r', field: 'headers', at: ['X-C'] }], {}],
  ])('what the check of the provider names: %s', (_, parts, left) => {
    const whole = admit(FULL);
    const said = [parts, []];
    const email = admit(FULL, { says: () => said.shift() ?? [] });
    expect({ ...email, id: '' }).toEqual({ ...whole, ...left, id: '', features: email.features });
    expect(email.features.has('tags')).toBe(email.tags.length > 0);
    expect(warnings).toHaveLength(1);
  });

  it('its own texts beside a stored template', () => {
    const says: Says = (email) =>
      (['subject', 'text'] as const)
        .filter((field) => email[field] !== undefined)
        .map((field) => ({ reason: field, field }));
    const email = admit({ templateId: 'welcome' }, { says });
    expect(email).toMatchObject({ templateId: 'welcome' });
    expect(email).not.toHaveProperty('subject');
    expect(email).not.toHaveProperty('text');
  });

  it('and says each thing once', () => {
    const { admission, channel } = admissionOf({ features: NOTHING });
    for (const tags of [['a'], ['b'], ['c']])
      admission.admit({ ...message(), tags }, channel, RULES);
    admission.admit({ ...message(), priority: 'high' }, channel, RULES);
    expect(warnings).toEqual([
      "The provider 'acme' cannot carry tags: sent without",
      "The provider 'acme' cannot carry priority: sent without",
    ]);
  });
});

describe('H5: a message that would be another is refused also with a warning', () => {
  const LACKS: [what: string, written: Message, names: string][] = [
    ['a moment', { sendAt: new Date(Date.now() + 60_000) }, 'sendAt'],
    ['an attachment', { attachments: [FILE] }, 'attachments'],
    ['an inline image', { attachments: [{ ...FILE, cid: 'a' }] }, 'inlineAttachments'],
    ['an address outside ASCII', { to: 'žluť@example.com' }, 'internationalAddress'],
    ['a stored template beside a body', { templateId: 'welcome' }, 'templateId'],
  ];

  it.each(LACKS)('without %s', (_, written, names) => {
    const words = refusal(written, { features: NOTHING, templates: false });
    expect(words).toContain(names);
    expect(words).not.toContain("'warn'");
    expect(warnings).toEqual([]);
  });

  it.each<[what: string, part: string | UnsupportedPart]>([
    ['recipients', { reason: 'such a name', field: 'to', at: [0] }],
    ['a body', { reason: 'such a body', field: 'text' }],
    ['a moment', { reason: 'such a moment', field: 'sendAt' }],
    ['no field', { reason: 'such a message' }],
    ['words alone', 'such a message'],
    ['a field that there is not', { reason: 'such a thing', field: 'colour' as 'text' }],
    ['no part', { reason: 7 } as unknown as UnsupportedPart],
    ['no place', { reason: 'r', field: 'tags', at: 1 } as unknown as UnsupportedPart],
  ])('where the check of the provider names %s', (_, part) => {
    const says: Says = () => [part, { reason: 'a tag', field: 'tags', at: [0] }];
    expect(refusal(FULL, { says })).toMatch(/cannot carry (?:such a|this message)/);
  });

  it('and what the provider still cannot carry then, is not sent either', () => {
    const says: Says = ({ tags }) =>
      tags.length > 1 ? [{ reason: 'tags', field: 'tags', at: [0] }] : [];
    expect(admit({ tags: ['a', 'b'] }, { says }).tags).toEqual(['b']);
    expect(refusal(FULL, { says })).toContain('cannot carry tags');
  });

  it('over its limits', () => {
    const to = ['a@example.com', 'b@example.com'];
    expect(refusal({ to }, { limits: { recipients: 1 } })).toContain('2 recipients (1 at most)');
    expect(refusal({}, { limits: { bytes: 1 } })).toContain('5 bytes (1 at most)');
    // S25: a mailbox that stands twice is one recipient.
    const twice = { to: ['a@example.com'], cc: ['a@EXAMPLE.com'] };
    expect(admit(twice, { limits: { recipients: 1 } }).cc).toHaveLength(1);
  });
});

describe("H5: with 'error', the default, nothing is left out", () => {
  it('and the error says whether it could be', () => {
    expect(refusal({ tags: ['a'] }, { features: NOTHING }, 'error')).toContain(
      "set unsupportedFeatures: 'warn' to send without it",
    );
    expect(refusal({ attachments: [FILE] }, { features: NOTHING }, 'error')).not.toContain(
      "'warn'",
    );
  });
});
