import { inspect } from 'node:util';
import { POSTMARK_TOKEN } from '../../fixtures/api/postmark-server.js';
import { HELLO, startPostmark } from './postmark.fixture.js';

describe('No secret and no address is in a failure', () => {
  it.each([200, 400, 401, 403, 422, 429, 500, 503])(
    'whatever Postmark says with %i',
    async (status) => {
      const { mail, postmark } = await startPostmark();
      const Message = `${POSTMARK_TOKEN} of shop@example.com to ada@example.org`;
      postmark.answers.push({ status, body: { ErrorCode: 300, Message } });
      const error: unknown = await mail.send(HELLO).catch((caught: unknown) => caught);
      const shown = inspect(error, { depth: Infinity, showHidden: true }) + JSON.stringify(error);
      for (const secret of [POSTMARK_TOKEN, 'shop@example.com', 'ada@example.org', 'Hello Ada']) {
        expect(shown).not.toContain(secret);
      }
      expect(error).toMatchObject({ name: 'EmailSendError' });
    },
  );
});

describe('A connection that breaks', () => {
  it('before the request is whole: unsent', async () => {
    const { mail, postmark } = await startPostmark();
    await postmark.close();
    await expect(mail.send(HELLO)).rejects.toMatchObject({ response: { outcome: 'unsent' } });
  });

  it('after it: unknown', async () => {
    const { mail, postmark } = await startPostmark();
    postmark.answers.push((socket) => socket.destroy());
    await expect(mail.send(HELLO)).rejects.toMatchObject({ response: { outcome: 'unknown' } });
  });
});
