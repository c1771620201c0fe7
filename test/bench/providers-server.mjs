// The five HTTP APIs as a child process: every call is answered, after 20 ms, as its provider answers.
// It tells the number of calls and of messages that came whenever it is asked.
import { createServer } from 'node:http';

const LATENCY_MS = 20;

let calls = 0;
let messages = 0;

/** By path: how many messages a body holds, and what the provider says to them. */
const APIS = [
  {
    path: /^\/v3\/mail\/send$/,
    count: (body) => body.personalizations.length,
    answer: () => [202, undefined, { 'x-message-id': 'sg-1' }],
  },
  {
    path: /^\/email\/batch/,
    count: (body) => (body.Messages ?? body).length,
    answer: (_, count) => [200, Array.from({ length: count }, postmark)],
  },
  { path: /^\/email/, count: () => 1, answer: () => [200, postmark()] },
  {
    path: /^\/v3\/[^/]+\/messages$/,
    count: (body) => body.split('name="to"').length - 1,
    answer: () => [200, { id: '<1@mg.example.com>', message: 'Queued. Thank you.' }],
  },
  {
    path: /^\/v3\/smtp\/email$/,
    count: (body) => body.messageVersions?.length ?? 1,
    answer: (body) =>
      body.messageVersions === undefined
        ? [201, { messageId: '<1@b>' }]
        : [201, { messageIds: body.messageVersions.map((_, at) => `<${at}@b>`) }],
  },
  {
    path: /^\/v2\/email\/outbound-emails$/,
    count: () => 1,
    answer: () => [200, { MessageId: 'm' }],
  },
  {
    path: /^\/v2\/email\/outbound-bulk-emails$/,
    count: (body) => body.BulkEmailEntries.length,
    answer: (body) => [
      200,
      {
        BulkEmailEntryResults: body.BulkEmailEntries.map(() => ({
          Status: 'SUCCESS',
          MessageId: 'm',
        })),
      },
    ],
  },
];

function postmark() {
  return {
    To: 'ada@example.org',
    SubmittedAt: '2026-11-22T00:00:00Z',
    MessageID: '0b1e5a52-6a53-4a0e-9d8f-0c3c9f6f7a11',
    ErrorCode: 0,
    Message: 'OK',
  };
}

const server = createServer((request, response) => {
  const chunks = [];
  request.on('data', (chunk) => chunks.push(chunk));
  request.on('end', () => {
    const api = APIS.find(({ path }) => path.test(request.url));
    const raw = Buffer.concat(chunks).toString('utf8');
    const isJson = /json/.test(request.headers['content-type'] ?? '');
    const body = isJson ? JSON.parse(raw) : raw;
    const count = api.count(body);
    calls += 1;
    messages += count;
    const [status, answer, headers = {}] = api.answer(body, count);
    setTimeout(() => {
      response.writeHead(status, { 'content-type': 'application/json', ...headers });
      response.end(answer === undefined ? '' : JSON.stringify(answer));
    }, LATENCY_MS);
  });
});
server.keepAliveTimeout = 60_000;

server.listen(0, '127.0.0.1', () => process.send({ port: server.address().port }));
process.on('message', () => process.send({ calls, messages }));
process.on('disconnect', () => process.exit());
