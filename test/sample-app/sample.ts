import type { INestApplication, ModuleMetadata } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import type { TestingModuleBuilder } from '@nestjs/testing';
import { readServerEvents } from '../../sample-app/src/demo/server-events.js';
import { AppModule } from '../../sample-app/src/app.module.js';
import type { NewsletterState } from '../../sample-app/src/newsletters/newsletter-state.js';

const MAIL_FROM = 'Sample News <news@sample.example>';
const open: INestApplication[] = [];
const environment = { ...process.env };

afterEach(async () => {
  await Promise.all(open.splice(0).map((app) => app.close()));
  process.env = { ...environment };
});

/** The sample application, listening; closed after the test. */
export async function startSample(
  provider: string,
  providers: NonNullable<ModuleMetadata['providers']> = [],
  override: (builder: TestingModuleBuilder) => TestingModuleBuilder = (builder) => builder,
): Promise<{ app: INestApplication; url: string }> {
  process.env = { ...environment, MAIL_PROVIDER: provider, MAIL_FROM };
  const builder = Test.createTestingModule({ imports: [AppModule], providers });
  const app = (await override(builder).compile()).createNestApplication();
  app.useLogger(false);
  open.push(app);
  await app.listen(0, '127.0.0.1');
  return { app, url: await app.getUrl() };
}

/** What a newsletter is started with. */
export interface Upload {
  readonly csv?: string | Uint8Array<ArrayBuffer>;
  readonly subject?: string;
  readonly body?: string;
  /** The form field of the file. */
  readonly field?: string;
}

/** Posts a newsletter; the form is as the fields are given. */
export function postNewsletter(
  url: string,
  { csv, subject = 'For {{name}}', body = '<p>{{name}}</p>', field = 'subscribers' }: Upload,
): Promise<Response> {
  const form = new FormData();
  if (subject !== '') form.set('subject', subject);
  if (body !== '') form.set('body', body);
  if (csv !== undefined) form.set(field, new Blob([csv]), 'subscribers.csv');
  return fetch(`${url}/newsletters`, { method: 'POST', body: form });
}

/** Starts a newsletter and gives back its id. */
export async function startNewsletter(url: string, csv: string): Promise<string> {
  const response = await postNewsletter(url, { csv });
  expect(response.status).toBe(202);
  return ((await response.json()) as { id: string }).id;
}

/** The events of a newsletter as they come. */
export async function* follow(
  url: string,
  id: string,
): AsyncGenerator<{ type: string; state: NewsletterState }> {
  const response = await fetch(`${url}/newsletters/${id}/events`);
  for await (const { type, data } of readServerEvents(response)) {
    yield { type, state: JSON.parse(data) as NewsletterState };
  }
}

/** Follows a newsletter to its end. */
export async function summaryOf(url: string, id: string): Promise<NewsletterState> {
  let last: NewsletterState | undefined;
  for await (const { state } of follow(url, id)) last = state;
  return last!;
}

/** A file of so many subscribers, `person0@example.org` and so on. */
export function csvOf(count: number): string {
  const rows = Array.from({ length: count }, (_, i) => `person${i}@example.org,Person ${i}`);
  return ['email,name', ...rows].join('\n');
}
