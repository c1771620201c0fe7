import { ONCE } from '../fixtures/once.js';
import { inspect } from 'node:util';
import type { INestApplicationContext } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import {
  MailBridgeModule,
  MailBridgeService,
  type BulkEmailResponseDto,
  type MailBridgeOptions,
} from 'nest-mailbridge';
import { API_PROVIDERS, PLANTED_KEYS } from '../fixtures/api/api-providers.js';
import { ApiServer, type ApiRequest, type Behaviour } from '../fixtures/api/api-server.js';
import {
  SmtpScriptPeer,
  fin,
  rst,
  say,
  type Move,
  type Script,
} from '../fixtures/smtp-script-peer.js';

const USER = 'planted.user@example.net';
const PASSWORD = 'planted-p4$$w0rd';
const CODE = '482913';
const TOKEN = 'plantedMagicLink';
const PERSON = 'Planted Person';
const RECIPIENT = 'ada.planted@example.org';

/** What a message says: none of it may be in an error or a log. */
const CONTENT = [
  CODE,
  TOKEN,
  PERSON,
  RECIPIENT,
  'bcc.planted@example.org',
  'shop.planted@example.com',
];
const basic = Buffer.from(`api:${PLANTED_KEYS.mailgun}`).toString('base64');
const login = Buffer.from(`\0${USER}\0${PASSWORD}`).toString('base64');
const LOGIN = [login, PASSWORD, Buffer.from(PASSWORD).toString('base64'), USER];
const SECRETS = [...Object.values(PLANTED_KEYS), basic, ...LOGIN];

const message = (id: string) => ({
  id,
  from: { name: 'Planted Shop', address: 'shop.planted@example.com' },
  to: { name: PERSON, address: RECIPIENT },
  bcc: 'bcc.planted@example.org',
  subject: `Your code is ${CODE}`,
  html: `<a href="https://example.org/login?token=${TOKEN}">Log in, ${PERSON}</a>`,
  text: `Your code is ${CODE}. https://example.org/login?token=${TOKEN} {{code}}`,
  substitutions: { code: CODE },
});

let app: INestApplicationContext | undefined;
let logged: unknown[] = [];

afterEach(async () => {
  await app?.close();
  app = undefined;
});

async function start(options: MailBridgeOptions): Promise<MailBridgeService> {
  logged = [];
  const log = (...words: unknown[]) => void logged.push(words);
  const module = await Test.createTestingModule({
    imports: [MailBridgeModule.forRoot({ ...ONCE, ...options })],
  }).compile();
  module.useLogger({ log, error: log, warn: log, debug: log, verbose: log, fatal: log });
  app = await module.init();
  return app.get(MailBridgeService);
}

const thrown = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    (value) => value,
    (error: unknown) => error,
  );

/** Everything that a program could print of what came back. */
function shown(values: readonly unknown[]): string {
  return values
    .flatMap((value) => [
      String(value),
      value instanceof Error || (value as Error | undefined)?.stack !== undefined
        ? String((value as Error).stack)
        : '',
      JSON.stringify(value),
      inspect(value, {
        depth: Infinity,
        showHidden: true,
        maxStringLength: null,
        maxArrayLength: null,
      }),
    ])
    .join('\n');
}

/** A response may list the recipients of a message where they differ: it is a return value. */
function withoutRecipients({ responses, ...rest }: BulkEmailResponseDto) {
  return {
    ...rest,
    responses: responses.map(({ recipients, ...response }) => ({
      ...response,
      recipients: recipients?.map(({ outcome, failure }) => ({ outcome, failure })),
    })),
  };
}

/** What is planted and can be found in the errors, responses and logs of a provider that fails. */
async function leaks(mail: MailBridgeService, verifies = true): Promise<string[]> {
  const values = [
    await thrown(mail.send(message('one'))),
    withoutRecipients(await mail.sendBulk(['a', 'b', 'c'].map(message))),
    verifies ? await thrown(mail.verify()) : undefined,
    logged,
  ];
  const text = shown(values);
  expect(text).toMatch(/EmailSendError/);
  // Every one of them, and the beginning of any that was cut off.
  const parts = [...CONTENT, ...SECRETS, 'planted', 'PLANTED', 'Planted'];
  return parts.filter((secret) => text.includes(secret));
}

