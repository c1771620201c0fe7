/**
 * What the sink knows of each API: by path, how many messages a body holds, and the answer to them. A
 * message is counted by the field that each of them has exactly once, which costs the sink next to
 * nothing: it must never be what is measured.
 */
const APIS = [
  {
    path: /^\/v3\/mail\/send/,
    mark: '"to":[',
    answer: () => ({ status: '202 Accepted', headers: 'x-message-id: sg-1\r\n', body: '' }),
  },
  {
    path: /^\/email\/batch/,
    mark: '"To":',
    answer: (count) => json(`[${Array(count).fill(POSTMARK_ANSWER).join(',')}]`),
  },
  { path: /^\/email/, mark: '"To":', answer: () => json(POSTMARK_ANSWER) },
  {
    path: /^\/v3\/[^/]+\/messages/,
    mark: 'name="to"',
    answer: () => json('{"id":"<1@mg.example.com>","message":"Queued. Thank you."}'),
  },
  {
    path: /^\/v3\/smtp\/email/,
    mark: '"to":[',
    answer: (count, isBatch) =>
      isBatch
        ? json(`{"messageIds":[${Array(count).fill('"<1@b>"').join(',')}]}`, '201 Created')
        : json('{"messageId":"<1@b>"}', '201 Created'),
  },
  {
    path: /^\/v2\/email\/outbound-emails/,
    mark: '"Destination":',
    answer: () => json('{"MessageId":"m"}'),
  },
  {
    path: /^\/v2\/email\/outbound-bulk-emails/,
    mark: '"Destination":',
    answer: (count) =>
      json(`{"BulkEmailEntryResults":[${Array(count).fill(SES_ENTRY).join(',')}]}`),
  },
];

const POSTMARK_ANSWER = JSON.stringify({
  To: 'ada@example.org',
  SubmittedAt: '2026-11-22T00:00:00Z',
  MessageID: '0b1e5a52-6a53-4a0e-9d8f-0c3c9f6f7a11',
  ErrorCode: 0,
  Message: 'OK',
});
const SES_ENTRY = '{"Status":"SUCCESS","MessageId":"m"}';

function json(body, status = '200 OK') {
  return { status, headers: 'content-type: application/json\r\n', body };
}

/** How many messages a request holds, and the bytes of its answer. */
export function answerTo(path, body) {
  const api = APIS.find((each) => each.path.test(path));
  if (api === undefined) return { messages: 0, bytes: bytesOf({ ...json('{}', '404 Not Found') }) };
  const messages = occurrences(body, api.mark);
  const isBatch = body.includes('"messageVersions":');
  return { messages, bytes: bytesOf(api.answer(messages, isBatch)) };
}

function occurrences(body, mark) {
  let count = 0;
  for (let at = body.indexOf(mark); at >= 0; at = body.indexOf(mark, at + mark.length)) count += 1;
  return count;
}

function bytesOf({ status, headers, body }) {
  const length = `content-length: ${Buffer.byteLength(body)}\r\n`;
  return `HTTP/1.1 ${status}\r\n${headers}${length}connection: keep-alive\r\n\r\n${body}`;
}
