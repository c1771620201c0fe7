import { createHash, generateKeyPairSync } from 'node:crypto';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import * as fc from 'fast-check';
import { dkimVerify } from 'mailauth/lib/dkim/verify.js';
import { ConfigurationError } from '../../lib/errors/configuration.error.js';
import type { OutgoingEmail } from '../../lib/message/outgoing-email.js';
import { MimeComposer, type DkimOptions } from '../../lib/mime/mime-composer.js';
import { RelaxedBody } from '../../lib/mime/relaxed-body.js';
import { dkimKey, ed25519Key } from '../fixtures/dkim-key.js';
import { outgoingEmail } from '../fixtures/outgoing-email.js';
import { bytesOf, headerLines } from '../fixtures/read-mime.js';

const { options: dkim, host, record } = dkimKey();
const ed25519 = ed25519Key();
const second = dkimKey('second');
const published = new Map([dkimKeyRecord(ed25519), dkimKeyRecord(second), [host, record]]);

describe('a DKIM signature holds for an independent verifier', () => {
  it.each<[string, Partial<OutgoingEmail>]>([
    ['a plain message', {}],
    ['a message with everything', everything()],
    ['an international address', { to: [{ address: 'žluť@example.org' }] }],
    ['a body with dots and bare line breaks', { text: '.\n.\r\n\r.\n\n\n' }],
    [
      'a streamed attachment',
      { attachments: [{ filename: 'a', content: () => Readable.from(['a']) }] },
    ],
    ['a megabyte', { attachments: [{ filename: 'a', content: Buffer.alloc(1_000_000) }] }],
  ])('%s', async (_case, parts) => {
    const signed = await bytesOf(outgoingEmail(parts), { dkim });

    expect(await verdict(signed)).toBe('pass');
  });

  it('and does not once a byte has changed', async () => {
    const signed = (await bytesOf(outgoingEmail({ text: 'Pay 100' }), { dkim })).toString('latin1');

    expect(await verdict(Buffer.from(signed.replace('Pay 100', 'Pay 900'), 'latin1'))).not.toBe(
      'pass',
    );
    expect(
      await verdict(Buffer.from(signed.replace('Your order', 'Your prize'), 'latin1')),
    ).not.toBe('pass');
  });

  it('signs who, to whom and what about, or what the options name', async () => {
    const byDefault = signedFields(await bytesOf(outgoingEmail(everything()), { dkim }));
    const named = signedFields(
      await bytesOf(outgoingEmail(), {
        dkim: { ...dkim, headerFieldNames: 'From:Subject:Date', skipFields: 'Date' },
      }),
    );

    expect(byDefault).toEqual(
      expect.arrayContaining(['from', 'to', 'cc', 'reply-to', 'subject', 'date', 'message-id']),
    );
    expect(named).toEqual(['from', 'subject']);
  });

  it.each([
    'List-Unsubscribe',
    'List-Unsubscribe-Post',
    'List-Id',
    'Feedback-ID',
    'CFBL-Address',
    'CFBL-Feedback-ID',
    'References',
  ])('S5: signs %s, whatever the case of its name', async (name) => {
    for (const written of [name, name.toLowerCase()]) {
      const email = outgoingEmail({ headers: { [written]: '<https://example.com/u/1>' } });
      const signed = await bytesOf(email, { dkim });
      const changed = signed.toString('latin1').replace('/u/1>', '/u/2>');

      expect(signedFields(signed)).toContain(name.toLowerCase());
      expect(await verdict(signed)).toBe('pass');
      expect(await verdict(Buffer.from(changed, 'latin1'))).not.toBe('pass');
    }
  });

  it('S5: a second From breaks it, wherever it is added', async () => {
    const signed = (await bytesOf(outgoingEmail(), { dkim })).toString('latin1');
    const from = 'From: evil@attacker.example\r\n';
    const names = signedFields(Buffer.from(signed));

    expect(names.filter((name) => name === 'from')).toHaveLength(2);
    expect(names.filter((name) => name === 'to')).toHaveLength(1);
    for (const added of [from + signed, signed.replace('\r\n\r\n', `\r\n${from}\r\n`)]) {
      expect(await verdict(Buffer.from(added, 'latin1'))).not.toBe('pass');
    }
  });

  it('S5: in lines that any server takes', async () => {
    const headers = { 'List-Id': '<a.example.com>', 'List-Post': 'NO', 'Feedback-ID': '1:2:3:4' };
    const signed = await bytesOf(outgoingEmail({ ...everything(), headers }), { dkim });
    const [signature = ''] = signed.toString('latin1').split(/\r\n(?! )/);

    expect(Math.max(...signature.split('\r\n').map(({ length }) => length))).toBeLessThan(79);
  });

  it('is counted in the size', async () => {
    const message = await new MimeComposer({ dkim }).compose(outgoingEmail());
    const bytes = await buffer(message.open());

    expect(bytes.toString()).toMatch(/^DKIM-Signature: /);
    expect(message.size).toBe(bytes.length);
  });

  it('hands a failing attachment on as the error of the message, with nothing sent', async () => {
    const message = await new MimeComposer({ dkim }).compose(
      outgoingEmail({ attachments: [{ filename: 'a', content: failing }] }),
    );
    const stream = message.open();
    let bytes = 0;
    stream.on('data', (slice: Buffer) => (bytes += slice.length));
    const error = await new Promise((resolve) => stream.once('error', resolve));

    expect(error).toMatchObject({ name: 'AttachmentError', path: 'attachments[0]' });
    expect(bytes).toBe(0);
  });
});

