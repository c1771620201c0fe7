import { ApiServer, type ApiAnswer, type ApiRequest } from '../fixtures/api/api-server.js';
import type { Peer, Sink, SinkOptions } from './sink.js';

/** JSON that came over the wire: it is only ever looked into. */
// oxlint-disable-next-line typescript/no-explicit-any
type Json = any;

/** What a sink has to know of an API. */
interface ApiSink {
  /** The recipients of a request, one for each message. */
  recipients(request: ApiRequest): string[];
  /** How the API says yes to so many messages. */
  yes(count: number): ApiAnswer;
  options(url: string): object;
}

const json = ({ raw }: ApiRequest): Json => JSON.parse(raw.toString('utf8'));
const isBulk = (body: Json, field: string): boolean => body[field] !== undefined;
const each = <T>(count: number, make: () => T): T[] => Array.from({ length: count }, make);

const SINKS: Readonly<Record<string, ApiSink>> = {
  sendgrid: {
    recipients: (request) => json(request).personalizations.map(({ to }: Json) => to[0].email),
    yes: () => ({ status: 202, headers: { 'x-message-id': 'sg-1' }, body: '' }),
    options: (url) => ({ apiKey: 'SG.key', baseUrl: url }),
  },
  postmark: {
    recipients: (request) => [json(request)].flat().map(({ To }: Json) => addressIn(To)),
    yes: (count) => {
      const entry = {
        ErrorCode: 0,
        Message: 'OK',
        MessageID: 'pm-1',
        To: 'x',
        SubmittedAt: 'now',
      };
      return {
        status: 200,
        body: count === 1 ? entry : each(count, () => entry),
      };
    },
    options: (url) => ({ serverToken: 'token', baseUrl: url }),
  },
  mailgun: {
    recipients: ({ raw }) =>
      [...raw.toString('latin1').matchAll(/ name="to"[^]*?\r\n\r\n([^]*?)\r\n--/g)].map((match) =>
        addressIn(match[1]!),
      ),
    yes: () => ({
      status: 200,
      body: { id: '<1@mg.example.com>', message: 'Queued. Thank you.' },
    }),
    options: (url) => ({
      apiKey: 'key',
      domain: 'mg.example.com',
      baseUrl: url,
    }),
  },
  brevo: {
    recipients: (request) => {
      const body = json(request);
      const versions = isBulk(body, 'messageVersions') ? body.messageVersions : [body];
      return versions.map(({ to }: Json) => to[0].email);
    },
    yes: (count) => ({
      status: 201,
      body: count === 1 ? { messageId: '<1@b>' } : { messageIds: each(count, () => '<1@b>') },
    }),
    options: (url) => ({ apiKey: 'xkeysib-key', baseUrl: url }),
  },
  ses: {
    recipients: (request) => {
      const body = json(request);
      const entries = isBulk(body, 'BulkEmailEntries') ? body.BulkEmailEntries : [body];
      return entries.map(({ Destination }: Json) => addressIn(Destination.ToAddresses[0]));
    },
    yes: (count) => {
      const entry = { Status: 'SUCCESS', MessageId: 'ses-1' };
      const body = {
        MessageId: 'ses-1',
        BulkEmailEntryResults: each(count, () => entry),
      };
      return { status: 200, body };
    },
    options: (url) => ({
      region: 'eu-west-1',
      endpoint: url,
      credentials: { accessKeyId: 'id', secretAccessKey: 'secret' },
    }),
  },
};

/** The providers with an HTTP API. */
export const API_PEERS: Readonly<Record<string, Peer>> = Object.fromEntries(
  Object.entries(SINKS).map(([name, sink]) => [
    name,
    {
      start: (options: SinkOptions) => start(sink, options),
      options: (port: number) => sink.options(`http://127.0.0.1:${port}`),
      reach: { up: 5_000, down: 400 },
    },
  ]),
);

async function start(sink: ApiSink, options: SinkOptions): Promise<Sink> {
  const server = await ApiServer.start((request) => {
    // The record of a soak would be all that is left of the memory.
    server.requests.length = 0;
    if (options.isBusy()) return { status: 429, body: {} };
    const trouble = options.trouble?.();
    if (trouble === 'error') return { status: 500, body: {} };
    const recipients = sink.recipients(request);
    for (const address of recipients) options.arrived(address);
    return trouble === 'stall' ? () => undefined : sink.yes(recipients.length);
  });
  return {
    port: Number(new URL(server.url).port),
    close: () => server.close(),
  };
}

/** The bare address of `Name <a@b.c>`. */
function addressIn(mailbox: string): string {
  return /<(.*)>/.exec(mailbox)?.[1] ?? mailbox;
}
