import type { MailPriority } from '../../message/outgoing-email.js';

const HEADERS: Readonly<Record<MailPriority, Readonly<Record<string, string>>>> = {
  high: { 'X-Priority': '1 (Highest)', 'X-MSMail-Priority': 'High', Importance: 'High' },
  normal: {},
  low: { 'X-Priority': '5 (Lowest)', 'X-MSMail-Priority': 'Low', Importance: 'Low' },
};

/** The headers by which mail programs know a priority; none for a normal one. */
export function priorityHeaders(
  priority: MailPriority = 'normal',
): Readonly<Record<string, string>> {
  return HEADERS[priority];
}
