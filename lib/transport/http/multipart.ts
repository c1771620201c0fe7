import { randomBytes } from 'node:crypto';

/** A field of a form: text, or a file. */
export interface FormField {
  readonly name: string;
  readonly value: string | { filename: string; contentType: string; content: Buffer };
}

/** A form as `multipart/form-data` (RFC 7578), names escaped as browsers do. */
export function multipart(fields: readonly FormField[]): { contentType: string; body: Buffer } {
  const boundary = `mailbridge-${randomBytes(16).toString('hex')}`;
  const parts = fields.flatMap(({ name, value }) => {
    const disposition = `--${boundary}\r\ncontent-disposition: form-data; name="${escape(name)}"`;
    if (typeof value === 'string') {
      return [Buffer.from(`${disposition}\r\n\r\n${value}\r\n`)];
    }
    const { filename, contentType, content } = value;
    const head = `${disposition}; filename="${escape(filename)}"\r\ncontent-type: ${contentType}\r\n\r\n`;
    return [Buffer.from(head), content, Buffer.from('\r\n')];
  });
  return {
    contentType: `multipart/form-data; boundary=${boundary}`,
    body: Buffer.concat([...parts, Buffer.from(`--${boundary}--\r\n`)]),
  };
}

function escape(name: string): string {
  return name.replaceAll('"', '%22').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}
