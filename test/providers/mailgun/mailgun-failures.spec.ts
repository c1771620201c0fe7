import { inspect } from 'node:util';
import { MAILGUN_KEY } from '../../fixtures/api/mailgun-server.js';
import { HELLO, startMailgun } from './mailgun.fixture.js';

describe('No secret and no address is in a failure', () => {
  it.each([200, 400, 401, 403, 420, 429, 500, 503])(
    'whatever Mailgun says with %i',
    async (status) => {
      const { mail, mailgun } = await startMailgun();
      const credentials = Buffer.from(`api:${MAILGUN_KEY}`).toString('base64');
      const message = `${MAILGUN_KEY} ${credentials} of shop@example.com to <ada@example.org>`;
      mailgun.answers.push({ status, body: { message } });
      const error: unknown = await mail.send(HELLO).catch((caught: unknown) => caught);
      const shown = inspect(error, { depth: Infinity, showHidden: true }) + JSON.stringify(error);
      const secrets = [
        MAILGUN_KEY,
        credentials,
        'shop@example.com',
        'ada@example.org',
        'Hello Ada',
      ];
      for (const secret of secrets) expect(shown).not.toContain(secret);
      expect(error).toMatchObject({ name: 'EmailSendError' });
    },
  );
});

describe('A connection that breaks', () => {
  it('before the request is whole: unsent', async () => {
    const { mail, mailgun } = await startMailgun();
    await mailgun.close();
    await expect(mail.send(HELLO)).rejects.toMatchObject({ response: { outcome: 'unsent' } });
  });

  it('after it: unknown', async () => {
    const { mail, mailgun } = await startMailgun();
    mailgun.answers.push((socket) => socket.destroy());
    await expect(mail.send(HELLO)).rejects.toMatchObject({ response: { outcome: 'unknown' } });
  });
});
