import { startSendGrid } from './sendgrid.fixture.js';
const basic = { to: 'ada@example.org', subject: 'Hello', text: 'Hi' };

describe('Options and credentials', () => {
  it('verify() proves the key without sending', async () => {
    const { mail, server } = await startSendGrid();
    await expect(mail.verify()).resolves.toBeUndefined();
    expect(server.calls).toEqual([]);
  });

  it('verify() says that a key is refused, and shows it nowhere', async () => {
    const { mail } = await startSendGrid({ apiKey: 'SG.wrong-key' });
    const error: unknown = await mail.verify().catch((reason: unknown) => reason);
    expect(error).toMatchObject({ message: expect.stringContaining('401') as string });
    const { inspect } = await import('node:util');
    expect(inspect(error, { depth: Infinity, showHidden: true })).not.toContain('wrong-key');
  });

  it('a refused key leaves a message unsent', async () => {
    const { mail } = await startSendGrid({ apiKey: 'SG.wrong-key' });
    await expect(mail.send(basic)).rejects.toMatchObject({
      safeToRetry: true,
      response: { outcome: 'unsent', failure: { category: 'auth', statusCode: 401 } },
    });
  });

  it.each<[string, object, RegExp]>([
    ['no key', { apiKey: undefined }, /apiKey: is missing/],
    ['a key of two lines', { apiKey: 'SG.a\nb' }, /apiKey/],
    ['an unknown region', { region: 'mars' }, /region: must be one of 'global', 'eu'/],
    ['a URL that shows the key', { baseUrl: 'http://api.example.com' }, /must be an https URL/],
    ['an unknown option', { sandBox: true }, /sandBox: is not an option/],
  ])('%s is a problem at start', async (_, options, says) => {
    await expect(startSendGrid(options)).rejects.toMatchObject({
      name: 'ConfigurationError',
      message: expect.stringMatching(says) as string,
    });
  });

  it('the European region has an API of its own', async () => {
    const { OptionReader } = await import('../../../lib/contract/option-reader.js');
    const { readSendGridOptions } =
      await import('../../../lib/providers/sendgrid/sendgrid.options.js');
    const read = (options: object) =>
      readSendGridOptions(new OptionReader(options, '', () => undefined), {
        maxInFlight: 1,
        maxBytes: 1,
      });
    expect(read({ apiKey: 'k', region: 'eu' }).baseUrl).toBe('https://api.eu.sendgrid.com');
    expect(read({ apiKey: 'k' }).baseUrl).toBe('https://api.sendgrid.com');
  });
});
