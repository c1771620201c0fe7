import { readFileSync } from 'node:fs';
import { Readable } from 'node:stream';
import type { BulkOptions, EmailResponseDto, MailBridgeOptions } from 'nest-mailbridge';
import { withMail } from '../chaos/with-mail.js';
import { copiesById, untruths, type CopiesById } from './copies.js';
import { SERVER_START_MS } from './debian-packages.js';
import { parse } from './delivered-mail.js';
import { contentsRead, contentsSent, normalizedAddress } from './mail-contents.js';
import { mailboxes, mailMix, type MixedMessage } from './mail-mix.js';
import { DOORS, type Door, type MailServer } from './mail-server.js';

/** The mix is the same each time, unless another one is asked for. */
const SEED = Number(process.env['PEERS_SEED'] ?? 1);
const TEST_MS = 120_000;
const CERTIFICATE = readFileSync('test/fixtures/tls/localhost.cert.pem', 'utf8');

type Message = MixedMessage['message'];

/** Holds MailBridge to its promises before a real server, over STARTTLS. */
export function describeServer(name: string, startServer: () => Promise<MailServer>): void {
  describe(name, () => {
    let server: MailServer;

    beforeAll(async () => {
      server = await startServer();
    }, SERVER_START_MS);

    afterAll(() => server.stop());

    describeMix(() => server);
    describeBulks(() => server);
  });
}

function describeMix(server: () => MailServer): void {
  const mix = mailMix(SEED);

  describe(`a mix of ${mix.length} messages, seed ${SEED}`, () => {
    const responses = new Map<string, EmailResponseDto>();
    let copies: CopiesById;

    beforeAll(async () => {
      for (const door of DOORS) {
        const messages = mix.filter((each) => each.door === door).map(({ message }) => message);
        for (const each of await sendAll(server(), door, messages)) responses.set(each.id, each);
      }
      copies = copiesById(await server().takeDelivered());
    }, TEST_MS);

    it('has one copy for each recipient who is reached, and no other copy', () => {
      const settled = mix.map(({ message, reached }) => ({
        response: responses.get(message.id)!,
        reached,
      }));
      expect(untruths(settled, copies)).toEqual([]);
    });

    it.each(kindsOf(mix))('says the truth of %s', (kind) => {
      const ofKind = mix.filter((each) => each.kind === kind);
      const seen = ofKind.map(({ message, scopes }) => verdict(responses.get(message.id), scopes));
      const wanted = ofKind.map(({ outcome }) => ({ outcome, scope: 'as expected' }));
      expect(seen).toEqual(wanted);
    });

    it('names each recipient that was refused', () => {
      for (const { message, reached } of mix.filter((each) => each.reached.length > 0)) {
        const everybody = recipientsOf(message).map(normalizedAddress);
        const refused = everybody.filter((address) => !reached.includes(address));
        const { recipients = [] } = responses.get(message.id)!;
        const named = recipients.filter(({ outcome }) => outcome !== 'accepted');
        expect(named.map(({ address }) => address)).toEqual(refused);
      }
    });

    it.each(kindsOf(mix.filter(({ reached }) => reached.length > 0)))(
      'delivers the contents of %s',
      async (kind) => {
        for (const mixed of mix.filter((each) => each.kind === kind)) {
          const wanted = contentsSent(mixed);
          for (const copy of copies.get(mixed.message.id) ?? []) {
            const seen = await contentsRead(await parse(copy), Object.keys(wanted.headers));
            expect(seen).toEqual(wanted);
          }
        }
      },
    );

    it('tells nobody of those who get a blind copy', async () => {
      const withHidden = mix.filter(({ message }) => hiddenRecipients(message).length > 0);
      for (const { message } of withHidden) {
        const hidden = hiddenRecipients(message);
        for (const copy of copies.get(message.id) ?? []) {
          const { headerLines } = await parse(copy);
          const told = headerLines.filter(
            ({ key, line }) => !TRACE.has(key) && hidden.some((address) => line.includes(address)),
          );
          expect(told).toEqual([]);
        }
      }
    });
  });
}

function kindsOf(mix: readonly MixedMessage[]): string[] {
  return [...new Set(mix.map(({ kind }) => kind))].toSorted();
}

function recipientsOf({ to, cc, bcc }: Message): string[] {
  return [to, cc, bcc].flatMap(mailboxes).map(({ address }) => address);
}

/** The headers that a server writes for the recipient of one copy. */
const TRACE = new Set(['return-path', 'delivered-to', 'x-original-to', 'envelope-to', 'received']);

