import { ApiServer, type ApiAnswer, type ApiRequest } from '../fixtures/api/api-server.js';
import { BREVO_KEY, BrevoServer, brevoRefusal } from '../fixtures/api/brevo-server.js';
import type { FormFile } from '../fixtures/api/form-data.js';
import {
  MAILGUN_DOMAIN,
  MAILGUN_KEY,
  MailgunServer,
  refusal as mailgunRefusal,
} from '../fixtures/api/mailgun-server.js';
import {
  POSTMARK_TOKEN,
  PostmarkServer,
  refusal as postmarkRefusal,
} from '../fixtures/api/postmark-server.js';
import {
  SENDGRID_KEY,
  SendGridServer,
  refusal as sendGridRefusal,
} from '../fixtures/api/sendgrid-server.js';
import { SesServer, SES_ACCOUNT, awsError } from '../fixtures/api/ses-server.js';
import type { AcmeMessage } from './acme.provider.js';
import type { ReceivedCopy } from '../chaos/ledger.js';
import { copyOf } from './copy.js';

/** The API of a provider on loopback, as far as a crossing has to know. */
export interface ApiFake {
  readonly server: ApiServer;
  /** The provider's options that lead to this URL. */
  options(url: string): object;
  /** Has this address refused from now on. */
  refuse(address: string): void;
  /** What the last call has brought. */
  taken(): ReceivedCopy[];
  /** What was wrong with the calls. */
  readonly problems: readonly string[];
  readonly tooMany: ApiAnswer;
  readonly broken: ApiAnswer;
}

/** The strict server of each provider with an HTTP API. */
export const API_FAKES: Readonly<Record<string, () => Promise<ApiFake>>> = {
  sendgrid: async () => {
    const fake = await SendGridServer.start();
    return {
      server: fake.server,
      problems: fake.problems,
      options: (baseUrl) => ({ apiKey: SENDGRID_KEY, baseUrl }),
      refuse: (address) => fake.refused.add(address),
      taken: () => {
        const files = filesOf(fake.calls.at(-1)?.['attachments']);
        return fake.mails
          .splice(0)
          .map(({ to, cc, bcc, subject, text }) =>
            copyOf({ recipients: [...to, ...cc, ...bcc], subject, text, files }),
          );
      },
      tooMany: sendGridRefusal(429, 'too many requests', null),
      broken: sendGridRefusal(500, 'internal error', null),
    };
  },
  postmark: async () => {
    const fake = await PostmarkServer.start();
    return {
      server: fake.server,
      problems: fake.problems,
      options: (baseUrl) => ({ serverToken: POSTMARK_TOKEN, baseUrl }),
      refuse: (address) => fake.invalid.add(address),
      taken: () =>
        fake.mails
          .splice(0)
          .map(({ To = '', Cc = '', Bcc = '', Subject: subject, TextBody: text, ...rest }) => {
            const recipients = [To, Cc, Bcc]
              .filter((each) => each !== '')
              .flatMap((each) => each.split(', '));
            const files = filesOf(rest['Attachments'], 'Content');
            return copyOf({ recipients, subject, text, files });
          }),
      tooMany: postmarkRefusal(429, 0, 'too many requests'),
      broken: postmarkRefusal(500, 0, 'internal error'),
    };
  },
  mailgun: async () => {
    const fake = await MailgunServer.start();
    return {
      server: fake.server,
      problems: fake.problems,
      options: (baseUrl) => ({ apiKey: MAILGUN_KEY, domain: MAILGUN_DOMAIN, baseUrl }),
      refuse: (address) => fake.invalid.add(address),
      taken: () => {
        const forms = (fake.calls.at(-1)?.['attachment'] ?? []) as readonly FormFile[];
        const files = forms.map(({ content }) => Buffer.from(content, 'latin1'));
        const mails = fake.mails.splice(0);
        // One message to several recipients is one text, sent to each of them.
        return [...new Set(mails.map(({ text }) => text))].map((text) => {
          const own = mails.filter((each) => each.text === text);
          const recipients = own.map(({ recipient }) => recipient);
          return copyOf({ recipients, subject: own[0]!.subject, text, files });
        });
      },
      tooMany: mailgunRefusal(429, 'too many requests'),
      broken: mailgunRefusal(500, 'internal error'),
    };
  },
  brevo: async () => {
    const fake = await BrevoServer.start();
    return {
      server: fake.server,
      problems: fake.problems,
      options: (baseUrl) => ({ apiKey: BREVO_KEY, baseUrl }),
      refuse: (address) => fake.refused.add(address),
      taken: () => {
        const files = filesOf(fake.calls.at(-1)?.['attachment']);
        return fake.mails
          .splice(0)
          .map(({ to, cc, bcc, subject, text }) =>
            copyOf({ recipients: [...to, ...cc, ...bcc], subject, text, files }),
          );
      },
      tooMany: brevoRefusal(429, 'too_many_requests', 'too many requests'),
      broken: brevoRefusal(500, 'internal_error', 'internal error'),
    };
  },
  ses: async () => {
    const fake = await SesServer.start();
    return {
      server: fake.server,
      problems: fake.problems,
      options: (endpoint) => ({ ...SES_ACCOUNT, endpoint }),
      refuse: (address) => {
        const isBad = ({ Destination }: Record<string, { ToAddresses?: string[] }>) =>
          Destination?.ToAddresses?.some((each) => each.includes(address)) === true;
        fake.entryResult = (entry) =>
          isBad(entry) ? { Status: 'INVALID_PARAMETER', Error: 'Illegal address' } : undefined;
        fake.override = ({ operation, input }) =>
          operation === 'SendEmail' && isBad(input)
            ? awsError(400, 'BadRequestException', 'Illegal address')
            : undefined;
      },
      taken: () =>
        fake.deliveries.splice(0).map(({ to, cc, bcc, subject, text, attachments }) => {
          const files = filesOf(attachments, 'RawContent');
          return copyOf({ recipients: [...to, ...cc, ...bcc], subject, text, files });
        }),
      tooMany: awsError(429, 'TooManyRequestsException', 'Too many requests'),
      broken: awsError(500, 'InternalServiceErrorException', 'internal error'),
    };
  },
  acme: async () => {
    const refused = new Set<string>();
    const seen = new Set<string>();
    let mails: AcmeMessage[] = [];
    const server = await ApiServer.start(({ headers, raw }: ApiRequest) => {
      const key = headers['x-call-key'];
      if (typeof key === 'string' && seen.has(key)) return { status: 202, body: 'had it' };
      const messages = JSON.parse(raw.toString('utf8')) as AcmeMessage[];
      if (messages.some(({ to }) => to.some((each) => refused.has(each)))) return { status: 422 };
      if (typeof key === 'string') seen.add(key);
      mails.push(...messages);
      return { status: 202, body: 'taken' };
    });
    return {
      server,
      problems: [],
      options: () => ({}),
      refuse: (address) => refused.add(address),
      taken: () => {
        const taken = mails;
        mails = [];
        return taken.map(({ to, subject, text, files }) =>
          copyOf({
            recipients: to,
            subject,
            text,
            files: files.map((each) => Buffer.from(each, 'base64')),
          }),
        );
      },
      tooMany: { status: 429 },
      broken: { status: 500 },
    };
  },
};

/** The files of a JSON request, which has them in base64. */
function filesOf(list: unknown, field = 'content'): Buffer[] {
  return ((list ?? []) as readonly Readonly<Record<string, string>>[]).map((each) =>
    Buffer.from(each[field]!, 'base64'),
  );
}
