import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import PostalMime from 'postal-mime';
import { MailBridgeService, getMailProviderOptionsToken } from 'nest-mailbridge';
import { startSample } from './sample.js';

describe("the sample's own provider writes each message to a file", () => {
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'mailbridge-eml-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  async function startEml(outbox: string): Promise<MailBridgeService> {
    const { app } = await startSample('eml', [], (builder) =>
      builder.overrideProvider(getMailProviderOptionsToken('eml')).useValue({ folder: outbox }),
    );
    return app.get(MailBridgeService);
  }

  it('makes the folder, and a file that a mail program reads', async () => {
    const outbox = join(folder, 'new', 'outbox');
    const mail = await startEml(outbox);
    const { messageId } = await mail.send({
      id: 'first',
      to: { name: 'Adé, "B"', address: 'ada@bücher.example' },
      bcc: 'secret@example.org',
      subject: 'Hello {{name}} 🚀',
      html: '<p>{{name}}</p>',
      text: '{{name}}',
      substitutions: { name: '<Ada>' },
      headers: { 'X-Kind': 'test' },
      attachments: [{ filename: 'ä.txt', content: 'content' }],
    });
    expect(readdirSync(outbox)).toEqual(['first.eml']);
    const source = readFileSync(join(outbox, 'first.eml'));
    expect(source.toString()).not.toContain('secret@');
    const parsed = await PostalMime.parse(source, { attachmentEncoding: 'utf8' });
    expect(parsed).toMatchObject({
      messageId,
      from: { address: 'news@sample.example' },
      to: [{ name: 'Adé, "B"', address: 'ada@xn--bcher-kva.example' }],
      subject: 'Hello <Ada> 🚀',
      attachments: [{ filename: 'ä.txt', content: 'content' }],
    });
    expect(parsed.html?.trim()).toBe('<p>&lt;Ada&gt;</p>');
    expect(parsed.text?.trim()).toBe('<Ada>');
    expect(parsed.headers).toContainEqual(
      expect.objectContaining({ key: 'x-kind', value: 'test' }),
    );
  });

  it('keeps no half of a file: what cannot be written is unsent', async () => {
    const blocked = join(folder, 'file');
    writeFileSync(blocked, '');
    const mail = await startEml(blocked);
    const { outcomes, responses } = await mail.sendBulk([{ to: 'ada@example.org', text: 'x' }]);
    expect(outcomes).toMatchObject({ unsent: 1 });
    expect(responses[0]?.failure?.code).toMatch(/^E[A-Z]+$/);
    expect(readdirSync(folder)).toEqual(['file']);
  });

  it('refuses what a file cannot do, before it is written', async () => {
    const mail = await startEml(folder);
    const later = { to: 'ada@example.org', text: 'x', sendAt: new Date(Date.now() + 60_000) };
    await expect(mail.send(later)).rejects.toMatchObject({ code: 'UNSUPPORTED_FEATURE' });
    expect(readdirSync(folder)).toEqual([]);
  });
});
