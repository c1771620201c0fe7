import { Readable } from 'node:stream';
import { envelopeRecipients, recipientsOnce } from '../../lib/message/envelope.js';
import { estimatedBytes } from '../../lib/message/size.js';
import { normalize } from './normalizing.js';

describe('the envelope has each recipient once', () => {
  it('whatever the field, the name and the case of the domain', () => {
    const email = normalize({
      to: ['Ada <ada@example.org>', 'ada@EXAMPLE.org', 'bob@x.org'],
      cc: ['Bob <bob@x.org>', 'Ada@example.org'],
      bcc: ['ada@example.org', 'eve@bücher.example', 'eve@xn--bcher-kva.example'],
    });
    expect(envelopeRecipients(email)).toEqual([
      'ada@example.org',
      'bob@x.org',
      'Ada@example.org',
      'eve@xn--bcher-kva.example',
    ]);
    expect(email.to).toHaveLength(3);
  });
});

describe('the recipients by field, for services that send a copy for each', () => {
  const email = normalize({
    to: ['Ada <ada@example.org>', 'ada@EXAMPLE.org', 'bob@x.org'],
    cc: ['Bob <bob@X.org>', 'cy@x.org'],
    bcc: ['cy@x.org', 'Bob@x.org', 'eve@x.org', 'eve@x.org'],
  });

  it('S25: each mailbox stands once, in the first field that has it, with its name there', () => {
    expect(recipientsOnce(email)).toEqual({
      to: [{ name: 'Ada', address: 'ada@example.org' }, { address: 'bob@x.org' }],
      cc: [{ address: 'cy@x.org' }],
      bcc: [{ address: 'Bob@x.org' }, { address: 'eve@x.org' }],
    });
  });

  it('are the envelope', () => {
    const { to, cc, bcc } = recipientsOnce(email);
    const addresses = [...to, ...cc, ...bcc].map(({ address }) => address);
    expect(addresses).toEqual(envelopeRecipients(email));
  });

  it('of a message to one are left as they are', () => {
    const { to, cc, bcc } = normalize({ to: 'ada@example.org' });
    expect(recipientsOnce({ to, cc, bcc }).to).toBe(to);
  });

  it('H12: a reply-to stands once already', () => {
    const { replyTo, features } = normalize({ replyTo: ['Help <h@x.org>', 'h@X.org'] });
    expect(replyTo).toEqual([{ name: 'Help', address: 'h@x.org' }]);
    expect(features.has('multipleReplyTo')).toBe(false);
  });
});

describe('the estimated size', () => {
  const plain = estimatedBytes(normalize({ text: '', html: 'x' }));

  it.each<[string, Record<string, unknown>, number]>([
    ['bodies in bytes', { html: 'ž'.repeat(5_001) }, 10_001],
    [
      'attachments in base64',
      { attachments: [{ filename: 'a', content: Buffer.alloc(30_000) }] },
      40_000,
    ],
    ['headers', { headers: { 'X-A': 'x '.repeat(5_000) } }, 10_000],
    ['metadata', { metadata: { a: 'x'.repeat(1_000) } }, 1_000],
    ['template data', { templateId: 1, templateData: { a: 'x'.repeat(9_000) } }, 9_000],
    ['substitutions', { substitutions: { a: 'x'.repeat(9_000) } }, 9_000],
    [
      'nothing for what a function will stream',
      { attachments: [{ filename: 'a', content: () => Readable.from([]) }] },
      0,
    ],
  ])('counts %s', (_case, parts, expected) => {
    const growth = estimatedBytes(normalize({ text: '', html: 'x', ...parts })) - plain;
    expect(growth).toBeGreaterThanOrEqual(expected);
    expect(growth).toBeLessThan(expected + 400);
  });
});
