import { pipeline, type Readable, type Transform } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import type DKIM from 'nodemailer/lib/dkim';
import type { MailComposerOptions } from 'nodemailer/lib/mail-composer';
import type MimeNode from 'nodemailer/lib/mime-node';
import { ConfigurationError } from '../errors/configuration.error.js';
import type { OutgoingEmail } from '../message/outgoing-email.js';
import { renderContent } from '../message/substitutions.js';
import { slicesAfter } from './byte-slices.js';
import { dkimProblems, type DkimOptions } from './dkim.js';
import { headerBlock } from './header-block.js';
import { mailContent } from './mail-content.js';
import { BufferedMimeMessage, StreamedMimeMessage, type MimeMessage } from './mime-message.js';

export type { DkimOptions } from './dkim.js';
export type { MimeMessage } from './mime-message.js';

/** How messages become bytes. */
export interface MimeComposerOptions {
  /** Signs every message. @default unsigned */
  readonly dkim?: DkimOptions | undefined;
  /** The bytes that one streamed attachment may have before encoding. @default 25 MiB */
  readonly maxStreamedBytes?: number | undefined;
}

/** The parts of nodemailer that are needed, loaded with the first message. */
interface Nodemailer {
  readonly compile: (content: MailComposerOptions) => MimeNode;
  readonly signer: DKIM | undefined;
}

const DEFAULT_MAX_STREAMED_BYTES = 25 * 1024 * 1024;

/**
 * Turns messages into MIME: headers by this library, bodies and attachments by nodemailer, which has
 * access to no file and no URL. Everything is 7bit, quoted-printable or base64, but an international
 * address, which is UTF-8 in the headers (RFC 6532).
 *
 * With a DKIM signature a streamed attachment is held in memory while it is sent: the signature of the
 * whole stands in front of it.
 */
export class MimeComposer {
  readonly #dkim: DkimOptions | undefined;
  readonly #maxStreamedBytes: number;
  #nodemailer: Promise<Nodemailer> | undefined;

  /** @throws ConfigurationError when the DKIM options cannot work */
  constructor(options: MimeComposerOptions = {}) {
    const problems = options.dkim === undefined ? [] : dkimProblems(options.dkim, 'dkim');
    if (problems.length > 0) throw new ConfigurationError(problems);
    this.#dkim = options.dkim;
    this.#maxStreamedBytes = options.maxStreamedBytes ?? DEFAULT_MAX_STREAMED_BYTES;
  }

  /** Builds the message, except for attachments that are streamed: those are read when it is opened. */
  async compose(email: OutgoingEmail): Promise<MimeMessage> {
    const nodemailer = await (this.#nodemailer ??= loadNodemailer(this.#dkim));
    const { subject, ...bodies } = renderContent(email);
    const messageId = messageIdOf(email);
    const head = Buffer.from(headerBlock(email, subject));
    const input = {
      email,
      bodies,
      messageId,
      date: new Date(),
      maxStreamedBytes: this.#maxStreamedBytes,
    };
    const isStreamed = email.attachments.some(({ content }) => typeof content === 'function');
    return isStreamed
      ? new StreamedMimeMessage(messageId, () => openMessage(nodemailer, head, mailContent(input)))
      : new BufferedMimeMessage(
          messageId,
          await buildMessage(nodemailer, head, mailContent(input)),
        );
  }
}

function messageIdOf({ id, from }: OutgoingEmail): string {
  return `<${id}@${from.address.slice(from.address.lastIndexOf('@') + 1)}>`;
}

async function buildMessage(
  { compile, signer }: Nodemailer,
  head: Buffer,
  content: MailComposerOptions,
): Promise<Buffer> {
  const message = Buffer.concat([head, await compile(content).build()]);
  return signer === undefined ? message : buffer(signer.sign(message));
}

function openMessage(
  { compile, signer }: Nodemailer,
  head: Buffer,
  content: MailComposerOptions,
): Readable {
  const message = pass(compile(content).createReadStream(), slicesAfter(head));
  return signer === undefined ? message : pass(signer.sign(message), slicesAfter());
}

/** An error or an early end of one reaches the other; the reader sees it on what is returned. */
function pass(source: Readable, through: Transform): Readable {
  return pipeline(source, through, () => {});
}

async function loadNodemailer(dkim: DkimOptions | undefined): Promise<Nodemailer> {
  const { default: MailComposer } = await import('nodemailer/lib/mail-composer');
  return {
    compile: (content) => new MailComposer(content).compile(),
    signer: dkim && (await loadSigner(dkim)),
  };
}

async function loadSigner(dkim: DkimOptions): Promise<DKIM> {
  const { default: Signer } = await import('nodemailer/lib/dkim');
  const { domainName, keySelector, privateKey, headerFieldNames, skipFields } = dkim;
  return new Signer({ domainName, keySelector, privateKey, headerFieldNames, skipFields });
}
