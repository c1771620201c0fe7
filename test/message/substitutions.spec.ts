import fc from 'fast-check';
import { placeholdersIn, renderContent } from '../../lib/message/substitutions.js';
import { message, normalize, problemsOf } from './normalizing.js';

describe('placeholders are filled in', () => {
  it('in subject, html and text, escaped in html only', () => {
    const email = normalize({
      subject: 'For {{name}}',
      html: '<p>{{name}} {{ n }} {{yes}}</p>',
      text: '{{name}}',
      substitutions: { name: `<script>alert("1") & 'x'</script>`, n: 0, yes: false },
    });
    expect(renderContent(email)).toEqual({
      subject: `For <script>alert("1") & 'x'</script>`,
      html: '<p>&lt;script&gt;alert(&quot;1&quot;) &amp; &#39;x&#39;&lt;/script&gt; 0 false</p>',
      text: `<script>alert("1") & 'x'</script>`,
    });
  });

  it.each([
    ['a value that looks like a placeholder', '{{a}}', { a: '{{b}}', b: 'B' }, '{{b}}'],
    ['a value that completes a placeholder', '{{a}}b}}', { a: '{{', b: 'B' }, '{{b}}'],
    ['a value with a replacement pattern', '[{{a}}]', { a: "$& $1 $' $`" }, "[$& $1 $' $`]"],
    ['three braces', '{{{a}}}', { a: 'A' }, '{A}'],
    ['spaces', '{{  a  }}', { a: 'A' }, 'A'],
    ['names with dots, digits and hyphens', '{{a.b-c_1}}', { 'a.b-c_1': 'A' }, 'A'],
    ['braces that hold no name', '{{#if a}} {{ }} {{a b}}', { a: 'A' }, '{{#if a}} {{ }} {{a b}}'],
    ['an empty value', '[{{a}}]', { a: '' }, '[]'],
  ])('once: %s', (_case, text, substitutions, expected) => {
    expect(renderContent(normalize({ text, substitutions })).text).toBe(expected);
  });

  it('not at all without substitutions', () => {
    const parts = { subject: '{{a}}', html: '{{a}}', text: '{{constructor}}' };
    expect(renderContent(normalize(parts))).toEqual(parts);
  });

  it('in one pass, whatever the values', () => {
    const value = fc.oneof(fc.string(), fc.constantFrom('{{a}}', '{{b}}', '{{', '}}', '$1', '$&'));
    fc.assert(
      fc.property(value, value, (a, b) => {
        const { text } = renderContent({ text: 'x{{a}}y{{ b }}z', substitutions: { a, b } });
        expect(text).toBe(`x${a}y${b}z`);
      }),
    );
  });

  it('in time that grows with the text only', () => {
    const hostile = '{{ '.repeat(200_000) + '{{'.repeat(200_000) + `{{${'a'.repeat(200_000)}`;
    expect(placeholdersIn(hostile)).toEqual([]);
  });
});

describe('a placeholder that cannot be filled is refused before anything is sent', () => {
  it.each<[string, Record<string, unknown>, string[]]>([
    [
      'no value',
      { html: '{{token}} {{name}} {{token}}', substitutions: { name: 'A' } },
      ['substitutions.token: is used in html but has no value'],
    ],
    [
      'no values at all',
      { subject: '{{a}}', substitutions: {} },
      ['substitutions.a: is used in subject but has no value'],
    ],
    [
      'a value that only the prototype has',
      { text: '{{constructor}} {{toString}}', substitutions: {} },
      [
        'substitutions.constructor: is used in text but has no value',
        'substitutions.toString: is used in text but has no value',
      ],
    ],
    [
      'a line end in the subject',
      { subject: 'Hi {{a}}', substitutions: { a: 'x\r\nBcc: e@x.org' } },
      ['subject: must be on one line, also with its placeholders filled in'],
    ],
    [
      'a subject that grows too long',
      { subject: '{{a}}{{a}}', substitutions: { a: 'x'.repeat(500) } },
      ['subject: must not be longer than 998 bytes with its placeholders filled in'],
    ],
  ])('%s', (_case, parts, problems) => {
    const found = problemsOf(message(parts)).map(({ path, message: text }) => `${path}: ${text}`);
    expect(found).toEqual(problems);
  });

  it('but a line end is fine in a body', () => {
    const email = normalize({ text: '{{a}}', substitutions: { a: 'one\ntwo' } });
    expect(renderContent(email).text).toBe('one\ntwo');
  });
});

it('placeholdersIn names each placeholder once', () => {
  expect(placeholdersIn('{{b}} {{ a }} {{b}} {{a.c}} {{1}}')).toEqual(['b', 'a', 'a.c']);
});
