import { inspect } from 'node:util';
import { startBrevo } from './brevo.fixture.js';
const basic = { to: 'ada@example.org', subject: 'Hello', text: 'Hi' };

describe('Options and credentials', () => {
  it('verify() proves the key without sending', async () => {
    const { mail, server } = await startBrevo();
    await expect(mail.verify()).resolves.toBeUndefined();
    expect(server.calls).toEqual([]);
  });

  it('a refused key leaves a message unsent, and no error shows it', async () => {
    const { mail, server } = await startBrevo({ apiKey: 'xkeysib-wrong' });
    await expect(mail.verify()).rejects.toThrow('401');
    server.answers.push({ status: 400, body: { message: 'never asked' } });
    const error: unknown = await mail.send(basic).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ safeToRetry: true, response: { outcome: 'unsent' } });
    expect(inspect(error, { depth: Infinity, showHidden: true })).not.toContain('xkeysib-wrong');
  });

  it.each<[string, object, RegExp]>([
    ['no key', { apiKey: undefined }, /apiKey: is missing/],
    ['a switch that is none', { idempotency: 'yes' }, /idempotency: must be true or false/],
    ['a URL that shows the key', { baseUrl: 'http://api.example.com' }, /must be an https URL/],
    ['an unknown option', { region: 'eu' }, /region: is not an option/],
  ])('%s is a problem at start', async (_, options, says) => {
    await expect(startBrevo(options)).rejects.toMatchObject({
      name: 'ConfigurationError',
      message: expect.stringMatching(says) as string,
    });
  });
});
