import type { OutgoingEmail } from '../../lib/message/outgoing-email.js';
import { API_PROVIDERS, apiProvider } from '../fixtures/api/api-providers.js';
import { ApiServer } from '../fixtures/api/api-server.js';
import { schemaProblems } from '../fixtures/api/conformance.js';
import { outgoingEmail } from '../fixtures/outgoing-email.js';

const FILE = { filename: 'a.pdf', content: Buffer.from('PDF') };
// By their descriptions; SES takes a text that is empty.
const TAKES_NO_BODY = ['ses'];

/** A message with these bodies and no others. */
function withBodies(bodies: Partial<OutgoingEmail>): OutgoingEmail {
  const { text: _, ...rest } = outgoingEmail({ attachments: [FILE] });
  return { ...rest, ...bodies };
}

describe.each(API_PROVIDERS)('S9: a message without a body, on %s', (name) => {
  const says = (email: OutgoingEmail) =>
    JSON.stringify(apiProvider(name, 'http://127.0.0.1:9').unsupported?.(email) ?? []);
  const needsBody = !TAKES_NO_BODY.includes(name);

  it.each<[what: string, bodies: Partial<OutgoingEmail>]>([
    ['none', {}],
    ['an empty text', { text: '' }],
    ['an empty html and text', { html: '', text: '' }],
    ['a body that its values leave empty', { text: '{{a}}', substitutions: { a: '' } }],
  ])('%s: is refused where the provider needs one', (_, bodies) => {
    expect(says(withBodies(bodies)).includes('a message with an empty body')).toBe(needsBody);
  });

  it.each<[what: string, bodies: Partial<OutgoingEmail>]>([
    ['html alone', { html: '<p>Hi</p>', text: '' }],
    ['text alone', { text: 'Hi' }],
    ['a body of its values', { text: '{{a}}', substitutions: { a: 'Hi' } }],
    ['braces without values', { text: '{{a}}' }],
  ])('%s: is a body', (_, bodies) => {
    expect(says(withBodies(bodies))).not.toContain('a message with an empty body');
  });
});

it('S9: Mailgun takes a text of spaces for none', () => {
  const provider = apiProvider('mailgun', 'http://127.0.0.1:9');
  expect(provider.unsupported?.(withBodies({ text: ' \n' }))).toHaveLength(1);
});

it('S9: SES gets an empty text, and such a message goes alone', async () => {
  const server = await ApiServer.start(() => ({ status: 200, body: { MessageId: '1' } }));
  try {
    const provider = apiProvider('ses', server.url);
    const email = withBodies({});
    expect(provider.batching?.key(email)).toBeUndefined();
    const context = { signal: new AbortController().signal, attempt: 1 };
    expect(await provider.send(email, context)).toMatchObject({ outcome: 'accepted' });
    const body = JSON.parse(server.requests[0]!.raw.toString('utf8')) as object;
    expect(body).toMatchObject({ Content: { Simple: { Body: { Text: { Data: '' } } } } });
    expect(schemaProblems('ses-SendEmail', body)).toEqual([]);
  } finally {
    await server.close();
  }
});
