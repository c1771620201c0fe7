import type { OutgoingEmail } from '../../message/outgoing-email.js';
import { hasTextOfItsOwn, renderContent } from '../../message/substitutions.js';

/**
 * Whether a message says something in html or text, also with its placeholders filled in. Without it some
 * APIs refuse a message, even one with attachments.
 *
 * @param isBody what counts as saying something
 */
export function hasBody(email: OutgoingEmail, isBody = isNotEmpty): boolean {
  if (hasTextOfItsOwn(email.html ?? '') || hasTextOfItsOwn(email.text ?? '')) return true;
  const { html = '', text = '' } = renderContent(email);
  return isBody(html) || isBody(text);
}

function isNotEmpty(text: string): boolean {
  return text !== '';
}
