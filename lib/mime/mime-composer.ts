import { pipeline, type Readable, type Transform } from 'node:stream';
import type { MailComposerOptions } from 'nodemailer/lib/mail-composer';
import type MimeNode from 'nodemailer/lib/mime-node';
import { ConfigurationError } from '../errors/configuration.error.js';
import { peerError } from '../errors/optional-peer.js';
import type { OutgoingEmail } from '../message/outgoing-email.js';
import { renderContent } from '../message/substitutions.js';
import { slicesAfter } from './byte-slices.js';
import { dkimProblems, type DkimOptions } from './dkim.js';
import { DkimSigner } from './dkim-signature.js';
import { headerBlock } from './header-block.js';
import { mailContent, type MailContentInput } from './mail-content.js';
import { withMediaTypes } from './media-type.js';
import { BufferedMimeMessage, StreamedMimeMessage, type MimeMessage } from './mime-message.js';
import { plainMessage } from './plain-message.js';
import { signedChunks, signedSlices } from './signed-message.js';

export type { DkimOptions } from './dkim.js';
export type { MimeMessage } from './mime-message.js';

/** How messages become bytes. */
export interface MimeComposerOptions {
  /** Signs every message, with one key or with several. @default unsigned */
  readonly dkim?: DkimOptions | readonly DkimOptions[] | undefined;
  /** The bytes that one streamed attachment may have before encoding. @default 25 MiB */
  readonly maxStreamedBytes?: number | undefined;
}

type Compile = (content: MailComposerOptions) => MimeNode;

const DEFAULT_MAX_STREAMED_BYTES = 25 * 1024 * 1024;

/**
 * Turns messages into MIME: headers by this library, bodies and attachments too where they are of the
 * plain kind, and the rest by nodemailer, which has access to no file and no URL and is loaded with the
 * first message that needs it. Everything is 7bit, quoted-printable or base64, but an international
 * address, which is UTF-8 in the headers (RFC 6532).
 *
 * With a DKIM signature a streamed attachment is held in memory while it is sent: the signature of the
 * whole stands in front of it.
 */
export class MimeComposer {
  readonly #signer: DkimSigner | undefined;
  readonly #maxStreamedBytes: number;
  #compile: Promise<Compile> | undefined;

  /** @throws ConfigurationError when the DKIM options cannot work */
  constructor(options: MimeComposerOptions = {}) {
    const problems = options.dkim === undefined ? [] : dkimProblems(options.dkim, 'dkim');
    if (problems.length > 0) throw new ConfigurationError(problems);
    this.#signer = options.dkim && new DkimSigner(options.dkim);
    this.#maxStreamedBytes = options.maxStreamedBytes ?? DEFAULT_MAX_STREAMED_BYTES;
  }

  /** Builds the message, except for attachments that are streamed: those are read when it is opened. */
  async compose(email: OutgoingEmail): Promise<MimeMessage> {
    const { subject, ...bodies } = renderContent(email);
    const { attachments } = email;
    const input: MailContentInput = {
      bodies,
      attachments: attachments.length === 0 ? [] : await withMediaTypes(attachments),
      messageId: messageIdOf(email),
      date: new Date(),
      maxStreamedBytes: this.#maxStreamedBytes,
    };
    const head = headerBlock(email, subject);
    const chunks = plainMessage(head, input);
    if (chunks === undefined) return this.composeOther(Buffer.from(head), input);
    return this.buffered(input.messageId, chunks);
  }

  /** What is not plain, by nodemailer. */
  private async composeOther(head: Buffer, input: MailContentInput): Promise<MimeMessage> {
    const { messageId, attachments } = input;
    const compile = await (this.#compile ??= loadCompile());
    if (attachments.some(({ content }) => typeof content === 'function')) {
      return new StreamedMimeMessage(messageId, () =>
        openMessage(compile(mailContent(input)), head, this.#signer),
      );
    }
    return this.buffered(messageId, [head, await compile(mailContent(input)).build()]);
  }

  private buffered(messageId: string, chunks: readonly Buffer[]): MimeMessage {
    const signer = this.#signer;
    return new BufferedMimeMessage(messageId, signer ? signedChunks(chunks, signer) : chunks);
  }
}

function messageIdOf({ id, from }: OutgoingEmail): string {
  return `<${id}@${from.address.slice(from.address.lastIndexOf('@') + 1)}>`;
}

function openMessage(node: MimeNode, head: Buffer, signer: DkimSigner | undefined): Readable {
  const message = pass(node.createReadStream(), slicesAfter(head));
  return signer === undefined ? message : pass(message, signedSlices(signer));
}

/** An error or an early end of one reaches the other; the reader sees it on what is returned. */
function pass(source: Readable, through: Transform): Readable {
  return pipeline(source, through, () => {});
}

async function loadCompile(): Promise<Compile> {
  try {
    const { default: MailComposer } = await import('nodemailer/lib/mail-composer');
    return (content) => new MailComposer(content).compile();
  } catch (error) {
    throw peerError('nodemailer', error);
  }
}
