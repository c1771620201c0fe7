/** The endpoints as commands to copy, one a line, each under what it does. */
export function thingsToTry(url: string): string[] {
  return [
    '# send one welcome mail',
    `curl -H 'Content-Type: application/json' -d '{"email":"ada@example.org","name":"Ada"}' ${url}/registrations`,
    '# send a newsletter to every subscriber of a CSV file; the answer names its events',
    `curl -F subscribers=@sample-app/subscribers.csv -F 'subject=News for {{name}}' -F 'body=<p>Hello {{name}}</p>' ${url}/newsletters`,
    '# follow it: a count for each outcome, then the summary',
    `curl -N ${url}/newsletters/ID/events`,
    '# the same as JSON',
    `curl ${url}/newsletters/ID`,
    '# what the mailbox holds (MAIL_PROVIDER=mailbox)',
    `curl '${url}/messages?limit=3'`,
    `curl ${url}/messages/ID`,
  ];
}