/** What a provider may repeat of a request: everything that it was sent. */
function gossip({ headers, raw }: ApiRequest, keys: readonly string[]): string[] {
  return [
    // What only reads has no content to repeat.
    [...(raw.length === 0 ? [] : CONTENT), ...keys].join(' '),
    `You sent ${JSON.stringify(headers)}`,
    `You sent ${raw.toString('utf8')}`,
    `${'x'.repeat(485)} ${Object.values(headers).join(' ')}`,
    raw.length === 0 ? '' : `Recipient ${RECIPIENT} of "Your code is ${CODE}" is on hold`,
  ];
}

/** An error body with the words wherever any of the providers has some. */
function errorBody(words: string): object {
  return {
    message: words,
    Message: words,
    error: words,
    Error: words,
    ErrorCode: 406,
    code: words.slice(0, 60),
    __type: words,
    errors: [{ message: words, field: words, help: words }],
  };
}

const STATUSES = [200, 202, 400, 401, 402, 403, 404, 409, 413, 422, 429, 500, 502, 503];
const BREAKS: [string, Behaviour][] = [
  ['RST', () => (socket) => socket.resetAndDestroy()],
  ['FIN', () => (socket) => socket.end()],
  [
    'garbage',
    ({ headers, raw }) =>
      (socket) =>
        socket.end(`${JSON.stringify(headers)}\r\n${raw.toString()}`),
  ],
  ['silence', () => () => undefined],
];

describe.each(API_PROVIDERS)(
  '%s: no key and no content in what it leaves behind',
  (name, { options }) => {
    // What the provider itself is told; a secret that signs is never sent.
    const keys = Object.values(PLANTED_KEYS).filter(
      (key) => key !== PLANTED_KEYS.sesSecret && JSON.stringify(options('')).includes(key),
    );
    let server: ApiServer;
    afterEach(() => server.close());

    const mailTo = async (behaviour: Behaviour) => {
      server = await ApiServer.start(behaviour);
      return start({ provider: name, providers: { [name]: options(server.url) }, timeoutMs: 200 });
    };

    it.each(STATUSES)('after %i with words that repeat the request', async (status) => {
      let variant = 0;
      const mail = await mailTo((request) => {
        const words = gossip(request, keys)[variant] ?? '';
        return {
          status,
          headers: { 'x-amzn-errortype': words.replace(/[^ -~]/g, '') },
          body: errorBody(words),
        };
      });
      for (; variant < 5; variant += 1) expect([variant, await leaks(mail)]).toEqual([variant, []]);
    });

    it('after plain text that repeats the request', async () => {
      const mail = await mailTo((request) => ({
        status: 400,
        body: gossip(request, keys).join('\n'),
      }));
      expect(await leaks(mail)).toEqual([]);
    });

    it.each(BREAKS)('after %s', async (what, behaviour) => {
      expect(await leaks(await mailTo(behaviour), what !== 'silence')).toEqual([]);
    });

    it('in the words of a configuration error', async () => {
      server = await ApiServer.start(() => ({ status: 200 }));
      const broken = JSON.parse(
        JSON.stringify(options(server.url)).replaceAll('planted', 'planted\\n'),
      ) as object;
      const error = await thrown(start({ provider: name, providers: { [name]: broken } }));
      expect(shown([error])).not.toMatch(/planted/);
    });
  },
);

describe('smtp: no password and no content in what it leaves behind', () => {
  let peer: SmtpScriptPeer;
  afterEach(() => peer.close());

  const repeat =
    (code: number, known = [...CONTENT, ...LOGIN]): Move =>
    (line) =>
      say(...known.map((word, at) => `${code}${at === known.length - 1 ? ' ' : '-'}${word}`))(line);

  it.each<[string, Script]>([
    ['AUTH', { auth: repeat(535, LOGIN) }],
    ['MAIL', { mail: repeat(550) }],
    ['RCPT', { rcpt: repeat(550) }],
    ['DATA', { data: repeat(554) }],
    ['the dot', { dot: repeat(554) }],
    ['the dot, for now', { dot: repeat(451) }],
    ['the dot, by RST', { dot: rst }],
    ['the dot, by FIN', { dot: fin }],
  ])('after a refusal at %s', async (_, script) => {
    peer = await SmtpScriptPeer.start({ extensions: ['AUTH PLAIN'], script: () => script });
    const auth = { user: USER, pass: PASSWORD };
    const smtp = { host: '127.0.0.1', port: peer.port, auth };
    const mail = await start({ provider: 'smtp', providers: { smtp } });
    expect(await leaks(mail)).toEqual([]);
  });
});
