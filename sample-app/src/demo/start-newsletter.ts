import { readFile } from 'node:fs/promises';
import type { StartedNewsletter } from '../newsletters/newsletters.controller.js';

const SUBSCRIBERS = new URL('../../subscribers.csv', import.meta.url);

/** Uploads the shipped subscribers to the application, as anybody would. */
export async function startNewsletter(url: string): Promise<StartedNewsletter> {
  const form = new FormData();
  form.set('subscribers', new Blob([await readFile(SUBSCRIBERS)]), 'subscribers.csv');
  form.set('subject', 'News for {{name}}');
  form.set('body', '<p>Hello {{name}},</p><p>this went to {{email}}, and to no one else.</p>');
  const response = await fetch(`${url}/newsletters`, { method: 'POST', body: form });
  if (!response.ok) throw new Error(`The application answered ${response.status}`);
  return (await response.json()) as StartedNewsletter;
}
