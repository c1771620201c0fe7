import { csvOf, startNewsletter, startSample, summaryOf } from './sample.js';
import { ScriptedProvider } from '../fixtures/scripted-provider.js';

async function get(url: string): Promise<{ status: number; body: any }> {
  const response = await fetch(url);
  return { status: response.status, body: await response.json() };
}

describe('GET /messages shows what the mailbox holds', () => {
  it('lists it, the newest first, and each one in full', async () => {
    const { url } = await startSample('mailbox');
    expect((await get(`${url}/messages`)).body).toEqual({ total: 0, messages: [] });
    const id = await startNewsletter(url, csvOf(5));
    await summaryOf(url, id);
    const { body } = await get(`${url}/messages?limit=2`);
    expect(body).toMatchObject({ total: 5, messages: [{}, {}] });
    const all = (await get(`${url}/messages`)).body.messages as { capturedAt: string }[];
    const times = all.map(({ capturedAt }) => capturedAt);
    expect(times).toEqual(times.toSorted().toReversed());
    const { status, body: mail } = await get(`${url}/messages/${id}_4`);
    expect(status).toBe(200);
    expect(mail).toMatchObject({
      envelope: { to: ['person2@example.org'] },
      subject: 'For Person 2',
      html: '<p>Person 2</p>',
      attachments: [],
    });
  });

  it('finds by recipient', async () => {
    const { url } = await startSample('mailbox');
    await summaryOf(url, await startNewsletter(url, csvOf(5)));
    const { body } = await get(`${url}/messages?to=person3@example.org`);
    expect(body).toMatchObject({ total: 1, messages: [{ subject: 'For Person 3' }] });
  });

  it('answers 404 to an unknown id', async () => {
    const { url } = await startSample('mailbox');
    expect((await get(`${url}/messages/none`)).status).toBe(404);
  });

  it.each(['', '/any'])('answers 404 where there is no mailbox: /messages%s', async (path) => {
    const { url } = await startSample('scripted', [ScriptedProvider]);
    const { status, body } = await get(`${url}/messages${path}`);
    expect(status).toBe(404);
    expect(body.message).toContain('MAIL_PROVIDER=mailbox');
  });
});

describe('GET / tells what to try', () => {
  it('lists the endpoints as commands', async () => {
    const { url } = await startSample('mailbox');
    const page = await (await fetch(url)).text();
    for (const path of ['/registrations', '/newsletters', '/events', '/messages']) {
      expect(page).toContain(path);
    }
    expect(page).toContain(`curl ${url}`);
  });
});