describe('Ed25519 keys and several keys (RFC 8463)', () => {
  const streamed = { filename: 'a', content: () => Readable.from(['a']) };

  it.each<[string, DkimOptions | DkimOptions[], string[]]>([
    ['an Ed25519 key', ed25519.options, ['ed25519']],
    ['a list of one', [dkim], ['rsa']],
    ['RSA and Ed25519', [dkim, ed25519.options], ['rsa', 'ed25519']],
    ['Ed25519 before RSA', [ed25519.options, dkim], ['ed25519', 'rsa']],
    ['three', [second.options, ed25519.options, dkim], ['rsa', 'ed25519', 'rsa']],
  ])('%s', async (_case, keys, algorithms) => {
    for (const parts of [{}, everything(), { attachments: [streamed] }]) {
      const signed = await bytesOf(outgoingEmail(parts), { dkim: keys });
      const named = signed.toString('latin1').matchAll(/^DKIM-Signature: v=1; a=(\w+)-sha256;/gm);

      expect(await verdicts(signed)).toEqual(algorithms.map(() => 'pass'));
      expect([...named].map(([, algorithm]) => algorithm)).toEqual(algorithms);
    }
  });

  it('none of them holds once a byte has changed', async () => {
    const keys = [dkim, ed25519.options];
    const signed = (await bytesOf(outgoingEmail(), { dkim: keys })).toString('latin1');
    const changed = Buffer.from(signed.replace('Your order', 'Your prize'), 'latin1');

    expect(await verdicts(changed)).toEqual(keys.map(() => expect.not.stringMatching('pass')));
  });

  it('each signs what its own options name', async () => {
    const keys = [{ ...dkim, headerFieldNames: 'From:Subject' }, ed25519.options];
    const lines = headerLines((await bytesOf(outgoingEmail(), { dkim: keys })).toString('latin1'));

    expect(lines[0]).toContain('h=from:subject;');
    expect(lines[1]?.replace(/\s/g, '')).toContain('h=from:from:subject:date:to:');
  });

  it('all are counted in the size', async () => {
    const composer = new MimeComposer({ dkim: [dkim, ed25519.options] });
    const message = await composer.compose(outgoingEmail());

    expect(message.size).toBe((await buffer(message.open())).length);
  });

  it('the private key in appendix A signs for the public key there', async () => {
    const seed = Buffer.from('nWGxne/9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A=', 'base64');
    const der = Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), seed]);
    const privateKey = `-----BEGIN PRIVATE KEY-----\n${der.toString('base64')}\n-----END PRIVATE KEY-----\n`;
    const options = { domainName: 'football.example.com', keySelector: 'brisbane', privateKey };
    published.set(
      'brisbane._domainkey.football.example.com',
      'v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=',
    );

    expect(await verdict(await bytesOf(outgoingEmail(), { dkim: options }))).toBe('pass');
  });

  it.each<[string, DkimOptions[], string]>([
    ['no key', [], 'dkim: must have one key at least'],
    [
      'a wrong one among them',
      [dkim, { ...dkim, keySelector: 'a b' }],
      'dkim[1].keySelector: must',
    ],
    ['two of one name', [dkim, ed25519.options, dkim], 'dkim[2].keySelector: must differ'],
  ])('%s is refused before the first message', (_case, keys, message) => {
    expect(() => new MimeComposer({ dkim: keys })).toThrow(ConfigurationError);
    expect(() => new MimeComposer({ dkim: keys })).toThrow(message);
  });

  it('keys of one selector for several domains are several keys', async () => {
    const other = { ...dkim, domainName: 'example.net' };

    expect(() => new MimeComposer({ dkim: [dkim, other] })).not.toThrow();
  });
});

