import { Readable } from 'node:stream';
import { envelopeRecipients } from '../../lib/message/envelope.js';
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
