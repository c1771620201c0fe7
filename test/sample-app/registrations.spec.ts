import { MailboxStore, rejected, unknown, unsent, type Submission } from 'nest-mailbridge';
import { ScriptedProvider } from '../fixtures/scripted-provider.js';
import { startSample } from './sample.js';

function register(url: string, body: object): Promise<Response> {
  return fetch(`${url}/registrations`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
  });
}

const ADA = { email: 'ada@example.org', name: 'Ada <b>' };

describe('POST /registrations sends one welcome mail', () => {
  it('arrives in the mailbox, with the name escaped where it is html', async () => {
    const { app, url } = await startSample('mailbox');
    const response = await register(url, ADA);
    expect(response.status).toBe(201);
    expect(await response.json()).toMatchObject({ outcome: 'accepted', provider: 'mailbox' });
    const [mail, ...others] = app.get(MailboxStore).messages;
    expect(others).toEqual([]);
    expect(mail).toMatchObject({
      envelope: { from: 'news@sample.example', to: ['ada@example.org'] },
      to: [{ name: 'Ada <b>', address: 'ada@example.org' }],
      subject: 'Welcome, Ada <b>',
    });
    expect(mail?.html).toContain('Hello Ada &lt;b&gt;,');
    expect(mail?.text).toContain('Hello Ada <b>,');
  });

  it.each([
    ['no address', { name: 'Ada' }],
    ['something that is no address', { ...ADA, email: 'ada' }],
    ['no name', { email: ADA.email }],
    ['a name that breaks out of its line', { ...ADA, name: 'Ada\r\nBcc: eve@example.org' }],
  ])('answers 400 to %s and sends nothing', async (_, body) => {
    const { app, url } = await startSample('mailbox');
    expect((await register(url, body)).status).toBe(400);
    expect(app.get(MailboxStore).messages).toEqual([]);
  });

  it.each<[number, Submission]>([
    [422, rejected({ code: 'X1', message: 'inner words' })],
    [503, unsent({ code: 'X1', message: 'inner words' })],
    [502, unknown({ code: 'X1', message: 'inner words' })],
  ])('answers %s, in words of its own, when the provider says %j', async (status, submission) => {
    const provider = new ScriptedProvider();
    provider.script = () => submission;
    const { url } = await startSample('scripted', [
      { provide: ScriptedProvider, useValue: provider },
    ]);
    const response = await register(url, ADA);
    expect(response.status).toBe(status);
    const body = await response.text();
    expect(JSON.parse(body)).toMatchObject({
      outcome: submission.outcome,
      safeToRetry: submission.outcome === 'unsent',
    });
    expect(body).not.toMatch(/inner words|X1|ada@/);
  });
});