function hiddenRecipients({ to, cc, bcc }: Message): string[] {
  const seen = new Set([...mailboxes(to), ...mailboxes(cc)].map(({ address }) => address));
  return mailboxes(bcc)
    .map(({ address }) => address)
    .filter((address) => !seen.has(address));
}

function verdict(response: EmailResponseDto | undefined, scopes: readonly string[]): object {
  const scope = response?.failure?.scope;
  const isExpected = scope === undefined ? scopes.length === 0 : scopes.includes(scope);
  return { outcome: response?.outcome, scope: isExpected ? 'as expected' : response?.failure };
}

function describeBulks(server: () => MailServer): void {
  /** Sends them and holds what was said against what came. */
  async function truthful(
    door: Door,
    messages: readonly Message[],
    options: Partial<MailBridgeOptions> = {},
    bulk: BulkOptions = {},
  ): Promise<readonly EmailResponseDto[]> {
    const responses = await sendAll(server(), door, messages, options, bulk);
    const copies = copiesById(await server().takeDelivered());
    const settled = responses.map((response, at) => ({
      response,
      reached: mailboxes(messages[at]!.to).map(({ address }) => address),
    }));
    const deliveredAgain = (queueId: string) => server().deliveredSinceStart(queueId);
    expect(untruths(settled, copies, deliveredAgain)).toEqual([]);
    return responses;
  }

  it(
    'S1: takes 500 messages where it allows three connections',
    async () => {
      const responses = await truthful('three-connections', newsletter('limit', 500));
      expect(countsOf(responses)).toEqual({ accepted: 500 });
    },
    TEST_MS,
  );

  it.each<[string, (bytes: Buffer) => Buffer | (() => Readable)]>([
    ['at hand', (bytes) => bytes],
    ['from a function', (bytes) => () => Readable.from([bytes])],
  ])(
    'S19: takes 300 messages with an attachment %s',
    async (form, content) => {
      const messages = newsletter(form.replaceAll(' ', '-'), 300).map((message) => ({
        ...message,
        attachments: [{ filename: 'a.txt', content: content(Buffer.alloc(1_000, 'a')) }],
      }));
      const responses = await truthful('open', messages);
      expect(countsOf(responses)).toEqual({ accepted: 300 });
    },
    TEST_MS,
  );

  it.each(['report', 'resend'] as const)(
    'loses and doubles nothing of 500 messages when it is killed and comes back, onUnknown %s',
    async (onUnknown) => {
      let restarted: Promise<void> | undefined;
      const onProgress = ({ done }: { done: number }) => {
        if (done === 150) restarted = server().restart();
      };
      const options = { onUnknown, ...PATIENT };
      const messages = newsletter(`killed-${onUnknown}`, 500);
      const responses = await truthful('open', messages, options, { onProgress });
      await restarted;
      const { accepted = 0, unknown = 0 } = countsOf(responses);
      expect(accepted + unknown).toBe(500);
      const attempts = responses.flatMap(({ history }) => history.map(({ outcome }) => outcome));
      expect(attempts.some((outcome) => outcome !== 'accepted')).toBe(true);
    },
    TEST_MS,
  );
}

/** Waits as long as a server needs to come back. */
const PATIENT = {
  retry: { attempts: 30, minDelayMs: 100, maxDelayMs: 1_000 },
  circuitBreaker: { halfOpenAfterMs: 200 },
} satisfies Partial<MailBridgeOptions>;

/** Messages of which every fifth has two recipients. */
function newsletter(name: string, count: number): Message[] {
  return Array.from({ length: count }, (_, at) => {
    const [to, other] = [`${name}-${at}@example.org`, `${name}-${at}-too@example.org`];
    return {
      id: `${name}-${at}`,
      to: at % 5 === 0 ? [to, other] : to,
      subject: 'News',
      text: 'New.',
    };
  });
}

function countsOf(responses: readonly EmailResponseDto[]): Partial<Record<string, number>> {
  const counts: Partial<Record<string, number>> = {};
  for (const { outcome } of responses) counts[outcome] = (counts[outcome] ?? 0) + 1;
  return counts;
}

async function sendAll(
  server: MailServer,
  door: Door,
  messages: readonly Message[],
  options: Partial<MailBridgeOptions> = {},
  bulk: BulkOptions = {},
): Promise<readonly EmailResponseDto[]> {
  let responses: readonly EmailResponseDto[] = [];
  const smtp = {
    host: 'localhost',
    port: server.port[door],
    tls: 'required',
    ca: CERTIFICATE,
  } as const;
  await withMail({ ...options, provider: 'smtp', providers: { smtp } }, async (mail) => {
    ({ responses } = await mail.sendBulk(messages, bulk));
  });
  return responses;
}
