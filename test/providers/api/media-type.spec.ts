import { Readable } from 'node:stream';
import type { AttachmentDto } from '../../../lib/message/attachment.dto.js';
import { attachmentsKey } from '../../../lib/providers/api/batch-key.js';
import { bareMediaType, mediaType } from '../../../lib/providers/api/media-type.js';
import { normalize } from '../../message/normalizing.js';

const TEXT = 'città;Łódź\n';

function attachmentOf(file: Partial<AttachmentDto>) {
  return normalize({ attachments: [{ filename: 'list.csv', content: TEXT, ...file }] })
    .attachments[0]!;
}

describe('H10: the media type of an attachment', () => {
  it.each<[what: string, file: Partial<AttachmentDto>, type: string]>([
    ['text says its charset', {}, 'text/csv; charset=utf-8'],
    ['also with its encoding', { encoding: 'utf8' }, 'text/csv; charset=utf-8'],
    ['also with a type', { contentType: 'text/x-log' }, 'text/x-log; charset=utf-8'],
    [
      'also beside other parameters',
      { contentType: 'text/calendar; method=REQUEST' },
      'text/calendar; method=REQUEST; charset=utf-8',
    ],
    ['also without letters', { content: '' }, 'text/csv; charset=utf-8'],
    [
      'a charset that was given stands',
      { contentType: 'text/a; Charset="x"' },
      'text/a; Charset="x"',
    ],
    ['text of another kind has none', { filename: 'a.json' }, 'application/json'],
    ['bytes have none', { content: Buffer.from(TEXT) }, 'text/csv'],
    ['bytes as base64 have none', { content: 'w7w=', encoding: 'base64' }, 'text/csv'],
    ['Latin-1 has none', { content: 'ü', encoding: 'latin1' }, 'text/csv'],
    ['a stream has none', { content: () => Readable.from([TEXT]) }, 'text/csv'],
  ])('%s', (_, file, type) => {
    expect(mediaType(attachmentOf(file))).toBe(type);
  });

  it('is the same text after an interceptor has passed it on', () => {
    const { content } = attachmentOf({});
    const again = attachmentOf({ content, filename: 'other.csv' });
    expect(mediaType(again)).toBe('text/csv; charset=utf-8');
    expect(again.content).toEqual(Buffer.from(TEXT));
  });

  it('is bare for an API that takes no parameters', () => {
    expect(bareMediaType(attachmentOf({}))).toBe('text/csv');
  });

  it('parts messages that have the same bytes as text and as bytes', () => {
    const key = (content: Buffer | string) =>
      JSON.stringify(attachmentsKey(normalize({ attachments: [{ filename: 'a.txt', content }] })));
    expect(key('a')).toBe(key('a'));
    expect(key('a')).not.toBe(key(Buffer.from('a')));
  });
});
