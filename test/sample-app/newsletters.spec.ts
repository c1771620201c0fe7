import { once } from 'node:events';
import { Agent, get, type IncomingMessage, type Server } from 'node:http';
import { text } from 'node:stream/consumers';
import { MailboxStore, accepted } from 'nest-mailbridge';
import { from, lastValueFrom, toArray } from 'rxjs';
import { newsletterEvents } from '../../sample-app/src/newsletters/newsletter-events.js';
import {
  afterResponse,
  ended,
  newNewsletter,
} from '../../sample-app/src/newsletters/newsletter-state.js';
import { ScriptedProvider } from '../fixtures/scripted-provider.js';
import {
  csvOf,
  follow,
  postNewsletter,
  startNewsletter,
  startSample,
  summaryOf,
} from './sample.js';

const MIXED = [
  '\uFEFFName, Email, Since',
  'Ada, ada@example.org, 2020',
  '',
  '"O\'Brien, ""Bob""", bob@bücher.example, 2021',
  'Nobody, nobody, 2022',
  'משה 🚀, moshe@example.org, 2023',
  'Two, "a@example.org, b@example.org", 2024',
].join('\r\n');

/** A provider that answers when it is told to. */
function gatedProvider() {
  let open: () => void = () => undefined;
  const gate = new Promise<void>((resolve) => {
    open = resolve;
  });
  const provider = new ScriptedProvider();
  provider.script = async (email) => {
    await gate;
    return accepted(email.id);
  };
  return { provider, open, binding: { provide: ScriptedProvider, useValue: provider } };
}

describe('POST /newsletters sends to every subscriber of the file', () => {
  it('counts each outcome and says what was wrong in which line', async () => {
    const { app, url } = await startSample('mailbox');
    const id = await startNewsletter(url, MIXED);
    const summary = await summaryOf(url, id);
    expect(summary).toMatchObject({
      id,
      status: 'finished',
      total: 5,
      done: 5,
      outcomes: { accepted: 3, rejected: 2, unsent: 0, unknown: 0, cancelled: 0 },
    });
    expect(summary.problems.map(({ line, outcome }) => [line, outcome])).toEqual([
      [5, 'rejected'],
      [7, 'rejected'],
    ]);
    expect(summary.problems[0]?.reason).toContain('has no address');
    expect(JSON.stringify(summary)).not.toContain('nobody');
    const subjects = app.get(MailboxStore).messages.map(({ subject }) => subject);
    expect(new Set(subjects)).toEqual(new Set(['For Ada', 'For O\'Brien, "Bob"', 'For משה 🚀']));
  });

  it('escapes a name in the body', async () => {
    const { app, url } = await startSample('mailbox');
    await summaryOf(url, await startNewsletter(url, 'email,name\neve@example.org,<script>'));
    expect(app.get(MailboxStore).messages[0]?.html).toBe('<p>&lt;script&gt;</p>');
  });

  it('answers where to follow it before it is sent', async () => {
    const { binding, open } = gatedProvider();
    const { url } = await startSample('scripted', [binding]);
    const response = await postNewsletter(url, { csv: csvOf(3) });
    expect(response.status).toBe(202);
    const { id, ...paths } = (await response.json()) as Record<string, string>;
    expect(paths).toEqual({
      total: 3,
      events: `/newsletters/${id}/events`,
      state: `/newsletters/${id}`,
    });
    const state = await fetch(url + paths['state']);
    expect(await state.json()).toMatchObject({ id, status: 'running', total: 3, done: 0 });
    open();
    expect(await summaryOf(url, id ?? '')).toMatchObject({ status: 'finished', done: 3 });
  });

  const png = new Uint8Array([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 13]);
  it.each([
    ['no file', {}, /form field 'subscribers'/],
    ['a file in another field', { csv: csvOf(1), field: 'file' }, /file/],
    ['a picture', { csv: png }, /UTF-8/],
    ['plain words', { csv: 'hello there' }, /email and name; missing: email, name/],
    ['a file without names', { csv: 'email\na@example.org' }, /missing: name/],
    ['an empty file', { csv: '' }, /no subscribers/],
    ['a header alone', { csv: 'email,name\n' }, /no subscribers/],
    ['a row with a column less', { csv: `${csvOf(2)}\nlonely@example.org` }, /Line 4/],
    ['a quote that is not closed', { csv: `${csvOf(2)}\n"x` }, /quotes/],
    ['no subject', { csv: csvOf(1), subject: '' }, /subject/],
    ['a subject of two lines', { csv: csvOf(1), subject: 'a\nBcc: b@example.org' }, /one line/],
    ['no body', { csv: csvOf(1), body: '' }, /body/],
  ])('answers 400 to %s, says why, and sends nothing', async (_, upload, reason) => {
    const { app, url } = await startSample('mailbox');
    const response = await postNewsletter(url, upload);
    expect(response.status).toBe(400);
    const { message } = (await response.json()) as { message: string | string[] };
    expect([message].flat().join()).toMatch(reason);
    expect(app.get(MailboxStore).messages).toEqual([]);
  });
});