describe('the hash of a body', () => {
  const piece = fc.oneof(
    fc.constantFrom(' ', '\t', '\r\n', '\r\n\r\n', ' \r\n', 'a', '.', '\u00e9', '  b'),
    fc.string({ maxLength: 5 }),
  );

  it('S5: is the same in whatever pieces it comes', () => {
    fc.assert(
      fc.property(fc.array(piece), (pieces) => {
        expect(hashOf(pieces)).toBe(hashOf([pieces.join('')]));
      }),
    );
  });

  it.each([
    ['no body', '', ''],
    ['empty lines only', '\r\n\r\n', ''],
    ['blanks only', ' \t\r\n ', ''],
    ['no line break at its end', 'a', 'a\r\n'],
    // RFC 6376, section 3.4.5.
    ['blanks and empty lines', ' C \r\nD \t E\r\n\r\n\r\n', ' C\r\nD E\r\n'],
    ['empty lines in front', '\r\n\r\na', '\r\n\r\na\r\n'],
  ])('S5: of %s', (_case, body, canonical) => {
    expect(hashOf([body])).toBe(createHash('sha256').update(canonical).digest('base64'));
  });

  it('S5: holds for an independent verifier, whatever the body', async () => {
    const body = fc.array(piece, { minLength: 1 }).map((pieces) => pieces.join(''));
    await fc.assert(
      fc.asyncProperty(body, async (text) => {
        expect(await verdict(await bytesOf(outgoingEmail({ text }), { dkim }))).toBe('pass');
      }),
      { numRuns: 60 },
    );
  });
});

describe('DKIM options that cannot work are refused before the first message', () => {
  const ecKey = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
  const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const weakKey = generateKeyPairSync('rsa', { modulusLength: 512 }).privateKey;
  const pssKey = generateKeyPairSync('rsa-pss', { modulusLength: 2048 }).privateKey;
  const pem = { type: 'pkcs8', format: 'pem' } as const;

  it.each<[keyof DkimOptions, string, string]>([
    ['privateKey', 'no key', 'planted-secret'],
    ['privateKey', 'half a key', dkim.privateKey.slice(0, 300)],
    ['privateKey', 'a public key', publicKey.export({ type: 'spki', format: 'pem' }).toString()],
    ['privateKey', 'a key of another kind', ecKey.export(pem).toString()],
    ['privateKey', 'an RSA key that signs otherwise', pssKey.export(pem).toString()],
    ['privateKey', 'a key too short to trust', weakKey.export(pem).toString()],
    ['domainName', 'tags of its own', 'example.com; x=1'],
    ['domainName', 'a line break', 'example.com\r\nX: 1'],
    ['keySelector', 'a space', 'a b'],
    ['headerFieldNames', 'no list', 'From, To'],
    ['headerFieldNames', 'a list without From', 'To:Subject'],
    ['skipFields', 'a list with From', 'from'],
  ])('%s: %s', (key, _case, value) => {
    const attempt = () => new MimeComposer({ dkim: { ...dkim, [key]: value } });

    expect(attempt).toThrow(ConfigurationError);
    expect(attempt).toThrow(`dkim.${key}: must`);
    expect(attempt).not.toThrow(/planted|BEGIN|x=1/);
  });
});

function everything(): Partial<OutgoingEmail> {
  return {
    cc: [{ name: 'Größe, 🎉', address: 'cc@example.org' }],
    replyTo: [{ address: 'help@example.com' }],
    subject: 'ü'.repeat(200),
    html: '<p>Größe</p>',
    priority: 'high',
    headers: { 'X-A': 'b  c' },
    attachments: [{ filename: 'Größe.pdf', content: Buffer.from('pdf') }],
  };
}

async function verdict(signed: Buffer): Promise<string | undefined> {
  return (await verdicts(signed))[0];
}

async function verdicts(signed: Buffer): Promise<string[]> {
  const { results } = await dkimVerify(signed, { resolver: publishedRecord });
  return results.map(({ status }) => status.result);
}

function dkimKeyRecord(key: { host: string; record: string }): [string, string] {
  return [key.host, key.record];
}

async function publishedRecord(name: string, type: string): Promise<string[][]> {
  const text = published.get(name);
  if (text !== undefined && type === 'TXT') return [[text]];
  throw Object.assign(new Error('not found'), { code: 'ENOTFOUND' });
}

function failing(): Readable {
  return new Readable({
    read() {
      this.destroy(new Error('planted'));
    },
  });
}

function signedFields(signed: Buffer): string[] {
  const signature = headerLines(signed.toString('latin1'))[0] ?? '';
  return (/ h=([^;]*);/.exec(signature)?.[1] ?? '').replace(/\s/g, '').split(':');
}

function hashOf(pieces: readonly string[]): string {
  const body = new RelaxedBody(createHash('sha256'));
  for (const each of pieces) body.update(Buffer.from(each));
  return body.digest();
}
