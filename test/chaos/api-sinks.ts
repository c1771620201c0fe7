import type { ApiServer } from '../fixtures/api/api-server.js';
import { BREVO_KEY, BrevoServer } from '../fixtures/api/brevo-server.js';
import { MAILGUN_DOMAIN, MAILGUN_KEY, MailgunServer } from '../fixtures/api/mailgun-server.js';
import {
  POSTMARK_TOKEN,
  PostmarkServer,
  type PostmarkMessage,
} from '../fixtures/api/postmark-server.js';
import { SENDGRID_KEY, SendGridServer } from '../fixtures/api/sendgrid-server.js';
import { SES_ACCOUNT, SesServer } from '../fixtures/api/ses-server.js';
import { attachmentDigest } from './read-mail.js';
import { idIn, type Peer, type Sink, type SinkOptions, type Trouble } from './sink.js';

/** A message as a strict fake of an API would deliver it. */
interface ApiMail {
  /** To, cc and bcc, with or without their names. */
  readonly recipients: readonly string[];
  readonly subject: string | undefined;
  readonly text: string | undefined;
  readonly attachments: readonly ApiFile[];
}

type ApiFile = readonly [filename: string, content: string, encoding: BufferEncoding];

/** One of the strict fakes of `test/fixtures/api`. */
interface FakeApi {
  readonly server: ApiServer;
  readonly problems: readonly string[];
  /** What it has taken since the last time; it keeps nothing of it. */
  taken(): readonly ApiMail[];
}

interface ApiSink {
  start(): Promise<FakeApi>;
  options(url: string): object;
}

const SINKS: Readonly<Record<string, ApiSink>> = {
  sendgrid: {
    start: async () => {
      const fake = await SendGridServer.start();
      return fakeApi(fake, fake.server, fake.mails, ({ to, cc, bcc, ...mail }) => ({
        ...mail,
        recipients: [...to, ...cc, ...bcc],
        attachments: mail.attachments.map((each) => [each.filename, each.content, 'base64']),
      }));
    },
    options: (url) => ({ apiKey: SENDGRID_KEY, baseUrl: url }),
  },
  postmark: {
    start: async () => {
      const fake = await PostmarkServer.start();
      return fakeApi(fake, fake.server, fake.mails, postmarkMail);
    },
    options: (url) => ({ serverToken: POSTMARK_TOKEN, baseUrl: url }),
  },
  mailgun: {
    start: async () => {
      const fake = await MailgunServer.start();
      return fakeApi(
        fake,
        fake.server,
        fake.mails,
        ({ recipient, subject, text, attachments }) => ({
          recipients: [recipient],
          subject,
          text,
          attachments: attachments.map((each) => [each.filename, each.content, 'latin1']),
        }),
      );
    },
    options: (url) => ({ apiKey: MAILGUN_KEY, domain: MAILGUN_DOMAIN, baseUrl: url }),
  },
  brevo: {
    start: async () => {
      const fake = await BrevoServer.start();
      return fakeApi(fake, fake.server, fake.mails, ({ to, cc, bcc, ...mail }) => ({
        ...mail,
        recipients: [...to, ...cc, ...bcc],
        attachments: mail.attachments.map((each) => [each.name, each.content, 'base64']),
      }));
    },
    options: (url) => ({ apiKey: BREVO_KEY, baseUrl: url }),
  },
  ses: {
    start: async () => {
      const fake = await SesServer.start();
      return fakeApi(fake, fake.server, fake.deliveries, ({ to, cc, bcc, ...mail }) => ({
        ...mail,
        recipients: [...to, ...cc, ...bcc],
        attachments: mail.attachments.map((each): ApiFile => [
          each['FileName'],
          each['RawContent'],
          'base64',
        ]),
      }));
    },
    options: (url) => ({ ...SES_ACCOUNT, endpoint: url }),
  },
};

/** The providers with an HTTP API. */
export const API_PEERS: Readonly<Record<string, Peer>> = Object.fromEntries(
  Object.entries(SINKS).map(([name, sink]) => [
    name,
    {
      start: (options: SinkOptions) => start(sink, options),
      options: (port: number, isSecure = false) =>
        sink.options(isSecure ? `https://localhost:${port}` : `http://127.0.0.1:${port}`),
      reach: { up: 5_000, down: 400 },
    },
  ]),
);

const FAILED = { status: 500, body: {} };

async function start(sink: ApiSink, options: SinkOptions): Promise<Sink> {
  const fake = await sink.start();
  const { server } = fake;
  const answer = server.behaviour;
  server.behaviour = (request) => {
    // The record of a soak would be all that is left of the memory.
    server.requests.length = 0;
    if (options.isBusy()) return { status: 429, body: {} };
    const trouble = options.trouble?.();
    if (trouble === 'error') return FAILED;
    const own = answer(request);
    for (const mail of fake.taken()) options.arrived(copyOf(mail, options.reads));
    return trouble === undefined ? own : INSTEAD[trouble];
  };
  return {
    port: Number(new URL(server.url).port),
    problems: fake.problems,
    close: () => server.close(),
  };
}

/** How a request is answered that was taken. */
const INSTEAD: Readonly<Record<Exclude<Trouble, 'error'>, ReturnType<ApiServer['behaviour']>>> = {
  'late-error': FAILED,
  stall: () => undefined,
};

function fakeApi<T>(
  { calls, problems }: { readonly calls: unknown[]; readonly problems: readonly string[] },
  server: ApiServer,
  mails: T[],
  read: (mail: T) => ApiMail,
): FakeApi {
  const taken = () => {
    calls.length = 0;
    return mails.splice(0).map(read);
  };
  return { server, problems, taken };
}

function copyOf({ recipients, subject = '', text = '', attachments }: ApiMail, reads = false) {
  const addresses = recipients.map(addressIn);
  const content = () => ({
    subject,
    text,
    attachments: attachments.map(([filename, encoded, encoding]) =>
      attachmentDigest(filename, Buffer.from(encoded, encoding)),
    ),
  });
  return { id: idIn(addresses[0]), recipients: addresses, ...(reads && { content: content() }) };
}

function postmarkMail({ To, Cc, Bcc, Subject, TextBody, ...rest }: PostmarkMessage): ApiMail {
  const files = (rest['Attachments'] ?? []) as { Name: string; Content: string }[];
  return {
    recipients: [To, Cc, Bcc].flatMap((list) => list?.split(', ') ?? []),
    subject: Subject,
    text: TextBody,
    attachments: files.map(({ Name, Content }) => [Name, Content, 'base64']),
  };
}

/** The bare address of `Name <a@b.c>`. */
function addressIn(mailbox: string): string {
  return /<(.*)>/.exec(mailbox)?.[1] ?? mailbox;
}
