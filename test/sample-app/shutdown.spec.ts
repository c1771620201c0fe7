import { once } from 'node:events';
import { jest } from '@jest/globals';
import type { NewsletterState } from '../../sample-app/src/newsletters/newsletter-state.js';
import { SampleProcess } from './process.js';
import { csvOf, follow, startNewsletter, summaryOf } from './sample.js';
import { SlowSink } from './slow-sink.js';

jest.setTimeout(60_000);

let sink: SlowSink;
afterEach(() => sink.close());

/** The application in a process of its own, sending to the sink. */
async function startMain() {
  const child = new SampleProcess('main', [], {
    MAIL_PROVIDER: 'smtp',
    MAIL_CONCURRENCY: '3',
    SMTP_URL: await sink.listen(),
  });
  const [, url = ''] = await child.printed(/Listening on (http:[^,\s]+)/);
  return { child, url };
}

/** Resolves when the server takes no connections any more. */
async function noLongerListening(url: string): Promise<void> {
  for (;;) {
    const response = await fetch(url).catch(() => undefined);
    if (response === undefined) return;
    await response.text();
  }
}

describe('SIGTERM ends the application while a newsletter is on its way', () => {
  it('lets what is in flight end, tells those who follow it, and sends nothing afterwards', async () => {
    sink = new SlowSink(50);
    const { child, url } = await startMain();
    const id = await startNewsletter(url, csvOf(5000));
    const types: string[] = [];
    let last: NewsletterState | undefined;
    for await (const { type, state } of follow(url, id)) {
      if (last?.done === 0 && state.done > 0) child.signal('SIGTERM');
      types.push(type);
      last = state;
    }
    expect(types.at(-1)).toBe('summary');
    expect(last?.status).toBe('interrupted');
    const { accepted, cancelled, ...others } = last!.outcomes;
    expect(others).toEqual({ rejected: 0, unsent: 0, unknown: 0 });
    expect(accepted).toBeGreaterThan(0);
    expect(accepted + cancelled).toBe(last?.done);
    expect(last?.done).toBeLessThan(5000);

    expect(await child.end()).toMatchObject({ code: 0, signal: null });
    expect(sink.taken).toBe(accepted);
  });

  it('does not wait for a server that never answers when it is told a second time', async () => {
    sink = new SlowSink();
    const { child, url } = await startMain();
    const received = once(sink, 'received');
    const summary = summaryOf(url, await startNewsletter(url, csvOf(1)));
    await received;
    child.signal('SIGTERM');
    await noLongerListening(url);
    child.signal('SIGTERM');
    expect(await summary).toMatchObject({ outcomes: { unknown: 1 }, status: 'finished' });
    expect(await child.end()).toMatchObject({ code: 0, signal: null });
  });

  it('ends also when everybody who followed a newsletter is gone', async () => {
    sink = new SlowSink(0);
    const { child, url } = await startMain();
    const id = await startNewsletter(url, csvOf(2));
    for await (const { type } of follow(url, id)) if (type === 'progress') break;
    child.signal('SIGTERM');
    expect(await child.end()).toMatchObject({ code: 0, signal: null });
  });
});