describe('GET /newsletters/:id/events shows one and the same run to whoever asks', () => {
  it('shows it to those who come back or come late, and sends nothing twice', async () => {
    const { provider, binding, open } = gatedProvider();
    const { url } = await startSample('scripted', [binding]);
    const id = await startNewsletter(url, csvOf(40));
    for await (const { type, state } of follow(url, id)) {
      expect([type, state.status, state.done]).toEqual(['progress', 'running', 0]);
      break;
    }
    const again = summaryOf(url, id);
    const beside = summaryOf(url, id);
    open();
    const summary = await again;
    expect(summary).toMatchObject({ status: 'finished', done: 40, outcomes: { accepted: 40 } });
    expect(await beside).toEqual(summary);
    expect(await summaryOf(url, id)).toEqual(summary);
    expect(new Set(provider.sent.map(({ to }) => to[0]?.address)).size).toBe(40);
    expect(provider.sent).toHaveLength(40);
  });

  it('begins with the state and ends with one summary', async () => {
    const { url } = await startSample('mailbox');
    const id = await startNewsletter(url, csvOf(300));
    const types: string[] = [];
    for await (const { type } of follow(url, id)) types.push(type);
    expect(types.filter((type) => type === 'summary')).toEqual(['summary']);
    expect(types.at(-1)).toBe('summary');
  });

  it('leaves out what comes too fast, never the last', async () => {
    const response = { id: 'x_2', outcome: 'accepted', success: true, provider: 'p', attempts: 1 };
    const states = [newNewsletter('x', 1000)];
    for (let i = 0; i < 1000; i += 1) {
      states.push(afterResponse(states[i]!, response as never, 2));
    }
    states.push(ended(states.at(-1)!, false));
    const events = await lastValueFrom(newsletterEvents(from(states)).pipe(toArray()));
    expect(events.map(({ type }) => type)).toEqual(['progress', 'summary']);
    expect(events[1]?.data).toMatchObject({ done: 1000, status: 'finished' });
  });

  it.each(['', '/events'])('answers 404 to an unknown id: /newsletters/:id%s', async (path) => {
    const { url } = await startSample('mailbox');
    const response = await fetch(`${url}/newsletters/none${path}`);
    expect(response.status).toBe(404);
    expect(await response.json()).toMatchObject({ message: 'There is no newsletter of that id' });
  });
});

describe('a shutdown waits for no connection that nobody uses', () => {
  it('lets go of it as soon as the events have ended', async () => {
    const { provider, binding, open } = gatedProvider();
    const { app, url } = await startSample('scripted', [binding]);
    (app.getHttpServer() as Server).keepAliveTimeout = 0;
    const agent = new Agent({ keepAlive: true });
    const id = await startNewsletter(url, csvOf(100));
    const [events] = (await once(
      get(`${url}/newsletters/${id}/events`, { agent }),
      'response',
    )) as [IncomingMessage];
    const closed = app.close();
    open();
    expect(await text(events)).toContain('"status":"interrupted"');
    await closed;
    agent.destroy();
    expect(provider.sent.length).toBeLessThan(100);
  });
});
